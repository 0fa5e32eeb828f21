/** Queries for rows that need no decoding: without what drizzle does for each value and each row. */
import type Database from 'better-sqlite3'
import { is, Placeholder } from 'drizzle-orm'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'
import { dialect } from './dialect.ts'
import { MAX_VARIANTS, preparedVariants } from './prepared-statements.ts'
import { pauseAfterStatement } from './statement-pause.ts'
import type { Reader } from './storage.ts'

/** A query of columns that both drivers give as they are: texts, bytes and numbers, each of which may be null. */
export interface Undecoded {
  prepare(): { execute(values?: Record<string, unknown>): Promise<object[]> }
  toSQL(): { sql: string; params: unknown[] }
}

type Values = Record<string, unknown>

/**
 * Like `preparedVariants`, for queries whose rows need no decoding; `names` are their columns in order. On SQLite the
 * statement is run without drizzle, whose own way of running it costs more than finding the row does.
 */
export function undecodedRows<R extends object, V = null>(
  name: string,
  names: readonly (keyof R & string)[],
  build: (db: Reader, variant: V) => Undecoded,
  keyOf: (variant: V) => string = () => '',
): (db: Reader, variant: V, values?: Values) => R[] | Promise<R[]> {
  const byDrizzle = preparedVariants<V, Promise<R[]>>(name, build as never, keyOf)
  if (dialect === 'postgres') return byDrizzle
  const byConnection = new WeakMap<Reader, BoundedMap<string, (values: Values) => R[]>>()
  return (db, variant, values = {}) => {
    const { $client: connection } = db as { $client?: Database.Database }
    // Statements of `boundedReader` run elsewhere.
    if (connection === undefined) return byDrizzle(db, variant, values)
    const statements = getOrCreate(
      byConnection,
      db,
      () => new BoundedMap<string, (values: Values) => R[]>(MAX_VARIANTS),
    )
    const rows = getOrCreate(statements, keyOf(variant), () => compiled(connection, build(db, variant), names))(values)
    const pause = pauseAfterStatement(db)
    return pause ? pause.then(() => rows) : rows
  }
}

/** The statement as a function of the values of its placeholders. */
function compiled<R>(
  connection: Database.Database,
  query: Undecoded,
  names: readonly string[],
): (values: Values) => R[] {
  const { sql, params } = query.toSQL()
  const statement = connection.prepare(sql).raw()
  const bindings = params.map((param) => (is(param, Placeholder) ? { name: param.name } : { constant: param }))
  return (values) => {
    const bound = bindings.map(({ name, constant }) => (name === undefined ? constant : values[name]))
    return (statement.all(bound) as unknown[][]).map((columns) => {
      const row: Values = {}
      for (let index = 0; index < names.length; index++) row[names[index] as string] = columns[index]
      return row as R
    })
  }
}
