/** How the filters of a list of live articles are met: by what they are found, and what has to hold then. */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { articleCounts } from '../catalogue/counts.ts'
import { countOf } from '../catalogue/entry.ts'
import { termsIn } from '../lib/query.ts'
import { keyset, type Order, type PageRequest } from '../storage/keyset.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { timeConditions, wantedRefs } from './conditions.ts'
import type { LiveRef } from './content.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { hasWords } from './search.ts'

/** So many articles are sooner sorted than they are looked for among all. */
const FEW = 5_000

interface Filter {
  kind: LiveRef['kind']
  ids: string[]
  /** How many articles there are behind the filter; one of several ids may count twice. */
  total: number
}

export interface Plan {
  /** The articles of any of these are gone through, by their references; null to go through the editions. */
  leaders: LiveRef[] | null
  /** What has to hold for what is found. */
  where: SQL | undefined
  /** What it is sorted by. */
  key: SQLiteColumn | SQL
  /** How many articles match, where that is known: behind one reference. */
  total: number | undefined
}

/**
 * The plan for the filters, or null if nothing can match. References are in the order of publication: for this order the
 * rarest of the filters leads. In another order what it leads to has to be sorted; if that is much, the editions are gone
 * through in the order wanted, where that soon makes a page. Few editions of some time of update are sorted, too.
 */
export async function plan(
  db: Reader,
  filters: ArticleFilters,
  sort: ArticleSort,
  request: PageRequest,
  few = FEW,
): Promise<Plan | null> {
  if (filters.status !== undefined && !filters.status.split(',').includes('published')) return null
  const wanted = await filtersOf(db, filters)
  if (wanted.some(({ ids }) => ids.length === 0)) return null
  const [rarest] = wanted.toSorted((a, b) => a.total - b.total)
  const isByTime = sort.endsWith('publishedAt')
  const updated = timeConditions(filters.updatedAt, editions.updatedAt)
  const isOfFewUpdates = isByTime && updated.length > 0 && (await isFew(db, editions, updated, few))
  const mayLead = rarest && filters.externalId === undefined && filters.q === undefined && !isOfFewUpdates
  const leads = async (one: Filter) =>
    isByTime ||
    (await leadsToFew(db, one, filters, few)) ||
    !(await isSoonFound(db, wanted, filters, sort, request, few))
  const leader = mayLead && (await leads(rarest)) ? rarest : undefined
  const found = leader ? editionRefs : editions
  const isAlone = wanted.length === 1 && rarest?.ids.length === 1 && !hasOther(filters)
  return {
    leaders: leader ? refsOf(leader) : null,
    total: isAlone ? rarest.total : undefined,
    key: isByTime ? (isOfFewUpdates ? unindexed(found.publishedAt) : found.publishedAt) : columnOf(sort),
    where: and(
      ...wanted.filter((one) => one !== leader).map((one) => refersToAny(one, found)),
      filters.externalId === undefined ? undefined : eq(editions.externalId, filters.externalId),
      filters.q === undefined ? undefined : hasWords(termsIn(filters.q)),
      ...timeConditions(filters.publishedAt, found.publishedAt),
      ...updated,
    ),
  }
}

/** The column of the editions that a list is sorted by, where that is not the time of publication. */
export const columnOf = (sort: ArticleSort) => (sort.endsWith('updatedAt') ? editions.updatedAt : editions.sortHeadline)

/** The column, so that SQLite goes through no index of it but sorts what another index finds. */
const unindexed = (column: SQLiteColumn): SQL => sql`coalesce(${column}, ${column})`.mapWith(column)

/** Whether there are filters by something else than references. */
const hasOther = ({ externalId, q, publishedAt, updatedAt }: ArticleFilters): boolean =>
  externalId !== undefined || q !== undefined || publishedAt.length + updatedAt.length > 0

const refsOf = ({ kind, ids }: Filter): LiveRef[] => ids.map((ref) => ({ kind, ref }))

/** What has to hold for an edition to meet the filters; null if nothing can. */
export async function whereOf(db: Reader, filters: ArticleFilters): Promise<{ where: SQL | undefined } | null> {
  const wanted = await filtersOf(db, filters)
  if (wanted.some(({ ids }) => ids.length === 0)) return null
  return {
    where: and(
      ...wanted.map((one) => refersToAny(one, editions)),
      filters.externalId === undefined ? undefined : eq(editions.externalId, filters.externalId),
      ...timeConditions(filters.publishedAt, editions.publishedAt),
      ...timeConditions(filters.updatedAt, editions.updatedAt),
    ),
  }
}

/** The filters by reference; of the ids in them only those that any article refers to. */
async function filtersOf(db: Reader, filters: ArticleFilters): Promise<Filter[]> {
  const named: Omit<Filter, 'total'>[] = await wantedRefs(db, filters)
  if (filters.language !== undefined) named.push({ kind: 'language', ids: filters.language.split(',') })
  return Promise.all(
    named.map(async ({ kind, ids }) => {
      const countOfId = await articleCounts(db, kind, ids)
      const found = [...new Set(ids)].filter((id) => countOfId(id) > 0)
      return { kind, ids: found, total: found.reduce((sum, id) => sum + countOfId(id), 0) }
    }),
  )
}

async function leadsToFew(db: Reader, leader: Filter, { publishedAt }: ArticleFilters, few: number): Promise<boolean> {
  if (leader.total <= few || publishedAt.length === 0) return leader.total <= few
  return isFew(db, editionRefs, [ofAny(refsOf(leader)), ...timeConditions(publishedAt, editionRefs.publishedAt)], few)
}

/** Whether few rows meet the conditions, which an index answers; it looks at no more than that. */
async function isFew(
  db: Reader,
  table: typeof editionRefs | typeof editions,
  conditions: (SQL | undefined)[],
  few: number,
): Promise<boolean> {
  const rows = db
    .select({ article: table.article })
    .from(table)
    .where(and(...conditions))
    .limit(few + 1)
    .as('few')
  const [row] = await db.select({ count: countOf }).from(rows)
  return (row?.count ?? 0) <= few
}

/** Whether a page is full before many editions have been gone through in the order wanted. */
async function isSoonFound(
  db: Reader,
  wanted: Filter[],
  { publishedAt, updatedAt }: ArticleFilters,
  sort: ArticleSort,
  request: PageRequest,
  few: number,
): Promise<boolean> {
  const slice = keyset(orderOf(sort, columnOf(sort), editions.article), request)
  const inOrder = sort.endsWith('updatedAt') ? timeConditions(updatedAt, editions.updatedAt) : []
  const next = db
    .select({ article: editions.article, publishedAt: editions.publishedAt, updatedAt: editions.updatedAt })
    .from(editions)
    .where(and(...inOrder, slice.where))
    .orderBy(...slice.orderBy)
    .limit(few)
    .as('next')
  const matching = db
    .select({ article: next.article })
    .from(next)
    .where(
      and(
        ...wanted.map((one) => refersToAny(one, next)),
        ...timeConditions(publishedAt, next.publishedAt),
        ...timeConditions(updatedAt, next.updatedAt),
      ),
    )
    .limit(slice.limit)
    .as('matching')
  const [row] = await db.select({ count: countOf }).from(matching)
  return row?.count === slice.limit
}

/** The order of a list: by a column, and where that is the same by the id of the article. */
export const orderOf = (sort: ArticleSort, column: SQLiteColumn | SQL, id: SQLiteColumn): Order => ({
  kind: sort.endsWith('headline') ? 'text' : 'time',
  column,
  id,
  descending: sort.startsWith('-'),
})

/** Looked up by the whole primary key: a reference has the article's time of publication. */
const refersToAny = ({ kind, ids }: Filter, found: Record<'publishedAt' | 'article', SQLiteColumn>): SQL => sql`exists (
  select 1 from ${editionRefs} other
  where other.kind = ${kind} and other.ref in ${ids}
    and other.published_at = ${found.publishedAt} and other.article = ${found.article})`

/** That a row of `editionRefs` is one of these, which are of one kind. */
export const ofAny = (refs: LiveRef[]): SQL | undefined =>
  and(
    eq(editionRefs.kind, refs[0]?.kind ?? ''),
    inArray(
      editionRefs.ref,
      refs.map(({ ref }) => ref),
    ),
  )
