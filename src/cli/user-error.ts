import { ConfigError } from '../config.ts'
import { StorageBusy, StorageUnusable } from '../storage/storage.ts'

/** A command cannot do what is asked; the message says why. */
export class UserError extends Error {
  override name = 'Refusal'
}

/** Why the service cannot listen, by the code of the system. */
const LISTEN_REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not take the port',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be looked up',
}

/** What an operator can put right, in plain words; undefined for a fault of the program. */
export function userErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ([ConfigError, StorageUnusable, StorageBusy, UserError].some((kind) => error instanceof kind)) return error.message
  if (!('syscall' in error)) return undefined
  if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') return error.message
  const { code, message, hostname, address, port } = error as NodeJS.ErrnoException & Record<string, unknown>
  const place = hostname ?? `${address}:${port}`
  return `the service cannot listen at ${place}: ${LISTEN_REASONS[code ?? ''] ?? message}`
}
