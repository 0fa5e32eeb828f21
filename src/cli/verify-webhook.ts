import { readFileSync } from 'node:fs'
import { type SignedHeaders, verifySignature } from '../webhooks/signature.ts'
import { UserError } from './user-error.ts'

export interface Verification {
  id: string
  timestamp: string
  signature: string
  /** How far the timestamp may be from now, in seconds; 0 for any. */
  tolerance: number
}

/** Checks a message that a webhook has brought: its body in a file, or on the standard input for `-`. Throws `Refusal`. */
export function verifyWebhookCommand(file: string, given: Verification, secret: string | undefined): void {
  if (!secret) throw new UserError('put the secret (whsec_…) into the environment variable WEBHOOK_SECRET')
  const headers: SignedHeaders = {
    'webhook-id': given.id,
    'webhook-timestamp': given.timestamp,
    'webhook-signature': given.signature,
  }
  const body = readFileSync(file === '-' ? process.stdin.fd : file)
  const fault = verifySignature(headers, body, { secret, now: new Date(), tolerance: given.tolerance })
  if (fault !== undefined) throw new UserError(`not valid: ${fault}`)
}
