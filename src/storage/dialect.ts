/**
 * One set of names for the columns of two engines.
 *
 * The engine is chosen once per process, by `DATABASE_URL`, before the schema is built. Everything here is typed as
 * SQLite's, so that queries are written and checked once; at run time the same names build PostgreSQL's columns when
 * that is the engine. Only this folder knows the difference.
 */
import { inflateRawSync } from 'node:zlib'
import { type SQL, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import { getOrCreate } from '../lib/cache.ts'
import { deflate, deflateAtOnce } from '../lib/deflate.ts'

export type Dialect = 'sqlite' | 'postgres'

/** The engine that a database URL names: `postgres:` and `postgresql:` are PostgreSQL, all else is SQLite. */
export const dialectOf = (url: string): Dialect => (/^postgres(ql)?:/.test(url) ? 'postgres' : 'sqlite')

/** The engine of this process. The only global there is. */
export const dialect: Dialect = dialectOf(process.env.DATABASE_URL ?? '')

/** The definition for the engine of this process, typed as SQLite's. */
const either = <T>(onSqlite: T, onPostgres: unknown): T => (dialect === 'sqlite' ? onSqlite : (onPostgres as T))

export const table = either(sqlite.sqliteTable, pg.pgTable)
export const index = either(sqlite.index, pg.index)
export const uniqueIndex = either(sqlite.uniqueIndex, pg.uniqueIndex)
export const primaryKey = either(sqlite.primaryKey, pg.primaryKey)
export const foreignKey = either(sqlite.foreignKey, pg.foreignKey)

/** UTF-8 text, compared and sorted byte by byte on both engines. */
export const text = either(
  (name: string) => sqlite.text(name),
  pg.customType<{ data: string; driverData: string }>({ dataType: () => 'text COLLATE "C"' }),
)

/** An integer, exact up to 2^53. */
export const integer = either(
  (name: string) => sqlite.integer(name),
  (name: string) => pg.bigint(name, { mode: 'number' }),
)

/** True or false. */
export const booleanColumn = either(
  (name: string) => sqlite.integer(name, { mode: 'boolean' }),
  (name: string) => pg.boolean(name),
)

/** A JSON value; its members keep their order. */
export const json = either(
  (name: string) => sqlite.text(name, { mode: 'json' }),
  (name: string) => pg.json(name),
)

/** Binary data. */
export const bytes = either(
  sqlite.customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'blob' }),
  pg.customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' }),
)

/** The UTF-8 bytes of a text column, which saves decoding them. */
export const bytesOf = (column: SQLiteColumn): SQL<Buffer> =>
  either(sql<Buffer>`cast(${column} as blob)`, sql<Buffer>`convert_to(${column}, 'UTF8')`)

/** One member of a JSON object that is stored in a text column, as JSON text. */
export const memberOf = (column: SQLiteColumn, name: string): SQL<string> =>
  either(
    sql<string>`${column} -> ${sql.raw(`'$.${name}'`)}`,
    sql<string>`(${column}::json -> ${sql.raw(`'${name}'`)})::text`,
  )

/** A JSON value that is seldom read: deflated (RFC 1951). */
export const compressedJson = either(
  sqlite.customType<{ data: object; driverData: Uint8Array }>({
    dataType: () => 'blob',
    toDriver: compressJson,
    fromDriver: decompressJson,
  }),
  pg.customType<{ data: object; driverData: Uint8Array }>({
    dataType: () => 'bytea',
    toDriver: compressJson,
    fromDriver: decompressJson,
  }),
)

/** A cache by value, since one write stores the same content in several tables. */
const compressed = new WeakMap<object, Uint8Array>()

/** The bytes that such a column stores for a value. The value must not be modified afterwards. */
export function compressJson(value: object): Uint8Array {
  return getOrCreate(compressed, value, () => deflateAtOnce(JSON.stringify(value), COMPRESSION))
}

const COMPRESSION = { level: 3 }

/** Compresses a value before it is stored: a large one beside the event loop. */
export async function compressAhead(value: object): Promise<void> {
  if (!compressed.has(value)) compressed.set(value, await deflate(JSON.stringify(value), COMPRESSION))
}

function decompressJson(value: Uint8Array): object {
  return JSON.parse(inflateRawSync(value).toString())
}

/** A time as RFC 3339 text in UTC with milliseconds, on both engines; sorted as text it is sorted by time. */
export const timestampColumn = either(
  (name: string) => sqlite.text(name),
  pg.customType<{ data: string; driverData: string }>({
    dataType: () => 'timestamp(3) with time zone',
    fromDriver: timeFromPostgres,
  }),
)

/**
 * A time as PostgreSQL writes it in the time zone of the server. `Date` cannot parse offsets with seconds, which most zones
 * had in the 19th century: `1883-11-01 07:03:58-04:56:02`.
 */
function timeFromPostgres(value: string): string {
  const time = Date.parse(value)
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  const [, text = value, sign, seconds] = /^(.*([+-])\d\d:\d\d):(\d\d)$/.exec(value) ?? []
  const rest = 1_000 * Number(seconds ?? 0)
  return new Date(Date.parse(text) + (sign === '-' ? rest : -rest)).toISOString()
}
