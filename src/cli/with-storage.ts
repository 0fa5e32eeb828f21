import type { Config } from '../config.ts'
import { openStorage } from '../storage/open.ts'
import type { Storage } from '../storage/storage.ts'

/** Opens the database, brings its schema up to date, does the work, and closes it. */
export async function withStorage<T>({ DATABASE_URL }: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(DATABASE_URL)
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}
