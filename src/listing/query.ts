/** Decides how a list of live articles is queried: by which access path, and with which predicates. */
import { and, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { referencedIds } from '../catalogue/article-counts.ts'
import { rowCount } from '../catalogue/entry.ts'
import { type Dependencies, onReferences } from '../changes/dependencies.ts'
import { type KeyRange, keyRangeOf } from '../editions/index-key.ts'
import { articleAtPath } from '../editions/paths.ts'
import { rangesIn } from '../lib/languages.ts'
import { parseTerms, type Term } from '../lib/search-syntax.ts'
import { stemmedAmong } from '../lib/stems.ts'
import { matchAll, matchReferences, matchTerms } from '../storage/fulltext.ts'
import {
  type Order,
  type PageRequest,
  type PageStart,
  pageStart,
  preparedKeyset,
  preparedKeysetValues,
} from '../storage/keyset.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { type CountQuery, isSmall } from './count.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import {
  type Criteria,
  type Predicates,
  type PredicateTemplate,
  predicateSql,
  predicatesFor,
  timePredicateSql,
} from './predicates.ts'
import { resolveReferenceFilters, shownReferences, withSubsections } from './reference-filters.ts'

/** Up to this many matches, sorting them all is faster than scanning the editions in the order of the list. */
const MAX_SORTED = 5_000

/** How a page of a list is queried. */
export interface QueryPlan extends CountQuery {
  /** Whether the matches have to be sorted; else they are read in the order of the list. */
  needsSort: boolean
}

/** What the full-text index can filter by itself, and the predicates that remain. */
export interface IndexQuery extends KeyRange {
  /** The full-text query; null matches everything. */
  query: string | null
  otherPredicates: Predicates
}

/**
 * The query plan for a list with these criteria.
 *
 * - In the order of publication: a single reference is read from `edition_refs`, and several references or words from
 *   the full-text index; both have this order. Otherwise the editions are scanned, or sorted if an interval of
 *   `updatedAt` holds at most `maxSorted` of them.
 * - In another order: at most `maxSorted` matches of a reference or of the index are sorted. If there are more, the
 *   editions are scanned in that order, provided that this soon fills a page.
 */
export async function planQuery(
  db: Reader,
  criteria: Criteria,
  sort: ArticleSort,
  request: PageRequest,
  maxSorted = MAX_SORTED,
): Promise<QueryPlan> {
  const isByPublication = sort.endsWith('publishedAt')
  if (isByPublication && criteria.updatedAt.length > 0) {
    const scan = scanPlan(criteria)
    if (await isSmall(db, scan, maxSorted)) return { ...scan, needsSort: true }
  }
  const lookup = await lookupPlan(db, criteria)
  if (!lookup) return scanPlan(criteria)
  if (isByPublication || (await isSmall(db, lookup, maxSorted))) return lookup
  const scan = scanPlan(criteria)
  return (await scanFillsPage(db, scan, { sort, request, maxSorted })) ? scan : lookup
}

/** The plan that scans the editions. */
const scanPlan = (criteria: Criteria): QueryPlan => ({
  accessPath: 'editions',
  values: {},
  predicates: predicatesFor(criteria),
  needsSort: false,
})

/** The plan that looks up a reference or queries the index; undefined if neither applies to the filters. */
async function lookupPlan(db: Reader, criteria: Criteria): Promise<QueryPlan | undefined> {
  const { refs, words, externalId, article, publishedAt, updatedAt } = criteria
  if (externalId !== undefined || article !== undefined) return undefined
  if (refs.length === 0 && words === undefined) return undefined
  const [first] = refs
  if (first && refs.length === 1 && first.ids.length === 1 && words === undefined) {
    const values = { kind: first.kind, ref: first.ids[0] }
    const predicates = predicatesFor({ publishedAt, updatedAt })
    return { accessPath: 'reference', values, predicates, needsSort: false }
  }
  const { query, low, high, otherPredicates } = await indexQueryOf(db, criteria)
  return { accessPath: 'index', values: { query, low, high }, predicates: otherPredicates, needsSort: false }
}

/** The query of the full-text index for filters; null if nothing can match. */
export async function indexQueryFor(db: Reader, filters: ArticleFilters): Promise<IndexQuery | null> {
  const criteria = await resolveFilters(db, filters)
  return criteria && indexQueryOf(db, criteria)
}

async function indexQueryOf(db: Reader, criteria: Criteria): Promise<IndexQuery> {
  const { refs, words, publishedAt, updatedAt, externalId } = criteria
  const queries = words === undefined ? [] : [words]
  for (const filter of refs) {
    const { kind, ids } = await withSubsections(db, filter)
    queries.push(matchReferences(kind, ids))
  }
  const otherPredicates = predicatesFor({ updatedAt, externalId })
  return { query: queries.length === 0 ? null : matchAll(queries), ...keyRangeOf(publishedAt), otherPredicates }
}

/**
 * Resolves filters: ids in place of slugs and paths, the full-text query in place of words. Null if nothing can match
 * them all.
 */
export async function resolveFilters(db: Reader, filters: ArticleFilters): Promise<Criteria | null> {
  const { path, status, q, language, publishedAt, updatedAt, externalId } = filters
  const article = path?.startsWith('/') ? await articleAtPath(db, path) : undefined
  if (path !== undefined && article === undefined) return null
  if (status !== undefined && !status.split(',').includes('published')) return null
  const terms = q === undefined ? undefined : await searchTermsOf(db, q, filters)
  if (terms?.length === 0) return null
  const refs = await shownReferences(db, await resolveReferenceFilters(db, filters))
  const ranges = language === undefined ? null : rangesIn(language)
  if (ranges !== null) refs.push({ kind: 'language', ids: ranges })
  if (refs.some(({ ids }) => ids.length === 0)) return null
  return { refs, words: terms && matchTerms(terms, 'all'), article, publishedAt, updatedAt, externalId }
}

/** What a list with these criteria depends on. Which media an article had before a change is not known. */
export function dependenciesOf(criteria: Criteria | null): Dependencies {
  if (!criteria || criteria.words !== undefined || criteria.article !== undefined) return null
  return onReferences(criteria.refs.filter(({ kind }) => kind !== 'media'))
}

/**
 * The terms of a search in live articles. Words are stemmed in the languages that the search is limited to, or else in
 * all languages of live articles.
 */
export async function searchTermsOf(
  db: Reader,
  q: string,
  { language }: Pick<ArticleFilters, 'language'>,
): Promise<Term[]> {
  const ranges = language === undefined ? null : rangesIn(language)
  return parseTerms(q, stemmedAmong(ranges ?? (await referencedIds(db, 'language'))))
}

/** The sort column of a list that is not in the order of publication. */
export const sortColumnOf = (sort: ArticleSort) =>
  sort.endsWith('updatedAt') ? editions.updatedAt : editions.sortHeadline

interface ScanVariant {
  sort: ArticleSort
  start: PageStart
  template: PredicateTemplate
}

const countScanned = preparedVariants(
  'list_scan',
  (db, { sort, start, template }: ScanVariant) => {
    const slice = preparedKeyset(listOrder(sort, sortColumnOf(sort), editions.article), start)
    const onSortColumn = sort.endsWith('updatedAt')
      ? timePredicateSql('updatedAt', template.updatedAt, editions.updatedAt)
      : []
    const scanned = db
      .select({
        article: editions.article,
        publishedAt: editions.publishedAt,
        updatedAt: editions.updatedAt,
        searchKey: editions.searchKey,
      })
      .from(editions)
      .where(and(...onSortColumn, slice.where))
      .orderBy(...slice.orderBy)
      .limit(placeholder('maxScanned'))
      .as('scanned')
    const matching = db
      .select({ article: scanned.article })
      .from(scanned)
      .where(and(...predicateSql(template, scanned)))
      .limit(placeholder('limit'))
      .as('matching')
    return db.select({ count: rowCount }).from(matching)
  },
  JSON.stringify,
)

/** Whether a scan in the order of the list finds a whole page, and one row more, in its first `maxSorted` editions. */
async function scanFillsPage(
  db: Reader,
  { predicates: { template, values } }: QueryPlan,
  { sort, request, maxSorted }: { sort: ArticleSort; request: PageRequest; maxSorted: number },
): Promise<boolean> {
  const variant = { sort, start: pageStart(request), template }
  const limit = request.limit + 1
  const [row] = await countScanned(db, variant, {
    ...values,
    ...preparedKeysetValues(request),
    maxScanned: maxSorted,
    limit,
  })
  return row?.count === limit
}

/** The order of a list: by a column, and among equal values by the id of the article. */
export const listOrder = (sort: ArticleSort, column: SQLiteColumn | SQL, id: SQLiteColumn): Order => ({
  kind: sort.endsWith('headline') ? 'text' : 'time',
  column,
  id,
  descending: sort.startsWith('-'),
})
