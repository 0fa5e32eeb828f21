import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Encrypts a text with a key of 32 bytes (AES-256-GCM). Gives the initialization vector, the authentication tag and the
 * ciphertext, joined. The `purpose` is authenticated: text that is encrypted for one cannot be decrypted for another.
 */
export function encrypt(text: string, key: Uint8Array, purpose = ''): Uint8Array {
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(purpose))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext])
}

/** Decrypts what `encrypt` gave; undefined for another key or purpose, and for damaged data. */
export function decrypt(encrypted: Uint8Array, key: Uint8Array, purpose = ''): string | undefined {
  const bytes = Buffer.from(encrypted)
  const textStart = IV_LENGTH + TAG_LENGTH
  if (bytes.length < textStart) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_LENGTH)).setAAD(Buffer.from(purpose))
  decipher.setAuthTag(bytes.subarray(IV_LENGTH, textStart))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(textStart)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
