import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { invalidCursor } from '../lib/cursor.ts'

/** The values that a list is sorted by, at one of its rows: the sort column's and the id. */
export type Keys = readonly [sort: string | number, id: string]

/** Which page of a list is wanted: so many rows, after or before a row. */
export interface PageRequest {
  limit: number
  from: { keys: Keys; back: boolean } | null
}

/** A page: its rows, and the keys from which the next and the previous one go on, where there is one. */
export interface Page<T> {
  rows: T[]
  next: Keys | null
  previous: Keys | null
}

/** What a list is sorted by, and of which kind its values are. `id` breaks ties, in the same direction. */
export interface Order {
  kind: 'text' | 'number' | 'time'
  column: SQLiteColumn | SQL
  id: SQLiteColumn
  descending: boolean
}

/**
 * The parts of a query that fetch one page by keyset: stable while rows come and go, and as fast on the last page as on
 * the first. It asks for one row more than the page has, to see whether there is a next one.
 */
export function keyset({ kind, column, id, descending }: Order, request: PageRequest) {
  checkKeys(kind, request)
  const { limit, from } = request
  const falling = descending !== (from?.back ?? false)
  const direction = sql.raw(falling ? 'desc' : 'asc')
  return {
    where: from
      ? sql`(${column}, ${id}) ${sql.raw(falling ? '<' : '>')} (${from.keys[0]}, ${from.keys[1]})`
      : undefined,
    orderBy: [sql`${column} ${direction}`, sql`${id} ${direction}`] as const,
    limit: limit + 1,
  }
}

/** Where a page begins, in the shape of a prepared query: at the edge of the list, or after or before a row. */
export type Start = 'edge' | 'after' | 'before'

export const startOf = ({ from }: PageRequest): Start => (from === null ? 'edge' : from.back ? 'before' : 'after')

/** The same parts for a prepared query, which takes the row as `key` and `id`: see `keyValues`. */
export function keysetOf({ column, id, descending }: Order, start: Start) {
  const falling = descending !== (start === 'before')
  const direction = sql.raw(falling ? 'desc' : 'asc')
  const [key, keyId] = [sql.placeholder('key'), sql.placeholder('id')]
  return {
    where: start === 'edge' ? undefined : sql`(${column}, ${id}) ${sql.raw(falling ? '<' : '>')} (${key}, ${keyId})`,
    orderBy: [sql`${column} ${direction}`, sql`${id} ${direction}`] as const,
  }
}

/** The values of `keysetOf`. */
export const keyValues = ({ from }: PageRequest) => ({ key: from?.keys[0], id: from?.keys[1] })

/** Throws `invalid-cursor` if the page does not begin at a row of such a list. */
export function checkKeys(kind: Order['kind'], { from }: PageRequest): void {
  if (from && !isOfKind(kind, from.keys[0])) throw invalidCursor('this list')
}

/** Times as this service writes them. */
const TIME = /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

const isOfKind = (kind: Order['kind'], value: string | number): boolean =>
  kind === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && (kind === 'text' || TIME.test(value))

/** The page that the rows of a `keyset` query make. */
export function pageOf<T>(found: T[], { limit, from }: PageRequest, keysOf: (row: T) => Keys): Page<T> {
  const hasMore = found.length > limit
  const kept = found.slice(0, limit)
  const rows = from?.back ? kept.reverse() : kept
  const [first, last] = [rows[0], rows.at(-1)]
  const before = from?.back ? hasMore : from !== null
  const after = from?.back ? true : hasMore
  return {
    rows,
    previous: before && first !== undefined ? keysOf(first) : null,
    next: after && last !== undefined ? keysOf(last) : null,
  }
}
