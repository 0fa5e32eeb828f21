import { sql } from 'drizzle-orm'
import { dialect } from './dialect.ts'
import type { Reader } from './storage.ts'
import { type Undecoded, undecodedRows } from './undecoded-rows.ts'

/** Separates the values: a control character, which the service accepts in no text. */
const SEPARATOR = '\u001f'
const separator = sql.raw(`char(${SEPARATOR.charCodeAt(0)})`)

type Row<K extends string> = Record<K, string>

/** A query of texts, or of what is given as text, that can be run as it is, or as the subquery of another. */
interface Packable<K extends string> extends Undecoded {
  as(name: string): Record<K, unknown>
}

/**
 * Like `preparedVariants`, for short rows of texts: on SQLite they are concatenated into one row, since handing over a
 * value costs the engine more than finding it. The order of the rows is that of the query.
 */
export function packedRows<K extends string, V>(
  name: string,
  names: readonly K[],
  build: (db: Reader, variant: V) => Packable<K>,
  keyOf: (variant: V) => string = () => '',
): (db: Reader, variant: V, values?: Record<string, unknown>) => Row<K>[] | Promise<Row<K>[]> {
  if (dialect === 'postgres') return undecodedRows<Row<K>, V>(name, names, build, keyOf)
  const select = undecodedRows<Record<K, string | null>, V>(
    name,
    names,
    (db, variant) => {
      const rows = build(db, variant).as('rows')
      const joined = names.map((one) => [one, sql<string | null>`group_concat(${rows[one]}, ${separator})`])
      return db.select(Object.fromEntries(joined)).from(rows as never)
    },
    keyOf,
  )
  return async (db, variant, values) => {
    const [packed] = await select(db, variant, values)
    const columns = names.map((one) => packed?.[one]?.split(SEPARATOR) ?? [])
    return (columns[0] ?? []).map((_, index) => {
      const row = {} as Row<K>
      for (const [column, one] of names.entries()) row[one] = columns[column]?.[index] ?? ''
      return row
    })
  }
}
