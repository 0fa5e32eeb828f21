import { ConfigError } from '../config.ts'
import { brokenCode } from '../storage/failure.ts'
import { StorageUnavailable } from '../storage/faults.ts'
import { StorageBroken, StorageBusy, StorageUnusable } from '../storage/storage.ts'

/** The command cannot be carried out for a reason that its user can fix; the message names it. */
export class UserError extends Error {
  override name = 'UserError'
}

/** Why the service cannot listen, by system error code. */
const LISTEN_REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not take the port',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be looked up',
}

/** The message for an error that an operator can fix; undefined for a bug, which needs its stack trace. */
export function userErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const known = [ConfigError, StorageUnusable, StorageBusy, StorageBroken, StorageUnavailable, UserError]
  if (known.some((type) => error instanceof type)) return error.message
  if (brokenCode(error) !== undefined) return `the database has failed: ${error.message}`
  if (!('syscall' in error)) return undefined
  // In a worker the call is named `bind`.
  if (!['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))) return error.message
  const { code, message, hostname, address, port } = error as NodeJS.ErrnoException & Record<string, unknown>
  const place = hostname ?? (port === undefined ? address : `${address}:${port}`)
  return `the service cannot listen at ${place}: ${LISTEN_REASONS[code ?? ''] ?? message}`
}
