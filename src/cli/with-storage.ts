import type { Config } from '../config.ts'
import { openStorage } from '../storage/open.ts'
import type { Storage } from '../storage/storage.ts'

/** Opens the database, applies pending migrations, runs `work`, and closes the database. */
export async function withStorage<T>({ DATABASE_URL }: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(DATABASE_URL)
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}
