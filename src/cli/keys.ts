import { serviceContext } from '../access/write-context.ts'
import type { Config } from '../config.ts'
import { createKey, type KeyInput, listKeys, revokeKey } from '../keys/store.ts'
import { systemClock } from '../lib/clock.ts'
import { withStorage } from './with-storage.ts'

/** How many keys are read at a time. */
const PAGE = 100

/** Makes a key and gives its bearer token. */
export const createKeyCommand = (config: Config, input: KeyInput): Promise<string> =>
  withStorage(config, async (storage) => {
    const { token } = await storage.transaction((tx) =>
      createKey(tx, input, serviceContext('command line', systemClock)),
    )
    return token
  })

/** Says a line for each key. */
export const listKeysCommand = (config: Config, say: (text: string) => void): Promise<void> =>
  withStorage(config, async ({ reader }) => {
    let from: { keys: readonly [string | number, string]; back: boolean } | null = null
    do {
      const page = await listKeys(reader, { limit: PAGE, from })
      for (const { id, role, name, createdAt, expiresAt, lastUsedAt } of page.rows)
        say(
          [id, role.padEnd(11), name, `made ${createdAt}`, lastUsedAt ? `used ${lastUsedAt}` : 'never used']
            .concat(expiresAt ? `expires ${expiresAt}` : [])
            .join('  '),
        )
      from = page.next && { keys: page.next, back: false }
    } while (from)
  })

/** Revokes a key; false if there is none with this id. */
export const revokeKeyCommand = (config: Config, id: string): Promise<boolean> =>
  withStorage(config, (storage) =>
    storage.transaction((tx) => revokeKey(tx, id, serviceContext('command line', systemClock))),
  )
