/** How the filters of a list of live articles are met: by what they are found, and what has to hold then. */
import { and, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { articleCounts } from '../catalogue/counts.ts'
import { countOf } from '../catalogue/entry.ts'
import { termsIn } from '../lib/query.ts'
import { keysetOf, keyValues, type Order, type PageRequest, type Start, startOf } from '../storage/keyset.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import { placeholder, type Reader, shaped } from '../storage/storage.ts'
import { wantedRefs } from './conditions.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { type Conditions, conditionsOf, inTime, isAny, met, type RefFilter, type Shape } from './shape.ts'

/** So many articles are sooner sorted than they are looked for among all. */
const FEW = 5_000

export interface Plan {
  /** The articles of any of these are gone through, by their references; null to go through the editions. */
  leader: RefFilter | null
  /** What has to hold for what is found. */
  conditions: Conditions
  /** Whether what is found is sorted, instead of gone through in the order of the list. */
  isSorted: boolean
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
  const wanted = await wantedOf(db, filters)
  if (!wanted) return null
  const isByTime = sort.endsWith('publishedAt')
  const isOfFewUpdates = isByTime && filters.updatedAt.length > 0 && (await isFew(db, null, filters, few))
  const mayLead = filters.externalId === undefined && filters.q === undefined && !isOfFewUpdates
  const rarest = mayLead ? await rarestOf(db, wanted, isByTime) : undefined
  const leads = async (one: Counted) =>
    isByTime ||
    (await leadsToFew(db, one, filters, few)) ||
    !(await isSoonFound(db, wanted, filters, { sort, request, few }))
  const leader = rarest && (await leads(rarest)) ? rarest.filter : null
  return {
    leader,
    conditions: conditionsOf(
      wanted.filter((one) => one !== leader),
      filters,
    ),
    isSorted: isOfFewUpdates,
  }
}

/** The column of the editions that a list is sorted by, where that is not the time of publication. */
export const columnOf = (sort: ArticleSort) => (sort.endsWith('updatedAt') ? editions.updatedAt : editions.sortHeadline)

/** What has to hold for an edition to meet the filters; null if nothing can. */
export async function conditionsFor(db: Reader, filters: ArticleFilters): Promise<Conditions | null> {
  const wanted = await wantedOf(db, filters)
  return wanted && conditionsOf(wanted, filters)
}

/** The filters by reference; null if nothing can meet all filters. */
async function wantedOf(db: Reader, filters: ArticleFilters): Promise<RefFilter[] | null> {
  if (filters.status !== undefined && !filters.status.split(',').includes('published')) return null
  if (filters.q !== undefined && termsIn(filters.q).length === 0) return null
  const wanted: RefFilter[] = await wantedRefs(db, filters)
  if (filters.language !== undefined) wanted.push({ kind: 'language', ids: filters.language.split(',') })
  return wanted.some(({ ids }) => ids.length === 0)
    ? null
    : wanted.map(({ kind, ids }) => ({ kind, ids: [...new Set(ids)] }))
}

interface Counted {
  filter: RefFilter
  /** How many articles there are behind the filter; one of several ids may count twice. */
  total: number
}

/** The filter with the fewest articles behind it. One alone is not counted where its order is the one wanted. */
async function rarestOf(db: Reader, wanted: RefFilter[], isByTime: boolean): Promise<Counted | undefined> {
  const [only] = wanted
  if (only && wanted.length === 1 && isByTime) return { filter: only, total: Number.NaN }
  const counted = await Promise.all(wanted.map(async (filter) => ({ filter, total: await totalOf(db, filter) })))
  return counted.sort((a, b) => a.total - b.total)[0]
}

async function totalOf(db: Reader, { kind, ids }: RefFilter): Promise<number> {
  const countOfId = await articleCounts(db, kind, ids)
  return ids.reduce((sum, id) => sum + countOfId(id), 0)
}

/** How many articles are behind the filters, where that is known without counting: behind one reference alone. */
export async function knownTotal(db: Reader, filters: ArticleFilters): Promise<number | undefined> {
  const { externalId, q, publishedAt, updatedAt } = filters
  if (externalId !== undefined || q !== undefined || publishedAt.length + updatedAt.length > 0) return undefined
  const wanted = await wantedOf(db, filters)
  if (!wanted) return 0
  const [only] = wanted
  return only && wanted.length === 1 && only.ids.length === 1 ? totalOf(db, only) : undefined
}

async function leadsToFew(
  db: Reader,
  { filter, total }: Counted,
  filters: ArticleFilters,
  few: number,
): Promise<boolean> {
  if (total <= few || filters.publishedAt.length === 0) return total <= few
  return isFew(db, filter, filters, few)
}

interface Some {
  leader: [kind: string, count: number] | null
  times: Pick<Shape, 'publishedAt' | 'updatedAt'>
}

const countSome = shaped('few', (db, text: string) => {
  const { leader, times } = JSON.parse(text) as Some
  const rows = leader
    ? db
        .select({ article: editionRefs.article })
        .from(editionRefs)
        .where(and(isAny(...leader), ...inTime('publishedAt', times.publishedAt, editionRefs.publishedAt)))
    : db
        .select({ article: editions.article })
        .from(editions)
        .where(and(...inTime('updatedAt', times.updatedAt, editions.updatedAt)))
  return db.select({ count: countOf }).from(rows.limit(placeholder('limit')).as('few'))
})

/**
 * Whether few articles are behind a leader and the times of publication, or behind the times of update, which an index
 * answers; it looks at no more than that.
 */
async function isFew(db: Reader, leader: RefFilter | null, filters: ArticleFilters, few: number): Promise<boolean> {
  const { publishedAt, updatedAt } = filters
  const { shape, values } = conditionsOf(leader ? [leader] : [], leader ? { publishedAt } : { updatedAt })
  const text = JSON.stringify({ leader: shape.refs[0] ?? null, times: shape } satisfies Some)
  const [row] = await countSome(db, text, { ...values, limit: few + 1 })
  return (row?.count ?? 0) <= few
}

interface Soon {
  sort: ArticleSort
  from: Start
  shape: Shape
}

const countSoon = shaped('soon', (db, text: string) => {
  const { sort, from, shape } = JSON.parse(text) as Soon
  const slice = keysetOf(orderOf(sort, columnOf(sort), editions.article), from)
  const inOrder = sort.endsWith('updatedAt') ? inTime('updatedAt', shape.updatedAt, editions.updatedAt) : []
  const next = db
    .select({ article: editions.article, publishedAt: editions.publishedAt, updatedAt: editions.updatedAt })
    .from(editions)
    .where(and(...inOrder, slice.where))
    .orderBy(...slice.orderBy)
    .limit(placeholder('few'))
    .as('next')
  const matching = db
    .select({ article: next.article })
    .from(next)
    .where(and(...met(shape, next)))
    .limit(placeholder('limit'))
    .as('matching')
  return db.select({ count: countOf }).from(matching)
})

/** Whether a page is full before many editions have been gone through in the order wanted. */
async function isSoonFound(
  db: Reader,
  wanted: RefFilter[],
  { publishedAt, updatedAt }: ArticleFilters,
  { sort, request, few }: { sort: ArticleSort; request: PageRequest; few: number },
): Promise<boolean> {
  const { shape, values } = conditionsOf(wanted, { publishedAt, updatedAt })
  const text = JSON.stringify({ sort, from: startOf(request), shape } satisfies Soon)
  const limit = request.limit + 1
  const [row] = await countSoon(db, text, { ...values, ...keyValues(request), few, limit })
  return row?.count === limit
}

/** The order of a list: by a column, and where that is the same by the id of the article. */
export const orderOf = (sort: ArticleSort, column: SQLiteColumn | SQL, id: SQLiteColumn): Order => ({
  kind: sort.endsWith('headline') ? 'text' : 'time',
  column,
  id,
  descending: sort.startsWith('-'),
})
