/** Queries and inserts that are built by drizzle and prepared by the engine once for each connection. */
import { hash } from 'node:crypto'
import { getTableName, type Placeholder, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'
import { pauseAfterStatement } from './statement-pause.ts'
import type { Reader, Writer } from './storage.ts'

interface Preparable<R> {
  prepare(): { execute(values?: Record<string, unknown>): R }
}
type Statement<R> = ReturnType<Preparable<R>['prepare']>

/** How many variants of one query are cached for each connection: more than clients request at one time. */
const MAX_VARIANTS = 200

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

/** A prepared insert of `count` rows of some columns; `names` has the names of its placeholders, row by row. */
const preparedInsert = (table: SQLiteTable, count: number, columns: string[]) => {
  const names = Array.from({ length: count }, (_, index) => columns.map((column) => `${column}${index}`))
  const valuesOf = (row: string[]) =>
    Object.fromEntries(columns.map((column, at) => [column, sql.placeholder(row[at] ?? '')]))
  const run = preparedVariants<string, Promise<unknown>, Writer>(`insert_${getTableName(table)}`, (tx) =>
    tx.insert(table).values(names.map(valuesOf)),
  )
  return { names, run }
}

/** A cache of the inserts into each table, by number of rows and columns; each prepares once for each connection. */
const inserts = new WeakMap<SQLiteTable, Map<string, ReturnType<typeof preparedInsert>>>()

/**
 * Inserts rows by a statement that is prepared once for this number of rows. For hot inserts. The columns inserted are
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
  const key = `${records.length} ${columns.join(' ')}`
  const cache = getOrCreate(
    inserts,
    table,
    () => new BoundedMap<string, ReturnType<typeof preparedInsert>>(MAX_VARIANTS),
  )
  const { names, run } = getOrCreate(cache, key, () => preparedInsert(table, records.length, columns))
  const values: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++)
    for (let at = 0; at < columns.length; at++) values[names[index]?.[at] ?? ''] = records[index]?.[columns[at] ?? '']
  await run(tx, key, values)
}

/** Inserts one row, in the same way. */
export const insertRow = <T extends SQLiteTable>(tx: Writer, table: T, row: T['$inferInsert']): Promise<void> =>
  insertRows(tx, table, [row])
