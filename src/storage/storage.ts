/** What a storage engine provides, and the errors that both engines throw. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'

type Database = BaseSQLiteDatabase<'async', unknown>

/** Runs queries only: sees the last committed state, or inside a transaction that transaction's own. */
export type Reader = Pick<Database, 'select' | 'selectDistinct'>

/** Runs queries and writes; exists only inside `Storage.transaction`. */
export type Writer = Reader & Pick<Database, 'insert' | 'update' | 'delete'>

export type Commits = number | string

export interface Storage {
  reader: Reader
  /** The same for work in the background, which so never waits for the connections of requests, nor they for its. */
  backgroundReader: Reader
  /** The same for what the change log describes, the live content: a replica, where there is one that has the last change. */
  liveReader: Reader
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
   * A value that changes with every commit of any process, as it is now or later. Where that needs a query it is a
   * promise; calls that wait at the same time share one.
   */
  commits(): Commits | Promise<Commits>
  /** Runs `listener` after each commit of this process, before the transactions of the commit resolve. It must not throw. */
  onCommit(listener: () => Promise<void>): void
  /** Resolves if the database answers a query, and throws otherwise. */
  ping(): Promise<void>
  close(): Promise<void>
}
