import { serviceContext } from '../access/write-context.ts'
import type { Config } from '../config.ts'
import { createKey, hasAdminKey } from '../keys/store.ts'
import { systemClock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'

/** Creates an admin key and prints it, unless there is one in the database or in the settings. */
export async function createFirstKey(storage: Storage, config: Config, print: (text: string) => void): Promise<void> {
  if (config.DATELINE_ADMIN_KEY !== undefined || (await hasAdminKey(storage.reader))) return
  const token = await storage.transaction(async (tx) => {
    // Another process may have created one meanwhile.
    if (await hasAdminKey(tx)) return undefined
    const context = serviceContext('first start', systemClock)
    return (await createKey(tx, { name: 'First admin', role: 'admin' }, context)).token
  })
  if (token) print(`There is no admin key yet. This is the first, shown this once:\n\n  ${token}\n`)
}
