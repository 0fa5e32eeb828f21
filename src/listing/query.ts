/** How the filters of a list of live articles are met: by what they are found, and what has to hold then. */
import { and, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { countOf } from '../catalogue/entry.ts'
import { type KeyRange, keyRangeOf } from '../editions/index-key.ts'
import { articleAtPath } from '../editions/paths.ts'
import { rangesIn } from '../lib/languages.ts'
import { allOf, match, refersTo } from '../storage/fulltext.ts'
import { keysetOf, keyValues, type Order, type PageRequest, type Start, startOf } from '../storage/keyset.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { type CountQuery, isSmall } from './count.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import {
  type Predicates,
  type PredicateTemplate,
  predicateSql,
  predicatesFor,
  type ResolvedFilters,
  timePredicateSql,
} from './predicates.ts'
import { type ReferenceFilter, resolveReferenceFilters, withSubsections } from './reference-filters.ts'
import { parseSearchTerms } from './terms.ts'

/** So many articles are sooner sorted than they are looked for among all. */
const FEW = 5_000

/** Where the articles are found, and what has to hold then. */
export interface QueryPlan extends CountQuery {
  /** Whether what is found is sorted, instead of gone through in the order of the list. */
  needsSort: boolean
}

/** What filters ask of the index, and what has to hold beside. */
export interface IndexQuery extends KeyRange {
  /** Null for all that there is. */
  query: string | null
  otherPredicates: Predicates
}

/**
 * The plan for the filters, or null if nothing can match. One reference alone has its articles in the order of
 * publication; several, and words, meet in the index, which has the same order. For another order what is found there
 * has to be sorted; if that is much, the editions are gone through in the order wanted, where that soon makes a page.
 * Few editions of some time of update are sorted, too.
 */
export async function planQuery(
  db: Reader,
  given: ArticleFilters,
  sort: ArticleSort,
  request: PageRequest,
  few = FEW,
): Promise<QueryPlan | null> {
  const filters: ResolvedFilters = { ...given, article: given.path && (await articleAtPath(db, given.path, 'live')) }
  const wanted = await wantedOf(db, filters)
  if (!wanted) return null
  const isByTime = sort.endsWith('publishedAt')
  const conditions = predicatesFor(wanted.refs, filters, wanted.words)
  const throughAll: QueryPlan = { accessPath: 'editions', values: {}, predicates: conditions, needsSort: false }
  if (isByTime && filters.updatedAt.length > 0 && (await isSmall(db, throughAll, few)))
    return { ...throughAll, needsSort: true }
  const led = await ledBy(db, wanted, filters)
  if (!led || isByTime) return led ?? throughAll
  return (await isSmall(db, led, few)) || !(await isSoonFound(db, throughAll, { sort, request, few }))
    ? led
    : throughAll
}

/** The plan that goes by a reference or by the index; undefined if nothing is asked for that these know. */
async function ledBy(db: Reader, wanted: Wanted, filters: ResolvedFilters): Promise<QueryPlan | undefined> {
  const { refs, words } = wanted
  if (filters.externalId !== undefined || filters.article !== undefined) return undefined
  if (refs.length === 0 && words === undefined) return undefined
  const [only] = refs
  if (only && refs.length === 1 && only.ids.length === 1 && words === undefined) {
    const { publishedAt, updatedAt } = filters
    const values = { kind: only.kind, ref: only.ids[0] }
    return {
      accessPath: 'reference',
      values,
      predicates: predicatesFor([], { publishedAt, updatedAt }),
      needsSort: false,
    }
  }
  const { query, low, high, otherPredicates: rest } = await soughtOf(db, wanted, filters)
  return { accessPath: 'index', values: { query, low, high }, predicates: rest, needsSort: false }
}

/** What the filters ask of the index; null if nothing can meet them. */
export async function indexQueryFor(db: Reader, filters: ArticleFilters): Promise<IndexQuery | null> {
  const wanted = await wantedOf(db, filters)
  return wanted && soughtOf(db, wanted, filters)
}

async function soughtOf(db: Reader, { refs, words }: Wanted, filters: ArticleFilters): Promise<IndexQuery> {
  const { publishedAt, updatedAt, externalId } = filters
  const queries = words === undefined ? [] : [words]
  for (const one of refs) {
    const { kind, ids } = await withSubsections(db, one)
    queries.push(refersTo(kind, ids))
  }
  const rest = predicatesFor([], { updatedAt, externalId })
  return { query: queries.length === 0 ? null : allOf(queries), ...keyRangeOf(publishedAt), otherPredicates: rest }
}

/** The filters by reference, and the query for the words. */
interface Wanted {
  refs: ReferenceFilter[]
  words: string | undefined
}

/** What the filters ask for; null if nothing can meet them all. */
async function wantedOf(db: Reader, filters: ResolvedFilters): Promise<Wanted | null> {
  if (filters.path !== undefined && filters.article === undefined) return null
  if (filters.status !== undefined && !filters.status.split(',').includes('published')) return null
  const terms = filters.q === undefined ? undefined : await parseSearchTerms(db, filters.q, filters)
  if (terms?.length === 0) return null
  const refs = await resolveReferenceFilters(db, filters)
  const ranges = filters.language === undefined ? null : rangesIn(filters.language)
  if (ranges !== null) refs.push({ kind: 'language', ids: ranges })
  return refs.some(({ ids }) => ids.length === 0) ? null : { refs, words: terms && match(terms, 'all') }
}

/** The column of the editions that a list is sorted by, where that is not the time of publication. */
export const sortColumnOf = (sort: ArticleSort) =>
  sort.endsWith('updatedAt') ? editions.updatedAt : editions.sortHeadline

interface Soon {
  sort: ArticleSort
  from: Start
  shape: PredicateTemplate
}

const countSoon = preparedVariants('soon', (db, text: string) => {
  const { sort, from, shape } = JSON.parse(text) as Soon
  const slice = keysetOf(listOrder(sort, sortColumnOf(sort), editions.article), from)
  const inOrder = sort.endsWith('updatedAt') ? timePredicateSql('updatedAt', shape.updatedAt, editions.updatedAt) : []
  const next = db
    .select({
      article: editions.article,
      publishedAt: editions.publishedAt,
      updatedAt: editions.updatedAt,
      searchKey: editions.searchKey,
    })
    .from(editions)
    .where(and(...inOrder, slice.where))
    .orderBy(...slice.orderBy)
    .limit(placeholder('few'))
    .as('next')
  const matching = db
    .select({ article: next.article })
    .from(next)
    .where(and(...predicateSql(shape, next)))
    .limit(placeholder('limit'))
    .as('matching')
  return db.select({ count: countOf }).from(matching)
})

/** Whether a page is full before many editions have been gone through in the order wanted. */
async function isSoonFound(
  db: Reader,
  { predicates: { template: shape, values } }: QueryPlan,
  { sort, request, few }: { sort: ArticleSort; request: PageRequest; few: number },
): Promise<boolean> {
  const text = JSON.stringify({ sort, from: startOf(request), shape } satisfies Soon)
  const limit = request.limit + 1
  const [row] = await countSoon(db, text, { ...values, ...keyValues(request), few, limit })
  return row?.count === limit
}

/** The order of a list: by a column, and where that is the same by the id of the article. */
export const listOrder = (sort: ArticleSort, column: SQLiteColumn | SQL, id: SQLiteColumn): Order => ({
  kind: sort.endsWith('headline') ? 'text' : 'time',
  column,
  id,
  descending: sort.startsWith('-'),
})
