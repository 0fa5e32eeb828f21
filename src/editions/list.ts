/** Lists of live articles: which articles there are on a page. What they show is fetched by their ids. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { countOf } from '../catalogue/entry.ts'
import { gathered } from '../storage/gathered.ts'
import {
  checkKeys,
  keysetOf,
  keyValues,
  type Page,
  type PageRequest,
  pageOf,
  type Start,
  startOf,
} from '../storage/keyset.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import { placeholder, type Reader, shaped } from '../storage/storage.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { columnOf, knownTotal, orderOf, plan } from './plan.ts'
import { byReferences, isAny, met, type RefFilter, type Shape } from './shape.ts'

interface ListQuery {
  filters: ArticleFilters
  sort: ArticleSort
  /** How many articles are sooner sorted than looked for, if it is not as usual. */
  few?: number
}

/** The ids of a page of the live articles. */
export async function list(db: Reader, { filters, sort, few }: ListQuery, request: PageRequest): Promise<Page<string>> {
  checkKeys(sort.endsWith('headline') ? 'text' : 'time', request)
  const planned = await plan(db, filters, sort, request, few)
  if (!planned) return { rows: [], next: null, previous: null }
  const { leader, conditions, isSorted } = planned
  const start = startOf(request)
  const shape = JSON.stringify({
    sort,
    start,
    leader: leader?.kind ?? null,
    isSorted,
    conditions: conditions.shape,
  } satisfies Listing)
  const limit = request.limit + 1
  const values = { ...conditions.values, ...keyValues(request), limit }
  const leading = leader ? leader.ids.map((ref) => ({ [`${leader.kind} 0`]: ref })) : [{}]
  const lists = await Promise.all(leading.map((one) => selectPage(db, shape, { ...values, ...one })))
  const isFalling = sort.startsWith('-') !== (start === 'before')
  const page = pageOf(merged(lists, isFalling).slice(0, limit), request, (row) => [row.key, row.article])
  return { ...page, rows: page.rows.map(({ article }) => article) }
}

/** What a statement is prepared for. */
interface Listing {
  sort: ArticleSort
  start: Start
  /** The kind of the one reference whose articles are gone through; null to go through the editions. */
  leader: RefFilter['kind'] | null
  isSorted: boolean
  conditions: Shape
}

/** Where an article stands in the order of a list. */
interface Found {
  article: string
  key: string
}

const selectPage = gathered('list', ['article', 'key'], (db, text) => {
  const { sort, start, leader, isSorted, conditions } = JSON.parse(text) as Listing
  const row = leader ? byReferences : editions
  const key = sort.endsWith('publishedAt') ? row.publishedAt : columnOf(sort)
  const slice = keysetOf(orderOf(sort, isSorted ? unindexed(key) : key, row.article), start)
  const columns = { article: row.article, key: key as typeof editions.updatedAt }
  const where = and(leader ? isAny(leader, 1) : undefined, ...met(conditions, row), slice.where)
  const needsEdition = key.table === editions || conditions.updatedAt.length > 0
  const found = !leader
    ? db.select(columns).from(editions).where(where)
    : needsEdition
      ? // A cross join, for SQLite then keeps to the order of the tables.
        db.select(columns).from(editionRefs).crossJoin(editions).where(and(where, joined))
      : db.select(columns).from(editionRefs).where(where)
  return found.orderBy(...slice.orderBy).limit(placeholder('limit'))
})

const joined = eq(editions.article, editionRefs.article)

/** The column, so that SQLite goes through no index of it but sorts what another index finds. */
const unindexed = (column: SQLiteColumn): SQL => sql`coalesce(${column}, ${column})`.mapWith(column)

/** What stands in several lists of one order, in this order, each article once. */
function merged(lists: Found[][], isFalling: boolean): Found[] {
  const [first = [], ...others] = lists
  if (others.length === 0) return first
  const once = new Map(lists.flat().map((row) => [row.article, row]))
  const placed = [...once.values()].map((row) => ({ row, place: Buffer.from(`${row.key}\0${row.article}`) }))
  const sign = isFalling ? -1 : 1
  return placed.sort((a, b) => sign * Buffer.compare(a.place, b.place)).map(({ row }) => row)
}

/** What a count is prepared for. */
interface Counting {
  leader: [kind: string, count: number] | null
  conditions: Shape
}

const selectCount = shaped('count', (db, text: string) => {
  const { leader, conditions } = JSON.parse(text) as Counting
  if (!leader)
    return db
      .select({ count: countOf })
      .from(editions)
      .where(and(...met(conditions, editions)))
  const [, references] = leader
  const articles = references === 1 ? countOf : sql<number>`count(distinct ${editionRefs.article})`.mapWith(Number)
  const where = and(isAny(...leader), ...met(conditions, byReferences))
  const led = db.select({ count: articles }).from(editionRefs)
  return conditions.updatedAt.length === 0 ? led.where(where) : led.crossJoin(editions).where(and(where, joined))
})

/** How many live articles there are behind the filters. */
export async function count(db: Reader, filters: ArticleFilters): Promise<number> {
  const known = await knownTotal(db, filters)
  if (known !== undefined) return known
  const planned = await plan(db, filters, '-publishedAt', { limit: 1, from: null })
  if (!planned) return 0
  const { leader, conditions } = planned
  const values: Record<string, unknown> = { ...conditions.values }
  for (const [index, ref] of (leader?.ids ?? []).entries()) values[`${leader?.kind} ${index}`] = ref
  const shape: Counting = {
    leader: leader ? [leader.kind, leader.ids.length] : null,
    conditions: conditions.shape,
  }
  const [row] = await selectCount(db, JSON.stringify(shape), values)
  return row?.count ?? 0
}
