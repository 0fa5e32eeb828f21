import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret of 256 random bits, in base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** What is kept of a secret. It has 256 bits of chance, so a plain hash keeps it: there is nothing to guess. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export const hashesEqual = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** The token `<id>_<secret>`, the id without hyphens: the id finds the thing, the secret proves the right to it. */
export const formatToken = (id: string, secret: string): string => `${id.replaceAll('-', '')}_${secret}`

/** The id and the secret in a token; undefined if it has not the form of one. */
export function parseToken(token: string): { id: string; secret: string } | undefined {
  const [, hex, secret] = /^([0-9a-f]{32})_([\w-]{43})$/.exec(token) ?? []
  if (hex === undefined || secret === undefined) return undefined
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), secret }
}
