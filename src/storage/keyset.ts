import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { invalidCursor } from '../lib/cursor.ts'

/** The sort key of one row of a list: the value of the sort column, and the id. */
export type Keys = readonly [sort: string | number, id: string]

/** A request for a page of a list: the number of rows, and the row after or before which they begin. */
export interface PageRequest {
  limit: number
  from: { keys: Keys; back: boolean } | null
}

/** A page of a list. `next` and `previous` are the keys for the pages beside it; null where there is none. */
export interface Page<T> {
  rows: T[]
  next: Keys | null
  previous: Keys | null
}

/** The order of a list; `kind` is the type of the sort column. `id` breaks ties, in the same direction. */
export interface Order {
  kind: 'text' | 'number' | 'time'
  column: SQLiteColumn | SQL
  id: SQLiteColumn
  descending: boolean
}

/**
 * The clauses of a query that select one page by keyset pagination: stable while rows are inserted and deleted, and as
 * fast on the last page as on the first. The limit is one row more than the page has, to know whether there is a next
 * page: `pageOf` drops that row. Throws `invalid-cursor`.
 */
export function keyset({ kind, column, id, descending }: Order, request: PageRequest) {
  checkCursorKeys(kind, request)
  const { limit, from } = request
  const isDescending = descending !== (from?.back ?? false)
  const direction = sql.raw(isDescending ? 'desc' : 'asc')
  return {
    where: from
      ? sql`(${column}, ${id}) ${sql.raw(isDescending ? '<' : '>')} (${from.keys[0]}, ${from.keys[1]})`
      : undefined,
    orderBy: [sql`${column} ${direction}`, sql`${id} ${direction}`] as const,
    limit: limit + 1,
  }
}

/** Where a page begins: at the edge of the list, or after or before a row. A variant of a prepared query. */
export type PageStart = 'edge' | 'after' | 'before'

export const pageStart = ({ from }: PageRequest): PageStart => (from === null ? 'edge' : from.back ? 'before' : 'after')

/** The same clauses for a prepared query, with placeholders for the row: see `preparedKeysetValues`. */
export function preparedKeyset({ column, id, descending }: Order, start: PageStart) {
  const isDescending = descending !== (start === 'before')
  const direction = sql.raw(isDescending ? 'desc' : 'asc')
  const [key, keyId] = [sql.placeholder('key'), sql.placeholder('id')]
  return {
    where:
      start === 'edge' ? undefined : sql`(${column}, ${id}) ${sql.raw(isDescending ? '<' : '>')} (${key}, ${keyId})`,
    orderBy: [sql`${column} ${direction}`, sql`${id} ${direction}`] as const,
  }
}

/** The values of the placeholders of `preparedKeyset`. */
export const preparedKeysetValues = ({ from }: PageRequest) => ({ key: from?.keys[0], id: from?.keys[1] })

/** Throws `invalid-cursor` if the key of the request is of another type than the sort column. */
export function checkCursorKeys(kind: Order['kind'], { from }: PageRequest): void {
  if (from && !isOfKind(kind, from.keys[0])) throw invalidCursor('this list')
}

const isOfKind = (kind: Order['kind'], value: string | number): boolean =>
  kind === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && (kind === 'text' || isTime(value))

/** Whether it is a timestamp as this service writes it, of a day that exists: both engines store the years 1 to 9999. */
function isTime(value: string): boolean {
  if (!/^(?!0000)\d{4}-/.test(value)) return false
  const time = new Date(value)
  return !Number.isNaN(time.getTime()) && time.toISOString() === value
}

/** The page from the rows that a `keyset` query selected. */
export function pageOf<T>(found: T[], { limit, from }: PageRequest, keysOf: (row: T) => Keys): Page<T> {
  const hasMore = found.length > limit
  const selected = found.slice(0, limit)
  const rows = from?.back ? selected.reverse() : selected
  const [first, last] = [rows[0], rows.at(-1)]
  const before = from?.back ? hasMore : from !== null
  const after = from?.back ? true : hasMore
  return {
    rows,
    previous: before && first !== undefined ? keysOf(first) : null,
    next: after && last !== undefined ? keysOf(last) : null,
  }
}
