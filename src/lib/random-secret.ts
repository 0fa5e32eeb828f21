import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of 256 random bits, in base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** The hash of a secret that is stored. A secret of 256 random bits cannot be guessed, so a fast hash without salt is safe. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Whether two hashes of the same length are equal, in constant time. */
export const hashesEqual = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** The token `<id>_<secret>`, the id without hyphens: the id locates the row, the secret proves the right to it. */
export const formatToken = (id: string, secret: string): string => `${id.replaceAll('-', '')}_${secret}`

/** The id and the secret in a token; undefined if it is malformed. */
export function parseToken(token: string): { id: string; secret: string } | undefined {
  const [, hex, secret] = /^([0-9a-f]{32})_([\w-]{43})$/.exec(token) ?? []
  if (hex === undefined || secret === undefined) return undefined
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret }
}
