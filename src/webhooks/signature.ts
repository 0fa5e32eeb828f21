/**
 * Secrets and signatures according to Standard Webhooks (https://www.standardwebhooks.com). Not by its library: that
 * verifies with a fixed tolerance and the system clock, and signs in JavaScript, ten times slower than `node:crypto`.
 * Tests verify messages with the library.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A new secret of 256 random bits: `whsec_` and base64. */
export const newSigningSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/** The headers of a signed message. */
export interface SignedHeaders {
  'webhook-id': string
  /** Seconds since 1970. */
  'webhook-timestamp': string
  'webhook-signature': string
}

/** The headers of a message: one signature for each secret, separated by spaces. */
export function signedHeaders(id: string, at: Date, body: string, secrets: string[]): SignedHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signature(id, timestamp, body, secret)}`).join(' '),
  }
}

const signature = (id: string, timestamp: string, body: string | Uint8Array, secret: string): string =>
  createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64')

/**
 * Verifies a received message: gives what is wrong with it, or undefined if it is valid. `tolerance` is how far its
 * timestamp may be from `now`, in seconds; 0 accepts any.
 */
export function verifySignature(
  headers: SignedHeaders,
  body: Uint8Array,
  { secret, now, tolerance }: { secret: string; now: Date; tolerance: number },
): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return 'the secret is not whsec_ and base64'
  if (!/^\d{1,15}$/.test(timestamp)) return 'webhook-timestamp is not a number of seconds'
  const candidates = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3))] : []))
  if (candidates.length === 0) return 'webhook-signature has no signature of the version v1'
  const expected = Buffer.from(signature(id, timestamp, body, secret))
  if (!candidates.some((one) => one.length === expected.length && timingSafeEqual(one, expected)))
    return 'no signature fits: the body, webhook-id or webhook-timestamp was changed, or the secret is another'
  const age = Math.round(now.getTime() / 1_000) - Number(timestamp)
  if (tolerance > 0 && Math.abs(age) > tolerance)
    return `the signature fits, but the message is ${Math.abs(age)} seconds ${age > 0 ? 'old' : 'ahead'}: it may be sent again by somebody else`
  return undefined
}
