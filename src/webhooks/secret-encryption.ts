/** Encrypts the secrets of webhooks: a copy of the database alone does not reveal them. */
import { hkdfSync, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { decrypt, encrypt } from '../lib/encryption.ts'
import { Problem } from '../lib/problem.ts'

/** Encrypts secrets, each for the webhook with this id: a ciphertext decrypts for no other webhook. */
export interface SecretEncryption {
  /** Throws `not-configured` if there is no key. */
  encrypt(secret: string, webhook: string): Uint8Array
  /** Throws `not-configured` if there is no key. Call it before a transaction: it may create the key file. */
  ensureKey(): void
  /** The secret; undefined if there is no key, or another than the one it was encrypted with. */
  decrypt(ciphertext: Uint8Array, webhook: string): string | undefined
}

/**
 * The key comes from the setting, or from the file `<database>.key` beside a database that is a file. That file is
 * created when it is first needed, readable by its owner only.
 */
export function secretEncryption(setting: string | undefined, database: string | undefined): SecretEncryption {
  const file = database === undefined ? undefined : `${database}.key`
  let cachedKey: Buffer | undefined

  function readKey(): Buffer {
    cachedKey ??= deriveKey(setting ?? readOrCreateKeyFile(file))
    return cachedKey
  }
  return {
    encrypt: (secret, webhook) => encrypt(secret, readKey(), webhook),
    ensureKey: () => void readKey(),
    decrypt(ciphertext, webhook) {
      try {
        cachedKey ??= deriveKey(setting ?? readFileSync(file ?? '', 'utf8'))
      } catch {
        return undefined
      }
      return decrypt(ciphertext, cachedKey, webhook)
    },
  }
}

/** HKDF (RFC 5869) with SHA-256. */
const deriveKey = (text: string): Buffer =>
  Buffer.from(hkdfSync('sha256', text.trim(), '', 'dateline: secrets of webhooks', 32))

function readOrCreateKeyFile(file: string | undefined): string {
  if (file === undefined) throw notConfigured('set SECRETS_KEY to 32 characters or more of your own')
  try {
    createKeyFile(file)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read'
    throw notConfigured(`the key file beside the database cannot be used (${why}); put that right, or set SECRETS_KEY`)
  }
}

/** Creates the file atomically, also if several processes do so at once; a file that exists stays as it is. */
function createKeyFile(file: string): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(temporary, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(temporary, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(temporary)
  }
}

const notConfigured = (what: string): Problem =>
  new Problem('not-configured', `secrets of webhooks are stored encrypted: ${what}`)
