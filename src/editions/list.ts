import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { countOf } from '../catalogue/entry.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { editionRefs, editions, staleEditions } from '../storage/schema.ts'
import { type Reader, shaped } from '../storage/storage.ts'
import { type Listed, upToDate } from './cards.ts'
import type { LiveRef } from './content.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { columnOf, ofAny, orderOf, plan } from './plan.ts'

interface ListQuery {
  filters: ArticleFilters
  sort: ArticleSort
  /** Whether the whole documents are wanted instead of the cards. */
  whole: boolean
  /** How many articles are sooner sorted than looked for, if it is not as usual. */
  few?: number
}

/** What was found: where it stands in the order of the list, and whether its JSON is out of date. */
type Found = Listed & { key: string; stale: string | null }

/** A page of the live articles. */
export async function list(
  db: Reader,
  { filters, sort, whole, few }: ListQuery,
  request: PageRequest,
): Promise<Page<Listed>> {
  const planned = await plan(db, filters, sort, request, few)
  if (!planned) return { rows: [], next: null, previous: null }
  const { leaders, where, key } = planned
  const order = orderOf(sort, key, (leaders ? editionRefs : editions).article)
  const slice = keyset(order, request)
  const isFalling = order.descending !== (request.from?.back ?? false)
  const select = (leader?: LiveRef): Promise<Found[]> => {
    const by = { ...leader, key: request.from?.keys[0], id: request.from?.keys[1], limit: slice.limit }
    if (where === undefined)
      return selectPlain(db, shapeOf({ sort, whole, isFalling, isLed: !!leader, from: !!request.from }), by)
    const led = leader && and(ofAny([leader]), eq(editions.article, editionRefs.article))
    return found(db, { isLed: !!leader, whole, key })
      .where(and(led, where, slice.where))
      .orderBy(...slice.orderBy)
      .limit(slice.limit)
  }
  const lists = await Promise.all(leaders ? leaders.map(select) : [select()])
  const rows = merged(lists, isFalling).slice(0, slice.limit)
  const page = pageOf(rows, request, (row) => [row.key, row.article])
  return { ...page, rows: await upToDate(db, page.rows, whole) }
}

/** What a list shows, by references or not. */
function found(db: Reader, { isLed, whole, key }: { isLed: boolean; whole: boolean; key: SQLiteColumn | SQL }) {
  const table = isLed ? editionRefs : editions
  const columns = {
    article: table.article,
    json: whole ? editions.document : editions.card,
    key: key as typeof editions.updatedAt,
    stale: staleEditions.article,
  }
  const isStale = eq(staleEditions.article, table.article)
  // A cross join, for SQLite then keeps to the order of the tables.
  return isLed
    ? db.select(columns).from(editionRefs).crossJoin(editions).leftJoin(staleEditions, isStale)
    : db.select(columns).from(editions).leftJoin(staleEditions, isStale)
}

/** A list without conditions beside the one reference that leads: what most pages of a site ask for. */
interface Shape {
  sort: ArticleSort
  whole: boolean
  isFalling: boolean
  isLed: boolean
  /** Whether it goes on from a row. */
  from: boolean
}
const shapeOf = (shape: Shape): string => JSON.stringify(shape)

const selectPlain = shaped('list', (db, text: string) => {
  const { sort, whole, isFalling, isLed, from } = JSON.parse(text) as Shape
  const table = isLed ? editionRefs : editions
  const key = sort.endsWith('publishedAt') ? table.publishedAt : columnOf(sort)
  const direction = isFalling ? desc : asc
  const after = sql`(${key}, ${table.article}) ${sql.raw(isFalling ? '<' : '>')} (${sql.placeholder('key')}, ${sql.placeholder('id')})`
  return found(db, { isLed, whole, key })
    .where(
      and(
        isLed ? eq(editionRefs.kind, sql.placeholder('kind')) : undefined,
        isLed ? eq(editionRefs.ref, sql.placeholder('ref')) : undefined,
        isLed ? eq(editions.article, editionRefs.article) : undefined,
        from ? after : undefined,
      ),
    )
    .orderBy(direction(key), direction(table.article))
    .limit(sql.placeholder('limit'))
})

/** What stands in several lists of one order, in this order, each article once. */
function merged(lists: Found[][], isFalling: boolean): Found[] {
  const [first = [], ...others] = lists
  if (others.length === 0) return first
  const once = new Map(lists.flat().map((row) => [row.article, row]))
  const placed = [...once.values()].map((row) => ({ row, place: Buffer.from(`${row.key}\0${row.article}`) }))
  const sign = isFalling ? -1 : 1
  return placed.sort((a, b) => sign * Buffer.compare(a.place, b.place)).map(({ row }) => row)
}

/** How many live articles there are behind the filters. */
export async function count(db: Reader, filters: ArticleFilters): Promise<number> {
  const planned = await plan(db, filters, '-publishedAt', { limit: 1, from: null })
  if (!planned) return 0
  const { leaders, where, total } = planned
  if (total !== undefined) return total
  if (!leaders) return numberIn(await db.select({ count: countOf }).from(editions).where(where))
  const articles = leaders.length === 1 ? countOf : sql<number>`count(distinct ${editionRefs.article})`.mapWith(Number)
  const led = db.select({ count: articles }).from(editionRefs)
  const among = and(ofAny(leaders), where)
  if (filters.updatedAt.length === 0) return numberIn(await led.where(among))
  return numberIn(await led.crossJoin(editions).where(and(among, eq(editions.article, editionRefs.article))))
}

const numberIn = ([row]: { count: number }[]): number => row?.count ?? 0
