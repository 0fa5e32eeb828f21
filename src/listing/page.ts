/** Lists of live articles: which articles there are on a page. What they show is fetched by their ids. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { countOfRef } from '../catalogue/article-counts.ts'
import { SEQUENCE_BITS, keysOfMillisecond, millisecondsOf, publishedAtOf } from '../editions/index-key.ts'
import { editionIndex } from '../storage/fulltext.ts'
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
import { packedRows } from '../storage/packed-rows.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { countMatching } from './count.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { type AccessPath, referenceColumns, type PredicateTemplate, isIndexMatchSql, isOfReferenceSql, predicateSql } from './predicates.ts'
import { sortColumnOf, listOrder, planQuery, type QueryPlan } from './query.ts'

interface ListQuery {
  filters: ArticleFilters
  sort: ArticleSort
  /** How many articles are sooner sorted than looked for, if it is not as usual. */
  maxSorted?: number
}

/** Where an article stands in the order of a list. */
interface Found {
  article: string
  key: string
}

/** The ids of a page of the live articles. */
export async function listPage(
  db: Reader,
  { filters, sort, maxSorted: few }: ListQuery,
  request: PageRequest,
): Promise<Page<string>> {
  checkKeys(sort.endsWith('headline') ? 'text' : 'time', request)
  const planned = await planQuery(db, filters, sort, request, few)
  if (!planned) return { rows: [], next: null, previous: null }
  const isInOrder = planned.accessPath === 'index' && sort.endsWith('publishedAt')
  const found = await (isInOrder ? pageOfIndex : pageOfRows)(db, planned, sort, request)
  const page = pageOf(found, request, (row) => [row.key, row.article])
  return { ...page, rows: page.rows.map(({ article }) => article) }
}

/** What a statement for a page is prepared for. */
interface Listing {
  sort: ArticleSort
  start: Start
  lead: AccessPath
  isSorted: boolean
  conditions: PredicateTemplate
}

const selectRows = packedRows('list', ['article', 'key'], (db, text) => {
  const { sort, start, lead, isSorted, conditions } = JSON.parse(text) as Listing
  const row = lead === 'reference' ? referenceColumns : editions
  const key = sort.endsWith('publishedAt') ? row.publishedAt : sortColumnOf(sort)
  const slice = keysetOf(listOrder(sort, isSorted ? unindexed(key) : key, row.article), start)
  const columns = { article: row.article, key: key as typeof editions.updatedAt }
  const where = and(...predicateSql(conditions, row), slice.where)
  const needsEdition = key.table === editions || conditions.updatedAt.length > 0
  // Cross joins, for with these SQLite keeps to the order of the tables.
  const found = {
    editions: () => db.select(columns).from(editions).where(where),
    index: () =>
      db
        .select(columns)
        .from(editionIndex)
        .crossJoin(editions)
        .where(and(isIndexMatchSql, isIndexed, where)),
    reference: () =>
      needsEdition
        ? db
            .select(columns)
            .from(editionRefs)
            .crossJoin(editions)
            .where(and(isOfReferenceSql, eq(editions.article, editionRefs.article), where))
        : db.select(columns).from(editionRefs).where(and(isOfReferenceSql, where)),
  }[lead]()
  return found.orderBy(...slice.orderBy).limit(placeholder('limit'))
})

const isIndexed = eq(editions.searchKey, editionIndex.key)

/** The column, so that SQLite goes through no index of it but sorts what another index finds. */
const unindexed = (column: SQLiteColumn): SQL => sql`coalesce(${column}, ${column})`.mapWith(column)

/** The rows of a page, and one more if there is one. */
async function pageOfRows(db: Reader, planned: QueryPlan, sort: ArticleSort, request: PageRequest): Promise<Found[]> {
  const { accessPath: lead, values, predicates: conditions, needsSort: isSorted } = planned
  const shape: Listing = { sort, start: startOf(request), lead, isSorted, conditions: conditions.template }
  const limit = request.limit + 1
  return selectRows(db, JSON.stringify(shape), { ...conditions.values, ...values, ...keyValues(request), limit })
}

/** What a statement for a part of the index is prepared for. */
interface Stretch {
  isFalling: boolean
  isWhole: boolean
  conditions: PredicateTemplate
}

const selectStretch = preparedVariants('list_stretch', (db, text: string) => {
  const { isFalling, isWhole, conditions } = JSON.parse(text) as Stretch
  const place = sql`(${editionIndex.key} >> ${sql.raw(String(SEQUENCE_BITS))}, ${editions.article})`
  const from = sql`(${sql.placeholder('moment')}, ${sql.placeholder('id')})`
  const beyond = isWhole ? undefined : sql`${place} ${sql.raw(isFalling ? '<' : '>')} ${from}`
  return db
    .select({ article: editions.article, key: editionIndex.key })
    .from(editionIndex)
    .crossJoin(editions)
    .where(and(isIndexMatchSql, isIndexed, ...predicateSql(conditions, editions), beyond))
    .orderBy(sql`${editionIndex.key} ${sql.raw(isFalling ? 'desc' : 'asc')}`)
    .limit(placeholder('limit'))
})

/**
 * The same from the index, whose order is that of the list but for what went live in the same millisecond: there lists
 * go by the id. So the last millisecond of a page is read to its end before it is sorted.
 */
async function pageOfIndex(db: Reader, planned: QueryPlan, sort: ArticleSort, request: PageRequest): Promise<Found[]> {
  const { values, predicates: conditions } = planned
  const { low, high } = values as { low: number; high: number }
  const { from } = request
  const isFalling = sort.startsWith('-') !== (from?.back ?? false)
  const moment = from && Date.parse(String(from.keys[0]))
  const stretch = (range: { low: number; high: number }, limit: number) => {
    const shape: Stretch = { isFalling, isWhole: from === null, conditions: conditions.template }
    const place = { moment, id: from?.keys[1] }
    return selectStretch(db, JSON.stringify(shape), { ...conditions.values, ...values, ...range, ...place, limit })
  }
  const edge = moment === null ? { low, high } : keysOfMillisecond(moment)
  const wanted = request.limit + 1
  const found = await stretch(
    isFalling ? { low, high: Math.min(high, edge.high) } : { low: Math.max(low, edge.low), high },
    wanted,
  )
  const last = found.at(-1)
  if (last && found.length === wanted) {
    const same = keysOfMillisecond(millisecondsOf(last.key))
    const [first, end] = isFalling ? [Math.max(low, same.low), last.key - 1] : [last.key + 1, Math.min(high, same.high)]
    if (first <= end) found.push(...(await stretch({ low: first, high: end }, end - first + 1)))
  }
  return found
    .map(({ article, key }) => ({ article, key: publishedAtOf(key) }))
    .sort((a, b) => (isFalling ? -1 : 1) * compare(a, b))
    .slice(0, wanted)
}

/** Times and ids are ASCII: their code units are their bytes. */
function compare(a: Found, b: Found): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  return a.article < b.article ? -1 : 1
}

/** How many live articles there are behind the filters. Behind one reference alone they are counted already. */
export async function countList(db: Reader, filters: ArticleFilters): Promise<number> {
  const planned = await planQuery(db, filters, '-publishedAt', { limit: 1, from: null })
  if (!planned) return 0
  const isCounted = planned.accessPath === 'reference' && filters.publishedAt.length + filters.updatedAt.length === 0
  return isCounted ? countOfRef(db, planned.values as { kind: string; ref: string }) : countMatching(db, planned)
}
