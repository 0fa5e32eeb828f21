import { sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { dialect } from './dialect.ts'
import { preparedVariants } from './prepared-statements.ts'
import type { Reader } from './storage.ts'

/** Stands between the values: a control character, which no text has that this service takes. */
const SEPARATOR = '\u001f'
const separator = sql.raw(`char(${SEPARATOR.charCodeAt(0)})`)

type Row<K extends string> = Record<K, string>
type Columns<K extends string> = Record<K, SQLiteColumn>

/** A query of texts that can be asked as it is, or through another around it. */
interface Gatherable<K extends string> {
  prepare(): { execute(values?: Record<string, unknown>): Promise<Row<K>[]> }
  as(name: string): Columns<K>
}

/**
 * Like `shaped`, for short rows of texts: on SQLite they come as one row, since each value that the engine hands over
 * costs more than to find it. The rows keep their order.
 */
export function packedRows<K extends string>(
  name: string,
  names: readonly K[],
  build: (db: Reader, shape: string) => Gatherable<K>,
): (db: Reader, shape: string, values?: Record<string, unknown>) => Promise<Row<K>[]> {
  if (dialect === 'postgres') return preparedVariants(name, build)
  const select = preparedVariants(name, (db: Reader, shape: string) => {
    const rows = build(db, shape).as('rows')
    const joined = names.map((one) => [one, sql<string | null>`group_concat(${rows[one]}, ${separator})`])
    return db.select(Object.fromEntries(joined)).from(rows as never)
  })
  return async (db, shape, values) => {
    const [all] = (await select(db, shape, values)) as Record<string, string | null>[]
    const columns = names.map((one) => all?.[one]?.split(SEPARATOR) ?? [])
    return (columns[0] ?? []).map((_, index) => {
      const row = {} as Row<K>
      for (const [column, one] of names.entries()) row[one] = columns[column]?.[index] ?? ''
      return row
    })
  }
}
