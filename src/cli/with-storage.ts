import { type Config, serverOptions } from '../config.ts'
import { openStorage } from '../storage/open.ts'
import type { Storage } from '../storage/storage.ts'

/** Opens the database, applies pending migrations, runs `work`, and closes the database. */
export async function withStorage<T>(config: Config, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(config.DATABASE_URL, {
    checkpoints: config.SQLITE_CHECKPOINTS,
    server: { ...serverOptions(config), wait: 0 },
  })
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}
