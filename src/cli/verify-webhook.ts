import { readFileSync } from 'node:fs'
import { type SignedHeaders, verifySignature } from '../webhooks/signature.ts'
import { UserError } from './user-error.ts'

export interface Verification {
  id: string
  timestamp: string
  signature: string
  /** How far the timestamp may be from now, in seconds; 0 accepts any. */
  tolerance: number
}

/** Verifies the signature of a webhook message. `file` holds its body; `-` is the standard input. Throws `UserError`. */
export function verifyWebhookCommand(file: string, options: Verification, secret: string | undefined): void {
  if (!secret) throw new UserError('put the secret (whsec_…) into the environment variable WEBHOOK_SECRET')
  const headers: SignedHeaders = {
    'webhook-id': options.id,
    'webhook-timestamp': options.timestamp,
    'webhook-signature': options.signature,
  }
  const body = readFileSync(file === '-' ? process.stdin.fd : file)
  const fault = verifySignature(headers, body, { secret, now: new Date(), tolerance: options.tolerance })
  if (fault !== undefined) throw new UserError(`not valid: ${fault}`)
}
