import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Seals a text with a key of 32 bytes (AES-256-GCM): the initial vector, the tag, and the sealed text in one. What is
 * sealed for one `purpose` cannot be opened for another.
 */
export function encrypt(text: string, key: Uint8Array, purpose = ''): Uint8Array {
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** The text; undefined if it was sealed with another key or for another purpose, or is not whole. */
export function decrypt(sealed: Uint8Array, key: Uint8Array, purpose = ''): string | undefined {
  const bytes = Buffer.from(sealed)
  const textAt = IV_LENGTH + TAG_LENGTH
  if (bytes.length < textAt) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_LENGTH)).setAAD(Buffer.from(purpose))
  decipher.setAuthTag(bytes.subarray(IV_LENGTH, textAt))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
