/** What a storage engine provides, and the errors that both engines throw. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'

type Database = BaseSQLiteDatabase<'async', unknown>

/** Runs queries only: sees the last committed state, or inside a transaction that transaction's own. */
export type Reader = Pick<Database, 'select' | 'selectDistinct'>

/** Runs queries and writes; exists only inside `Storage.transaction`. */
export type Writer = Reader & Pick<Database, 'insert' | 'update' | 'delete'>

export interface Storage {
  reader: Reader
  /** The path of the database, if it is a file. */
  file?: string
  /**
   * Runs `work` alone: one transaction at a time, on both engines, in all processes. Commits when `work` returns, and
   * resolves only after the commit; rolls back when it throws. No network, file or timer belongs in `work`, nor another
   * transaction. Throws `StorageBusy` if the write lock is not acquired within five seconds.
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a savepoint of a transaction, one at a time. If it throws, its writes are rolled back, and the
   * transaction can go on.
   */
  attempt<T>(tx: Writer, work: (tx: Writer) => Promise<T>): Promise<T>
  /**
   * A number that changes with every commit of any process; undefined on an engine that would need a query to know.
   */
  commits(): number | undefined
  /** Runs `listener` after each commit of this process, before the transactions of the commit resolve. It must not throw. */
  onCommit(listener: () => Promise<void>): void
  /** Resolves if the database answers a query, and throws otherwise. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Another process has held the write lock for too long. */
export class StorageBusy extends Error {
  override name = 'StorageBusy'
  constructor() {
    super('another process holds the write lock of the database')
  }
}

/** The database cannot be used as it is; the message says why. The file has not been changed. */
export class StorageUnusable extends Error {
  override name = 'StorageUnusable'
}

/** Whether the engine reports a full disk: SQLITE_FULL, or 53100 from PostgreSQL. */
export const isStorageFull = (error: unknown): boolean =>
  codesOf(error).some((code) => code === 'SQLITE_FULL' || code === '53100')

/** The engine's codes in an error and its causes: drizzle wraps what the driver threw. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at) codes.push(String(at.code))
  return codes
}
