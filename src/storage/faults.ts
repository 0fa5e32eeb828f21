/** What errors of the engines mean, and what may be logged of them. */
import { DrizzleQueryError } from 'drizzle-orm'
import { codesOf, isStatementEnded, isStorageFull, StorageBusy } from './storage.ts'

/** The database does not answer, or the connection was lost; the message says why. The statement may have taken effect. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable'
}

/**
 * What keeps a database from doing its work for a time: another writer, an outage, a statement that took too long, a
 * server that takes no writes, a full disk.
 */
export type StorageFault = 'busy' | 'unavailable' | 'too-slow' | 'read-only' | 'full'

/** The faults by the engines' codes; PostgreSQL's are in https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const CODES: [RegExp, StorageFault][] = [
  [/^(SQLITE_READONLY.*|25006)$/, 'read-only'],
  // Lock timeout, serialization failure, deadlock.
  [/^(55P03|40001|40P01)$/, 'busy'],
  // Connections, credentials, resources, shutdown, timeouts of the session, and no such database.
  [/^(08\w{3}|28\w{3}|53[23]00|57P\d\d|25P0[34]|3D000)$/, 'unavailable'],
]

/** The fault that an error of storage reports; undefined for any other error. */
export function faultOf(error: unknown): StorageFault | undefined {
  for (const one of causesOf(error)) {
    if (one instanceof StorageBusy) return 'busy'
    if (one instanceof StorageUnavailable) return 'unavailable'
  }
  if (isStorageFull(error)) return 'full'
  if (isStatementEnded(error)) return 'too-slow'
  const codes = codesOf(error)
  return CODES.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1]
}

/** An error, its cause, and so on. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = []
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at)
  return causes
}

/** The first cause in the words of the driver or the engine: drizzle puts the statement and its values before it. */
export function reasonOf(error: unknown): string {
  const first = causesOf(error).at(-1)
  // If no address of a host can be reached, the error has only a code.
  return first ? first.message || codesOf(first).join() : String(error)
}

/** The class of PostgreSQL's errors about a value, whose messages quote it. */
const ABOUT_VALUE = /^22/

/**
 * What may be logged of an error: its type, code and place. The values of a statement, which drizzle and PostgreSQL put
 * into their errors, may be a text that is not public, or the hash of a secret.
 */
export function loggableError(error: unknown): { type: string; message: string; stack: string } {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  if (!(cause instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const code = 'code' in cause ? String(cause.code) : undefined
  const message = code !== undefined && ABOUT_VALUE.test(code) ? `a value is refused (${code})` : cause.message
  const [, place = ''] = /\n(\s+at [\s\S]*)$/.exec(cause.stack ?? '') ?? []
  const stack = `${cause.name}: ${message}\n${place}`
  return { type: cause.name, message, ...(code !== undefined && { code }), stack }
}
