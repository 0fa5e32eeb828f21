import { serviceContext } from '../access/write-context.ts'
import type { Config } from '../config.ts'
import { createKey, type KeyInput, listKeys, revokeKey } from '../keys/store.ts'
import { systemClock } from '../lib/clock.ts'
import { withStorage } from './with-storage.ts'

const PAGE_SIZE = 100

/** Creates a key and returns its bearer token. */
export const createKeyCommand = (config: Config, input: KeyInput): Promise<string> =>
  withStorage(config, async (storage) => {
    const { token } = await storage.transaction((tx) =>
      createKey(tx, input, serviceContext('command line', systemClock)),
    )
    return token
  })

/** Prints one line per key, newest first. */
export const listKeysCommand = (config: Config, print: (text: string) => void): Promise<void> =>
  withStorage(config, async ({ reader }) => {
    let cursor: { keys: readonly [string | number, string]; back: boolean } | null = null
    do {
      const page = await listKeys(reader, { limit: PAGE_SIZE, from: cursor })
      for (const { id, role, name, createdAt, expiresAt, lastUsedAt } of page.rows)
        print(
          [id, role.padEnd(11), name, `made ${createdAt}`, lastUsedAt ? `used ${lastUsedAt}` : 'never used']
            .concat(expiresAt ? `expires ${expiresAt}` : [])
            .join('  '),
        )
      cursor = page.next && { keys: page.next, back: false }
    } while (cursor)
  })

/** Revokes a key; false if no key has this id. */
export const revokeKeyCommand = (config: Config, id: string): Promise<boolean> =>
  withStorage(config, (storage) =>
    storage.transaction((tx) => revokeKey(tx, id, serviceContext('command line', systemClock))),
  )
