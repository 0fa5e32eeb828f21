import { hash } from 'node:crypto'
import { getTableName, type Placeholder, sql } from 'drizzle-orm'
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

type Database = BaseSQLiteDatabase<'async', unknown>

/** What may look: queries see the last committed state, or a transaction's own. */
export type Reader = Pick<Database, 'select' | 'selectDistinct'>

/** What may change things too; exists only inside `Storage.transaction`. */
export type Writer = Reader & Pick<Database, 'insert' | 'update' | 'delete'>

export interface Storage {
  reader: Reader
  /** Where the database lies, if it is a file. */
  file?: string
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
type Prepared<R> = ReturnType<Preparable<R>['prepare']>

/** How many shapes of one query are kept: more than lists are asked for in at one time. */
const MAX_SHAPES = 200

/**
 * A query that is built and prepared once for each connection: `prepared('name', (db) => db.select()…)` gives a
 * function of a reader or writer and the placeholders' values. For hot queries; `inArray` of a placeholder does not
 * work: see `shaped`.
 */
export function prepared<R, D extends Reader = Reader>(name: string, build: (db: D) => Preparable<R>) {
  const query = preparedVariants<string, R, D>(name, build)
  return (db: D, values?: Record<string, unknown>): R => query(db, '', values)
}

/** The same for a query that takes several shapes, as with the number of ids that are asked for. */
export function preparedVariants<S extends string | number, R, D extends Reader = Reader>(
  name: string,
  build: (db: D, shape: S) => Preparable<R>,
) {
  const byConnection = new WeakMap<D, Map<S, Prepared<R>>>()
  return (db: D, shape: S, values: Record<string, unknown> = {}): R => {
    const queries = getOrCreate(byConnection, db, () => new BoundedMap<S, Prepared<R>>(MAX_SHAPES))
    const query = getOrCreate(queries, shape, () => {
      const builder = build(db, shape) as { prepare(name: string): Prepared<R> }
      // PostgreSQL knows a statement by its name, of 63 characters at most.
      return builder.prepare(shape === '' ? name : `${name}_${hash('sha1', String(shape)).slice(0, 12)}`)
    })
    const result = query.execute(values)
    if (!isAtHand(result)) return result
    const found = result.sync()
    const pause = pauses.get(db)?.()
    return pause ? (pause.then(() => found) as R) : found
  }
}

/** Makes what uses a connection of SQLite pause behind a prepared statement, whenever `pause` gives a promise. */
export const pauseBetweenStatements = (db: Reader, pause: () => Promise<void> | undefined): void =>
  void pauses.set(db, pause)
const pauses = new WeakMap<Reader, () => Promise<void> | undefined>()

/** What SQLite gives is there at once: to wait for it as for a promise would cost more than most queries do. */
const isAtHand = <R>(result: R): result is R & { sync(): R } =>
  typeof (result as { sync?: unknown }).sync === 'function'

/** A placeholder where drizzle's types want the value itself. */
export const placeholder = (name: string): number => sql.placeholder(name) as unknown as number

/** So many placeholders for a list of values, and the values by their names. */
export const placeholders = (count: number): Placeholder[] =>
  Array.from({ length: count }, (_, index) => sql.placeholder(String(index)))
export const numberedValues = (values: unknown[]): Record<string, unknown> => ({ ...values })

/** An insert of so many rows of some columns: the names of its values, row by row, and the statement. */
const inserting = (table: SQLiteTable, count: number, columns: string[]) => {
  const rows = Array.from({ length: count }, (_, index) => columns.map((name) => `${name}${index}`))
  const placed = (names: string[]) =>
    Object.fromEntries(columns.map((column, at) => [column, sql.placeholder(names[at] ?? '')]))
  const name = `insert_${getTableName(table)}`
  const run = preparedVariants<string, Promise<unknown>, Writer>(name, (tx) =>
    tx.insert(table).values(rows.map(placed)),
  )
  return { rows, run }
}
const inserts = new WeakMap<SQLiteTable, Map<string, ReturnType<typeof inserting>>>()

/**
 * Inserts rows by a statement that is prepared once for so many of them; for hot inserts. All have the columns that the
 * first has.
 */
export async function insertRows<T extends SQLiteTable>(
  tx: Writer,
  table: T,
  given: T['$inferInsert'][],
): Promise<void> {
  const all = given as Record<string, unknown>[]
  const [first] = all
  if (!first) return
  const columns = Object.keys(first).filter((name) => first[name] !== null && first[name] !== undefined)
  const shape = `${all.length} ${columns.join(' ')}`
  const shapes = getOrCreate(inserts, table, () => new BoundedMap<string, ReturnType<typeof inserting>>(MAX_SHAPES))
  const { rows, run } = getOrCreate(shapes, shape, () => inserting(table, all.length, columns))
  const values: Record<string, unknown> = {}
  for (let index = 0; index < rows.length; index++)
    for (let at = 0; at < columns.length; at++) values[rows[index]?.[at] ?? ''] = all[index]?.[columns[at] ?? '']
  await run(tx, shape, values)
}

/** Inserts one row, in the same way. */
export const insertRow = <T extends SQLiteTable>(tx: Writer, table: T, row: T['$inferInsert']): Promise<void> =>
  insertRows(tx, table, [row])
