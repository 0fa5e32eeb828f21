/** What a storage engine provides, and the errors that both engines throw. */
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import type { ServerOptions } from './server-options.ts'
import type { SlowStatements } from './statements.ts'

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
  /**
   * For queries whose cost a client decides, such as a search. Its statements run beside the event loop, and end with an
   * error after a deadline: `isStatementEnded`.
   */
  boundedReader: Reader
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
  /**
   * Calls the listener when the disk or the file has failed. From then on every transaction throws `StorageBroken`, and
   * so does `ping`.
   */
  onFailure(listener: (failure: StorageBroken) => void): void
  /** Records a failure that another thread of this process has met. */
  fail(failure: StorageBroken): void
  /** Runs `listener` after each commit of this process, before the transactions of the commit resolve. It must not throw. */
  onCommit(listener: () => Promise<void>): void
  /** Does what follows a commit of this process after one by another thread of it. Never throws. */
  announceCommit(): Promise<void>
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

/**
 * The database has failed. Nothing is written any more, since the service could not tell whether the disk has it. With
 * `mustStop` nothing can be read reliably either, and the process has to end.
 */
export class StorageBroken extends Error {
  override name = 'StorageBroken'
  readonly mustStop: boolean
  constructor(message: string, { mustStop, cause }: { mustStop: boolean; cause?: unknown }) {
    super(message, { cause })
    this.mustStop = mustStop
  }
}

/** SQLite's codes for a full disk, the second when it cannot enlarge the file beside its WAL, and that of PostgreSQL. */
const FULL = ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', '53100']

/** Whether the engine reports a full disk. */
export const isStorageFull = (error: unknown): boolean => codesOf(error).some((code) => FULL.includes(code))

export interface OpenOptions {
  forService?: boolean
  /** Whether the WAL of SQLite is checkpointed, and the file checked, by another thread of this process. */
  isMaintained?: boolean
  /** Whether the WAL of SQLite is checkpointed at all; another program has to do it otherwise. */
  checkpoints?: boolean
  /** Which statements of SQLite are reported as slow; none if left out. */
  slow?: SlowStatements | undefined
  /** How long a statement of `boundedReader` may run, in milliseconds. */
  deadline?: number
  /** How a PostgreSQL server is used. */
  server?: ServerOptions
}

/** The deadline of the statements of `boundedReader` by default, in milliseconds. */
export const STATEMENT_DEADLINE = 1_000

/** The code of the error of a statement that was ended: PostgreSQL's `query_canceled`. */
export const STATEMENT_ENDED = '57014'

/** Whether a statement of `boundedReader` was ended at its deadline. */
export const isStatementEnded = (error: unknown): boolean => codesOf(error).includes(STATEMENT_ENDED)

/** The engine's codes in an error and its causes: drizzle wraps what the driver threw. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at) codes.push(String(at.code))
  return codes
}
