import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'

type Database = BaseSQLiteDatabase<'async', unknown>

/** What may look: queries see the last committed state, or a transaction's own. */
export type Reader = Pick<Database, 'select' | 'selectDistinct'>

/** What may change things too; exists only inside `Storage.transaction`. */
export type Writer = Reader & Pick<Database, 'insert' | 'update' | 'delete'>

export interface Storage {
  reader: Reader
  /**
   * Runs `work` alone: one transaction at a time, on both engines, in all processes. Commits when it returns, and only
   * then resolves; rolls back when it throws. No network, file or timer belongs in `work`, nor another transaction.
   * Throws `StorageBusy` if the turn does not come within five seconds.
   */
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  /**
   * Runs `work` inside a transaction, one at a time; when it throws, what it did is taken back, and the transaction can
   * go on.
   */
  attempt<T>(tx: Writer, work: (tx: Writer) => Promise<T>): Promise<T>
  /**
   * A number that changes with every commit, in any process; undefined on an engine that cannot tell without a query.
   */
  commits(): number | undefined
  /** Whether a query gets through. */
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

/** The database cannot be used as it is; the message says why and the file is untouched. */
export class StorageUnusable extends Error {
  override name = 'StorageUnusable'
}

/** Whether the error is the engine's word for a full disk: SQLITE_FULL, or PostgreSQL's 53100. */
export const isStorageFull = (error: unknown): boolean =>
  codesOf(error).some((code) => code === 'SQLITE_FULL' || code === '53100')

/** The engine's codes in an error and in its causes: drizzle wraps what the driver threw. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at) codes.push(String(at.code))
  return codes
}

interface Preparable<R> {
  prepare(): { execute(values?: Record<string, unknown>): R }
}

/**
 * A query that is built and prepared once for each connection: `prepared('name', (db) => db.select()…)` gives a
 * function of a reader and the placeholders' values. For hot queries; `inArray` of a placeholder does not work.
 */
export function prepared<R>(name: string, build: (db: Reader) => Preparable<R>) {
  const byReader = new WeakMap<Reader, ReturnType<Preparable<R>['prepare']>>()
  return (db: Reader, values: Record<string, unknown> = {}): R => {
    let query = byReader.get(db)
    if (!query) {
      const builder = build(db) as { prepare(name: string): ReturnType<Preparable<R>['prepare']> }
      query = builder.prepare(name)
      byReader.set(db, query)
    }
    return query.execute(values)
  }
}
