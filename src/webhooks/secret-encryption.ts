/** The key to what is kept sealed in the database: a copy of the database alone opens nothing. */
import { hkdfSync, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { decrypt, encrypt } from '../lib/encryption.ts'
import { Problem } from '../lib/problem.ts'

/** Keeps secrets of webhooks. `webhook` is an id: what is sealed for one opens for no other. */
export interface SecretEncryption {
  /** Throws `not-configured` where there is no key to seal with. */
  encrypt(secret: string, webhook: string): Uint8Array
  /** Throws `not-configured` unless `seal` would work; to be called before a transaction, since it may make a file. */
  ensureKey(): void
  /** The secret; undefined if the key is another by now, or none. */
  decrypt(sealed: Uint8Array, webhook: string): string | undefined
}

/**
 * The key comes from the setting, or from the file `<database>.key` beside a database that is a file; it is made, for
 * its owner alone to read, when it is first needed.
 */
export function secretEncryption(setting: string | undefined, database: string | undefined): SecretEncryption {
  const file = database === undefined ? undefined : `${database}.key`
  let known: Buffer | undefined

  function key(): Buffer {
    known ??= derived(setting ?? ownKey(file))
    return known
  }
  return {
    encrypt: (secret, webhook) => encrypt(secret, key(), webhook),
    ensureKey: () => void key(),
    decrypt(sealed, webhook) {
      try {
        known ??= derived(setting ?? readFileSync(file ?? '', 'utf8'))
      } catch {
        return undefined
      }
      return decrypt(sealed, known, webhook)
    },
  }
}

/** HKDF (RFC 5869) with SHA-256. */
const derived = (text: string): Buffer =>
  Buffer.from(hkdfSync('sha256', text.trim(), '', 'dateline: secrets of webhooks', 32))

function ownKey(file: string | undefined): string {
  if (file === undefined) throw notConfigured('set SECRETS_KEY to 32 characters or more of your own')
  try {
    makeKey(file)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read'
    throw notConfigured(`the key file beside the database cannot be used (${why}); put that right, or set SECRETS_KEY`)
  }
}

/** Whole or not at all, also where several processes come to it at once. */
function makeKey(file: string): void {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(unfinished, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(unfinished, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(unfinished)
  }
}

const notConfigured = (what: string): Problem =>
  new Problem('not-configured', `secrets of webhooks are kept sealed: ${what}`)
