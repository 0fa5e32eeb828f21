/** Queries and inserts that are built by drizzle and prepared by the engine once for each connection. */
import { hash } from 'node:crypto'
import { eq, getTableName, type Param, type Placeholder, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'
import { dialect } from './dialect.ts'
import { runWrite } from './run-write.ts'
import { pauseAfterStatement } from './statement-pause.ts'
import type { Reader, Writer } from './storage.ts'

interface Preparable<R> {
  prepare(): { execute(values?: Record<string, unknown>): R }
}
type Statement<R> = ReturnType<Preparable<R>['prepare']>

/** How many variants of one query are cached for each connection: more than clients request at one time. */
export const MAX_VARIANTS = 200

/**
 * A query that is prepared once for each connection: `prepared('name', (db) => db.select()…)` gives a function of a
 * reader or writer and the values of the placeholders. For hot queries. `inArray` does not take a placeholder for its
 * list: use `preparedVariants` with `placeholders`.
 */
export function prepared<R, D extends Reader = Reader>(name: string, build: (db: D) => Preparable<R>) {
  const query = preparedVariants<string, R, D>(name, build)
  return (db: D, values?: Record<string, unknown>): R => query(db, '', values)
}

type VariantQuery<V, R, D> = (db: D, variant: V, values?: Record<string, unknown>) => R

/**
 * The same for a query with several variants, such as one for each number of ids: `build` gets the variant. Variants
 * that are objects are distinguished by `keyOf`, which must give different keys for what builds different SQL.
 */
export function preparedVariants<V extends string | number, R, D extends Reader = Reader>(
  name: string,
  build: (db: D, variant: V) => Preparable<R>,
): VariantQuery<V, R, D>
export function preparedVariants<V, R, D extends Reader = Reader>(
  name: string,
  build: (db: D, variant: V) => Preparable<R>,
  keyOf: (variant: V) => string | number,
): VariantQuery<V, R, D>
export function preparedVariants<V, R, D extends Reader = Reader>(
  name: string,
  build: (db: D, variant: V) => Preparable<R>,
  keyOf: (variant: V) => string | number = (variant) => variant as string | number,
): VariantQuery<V, R, D> {
  /** A cache for each connection, which is dropped with the connection or transaction. */
  const byConnection = new WeakMap<D, Map<string | number, Statement<R>>>()
  return (db, variant, values = {}) => {
    const statements = getOrCreate(byConnection, db, () => new BoundedMap<string | number, Statement<R>>(MAX_VARIANTS))
    const key = keyOf(variant)
    const statement = getOrCreate(statements, key, () => {
      const builder = build(db, variant) as { prepare(name: string): Statement<R> }
      // PostgreSQL identifies a statement by its name, of 63 characters at most.
      return builder.prepare(key === '' ? name : `${name}_${hash('sha1', String(key)).slice(0, 12)}`)
    })
    const result = statement.execute(values)
    if (!isSynchronous(result)) return result
    const rows = result.sync()
    const pause = pauseAfterStatement(db)
    return pause ? (pause.then(() => rows) as R) : rows
  }
}

/**
 * Whether a result can be had without waiting, as with SQLite: to await it as a promise would cost more than most
 * queries do.
 */
const isSynchronous = <R>(result: R): result is R & { sync(): R } =>
  typeof (result as { sync?: unknown }).sync === 'function'

/** A placeholder where drizzle's types require the value itself. */
export const placeholder = (name: string): number => sql.placeholder(name) as unknown as number

/** `count` placeholders for a list of values. Their values come from `numberedValues`. */
export const placeholders = (count: number): Placeholder[] =>
  Array.from({ length: count }, (_, index) => sql.placeholder(String(index)))
export const numberedValues = (values: unknown[]): Record<string, unknown> => ({ ...values })

/** An insert, and where each of its values comes from. */
interface Insert {
  name: string
  text: string
  values: { row: number; column: string; encode(value: unknown): unknown }[]
}

/** Drizzle builds the statement once; with hot inserts, its own way of running one costs as much as half of the insert. */
function buildInsert(tx: Writer, table: SQLiteTable, key: string, count: number, columns: string[]): Insert {
  const rows = Array.from({ length: count }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column, sql.placeholder(`${row} ${column}`)])),
  )
  const { sql: text, params } = tx.insert(table).values(rows).toSQL()
  const values = (params as Param[]).map(({ value, encoder }) => {
    const [row, column = ''] = (value as Placeholder).name.split(' ')
    return { row: Number(row), column, encode: (one: unknown) => encoder.mapToDriverValue(one) }
  })
  return { name: `insert_${getTableName(table)}_${hash('sha1', key).slice(0, 12)}`, text, values }
}

/**
 * How many rows one statement inserts. SQLite keeps a journal for a statement of several rows, by which it can undo that
 * statement alone, and FTS5 ends a segment for it: both cost more than single statements do. PostgreSQL has a message for
 * each statement.
 */
const ROWS_PER_INSERT = dialect === 'sqlite' ? 1 : 1_000

/** The rows in parts, each for one statement. */
export const inStatements = <T>(rows: T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / ROWS_PER_INSERT) }, (_, part) =>
    rows.slice(part * ROWS_PER_INSERT, (part + 1) * ROWS_PER_INSERT),
  )

/** A cache of the inserts into each table, by number of rows and columns. */
const inserts = new WeakMap<SQLiteTable, BoundedMap<string, Insert>>()

/**
 * Inserts rows by statements that are prepared once for their number of rows. For hot inserts. The columns inserted are
 * those that are set in the first row.
 */
export async function insertRows<T extends SQLiteTable>(
  tx: Writer,
  table: T,
  rows: T['$inferInsert'][],
): Promise<void> {
  const records = rows as Record<string, unknown>[]
  const [first] = records
  if (!first) return
  const columns = Object.keys(first).filter((name) => first[name] !== null && first[name] !== undefined)
  const ofTable = getOrCreate(inserts, table, () => new BoundedMap<string, Insert>(MAX_VARIANTS))
  const names = columns.join(' ')
  for (const part of inStatements(records)) {
    const key = `${part.length} ${names}`
    const insert = getOrCreate(ofTable, key, () => buildInsert(tx, table, key, part.length, columns))
    const values = insert.values.map(({ row, column, encode }) => encode(part[row]?.[column]))
    const waiting = runWrite(tx, insert, values)
    if (waiting) await waiting
  }
}

/** Inserts one row, in the same way. */
export const insertRow = <T extends SQLiteTable>(tx: Writer, table: T, row: T['$inferInsert']): Promise<void> =>
  insertRows(tx, table, [row])

/** A cache of the updates of each table. */
const updates = new WeakMap<SQLiteTable, VariantQuery<string, unknown, Writer>>()

const buildUpdate = (table: SQLiteTable, key: SQLiteColumn) =>
  preparedVariants(`update_${getTableName(table)}`, (tx: Writer, names: string) =>
    tx
      .update(table)
      .set(Object.fromEntries(names.split(' ').map((name) => [name, sql.placeholder(name)])))
      .where(eq(key, sql.placeholder('the key'))),
  )

/**
 * Updates the columns of a row whose values differ from those before, by a statement that is prepared once for each set of
 * columns. SQLite would write the indexes of all columns that a statement sets. `where` is the key of the row.
 */
export async function updateChanged<T extends SQLiteTable>(
  tx: Writer,
  table: T,
  where: { key: SQLiteColumn; value: string },
  [before, after]: [Partial<T['$inferSelect']>, Partial<T['$inferSelect']>],
): Promise<void> {
  const columns = table as unknown as Record<string, unknown>
  const names = Object.keys(after).filter((name) => after[name] !== before[name] && columns[name] !== where.key)
  if (names.length === 0) return
  const update = getOrCreate(updates, table, () => buildUpdate(table, where.key))
  await update(tx, names.join(' '), { ...after, 'the key': where.value })
}
