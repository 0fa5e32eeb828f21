import { indexMissingDrafts } from '../articles/draft-index.ts'
import { backfillSortNames } from '../catalogue/sort-names.ts'
import { indexMissing } from '../editions/indexing.ts'
import type { Storage } from '../storage/storage.ts'

/** Writes derived data that an older version did not store, or that a crash left out. */
export async function backfill(storage: Storage, print: (text: string) => void): Promise<void> {
  await backfillSortNames(storage)
  await indexMissingDrafts(storage)
  const indexed = await indexMissing(storage)
  if (indexed > 0) print(`Put ${indexed} articles into the index.`)
}
