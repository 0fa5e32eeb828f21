import type { Storage } from '../storage/storage.ts'

/** Something wrong in the database, and whether it was repaired. */
export interface Finding {
  text: string
  repaired: boolean
}

/** A check of the database. With `repair` it repairs what can be derived from other data. */
export interface Check {
  /** What it checks, as in "checking …". */
  name: string
  run(storage: Storage, repair: boolean): Promise<Finding[]>
}
