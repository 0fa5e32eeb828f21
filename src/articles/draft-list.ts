import { and, eq, inArray, isNotNull, isNull, not, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { NONE } from '../access/references.ts'
import type { Caller } from '../access/roles.ts'
import { rowCount } from '../catalogue/entry.ts'
import type { Content } from '../editions/content.ts'
import { articleAtPath } from '../editions/paths.ts'
import { rangesIn } from '../lib/languages.ts'
import { parseTerms } from '../lib/search-syntax.ts'
import { stemmedAmong, stemmedLanguages } from '../lib/stems.ts'
import type { DraftFilters, DraftSort } from '../listing/filters.ts'
import { pageBySize } from '../listing/page-by-size.ts'
import {
  anyOfSql,
  noneSql,
  type ReferenceFilter,
  resolveReferenceFilters,
  timeFilterSql,
  withSubsections,
} from '../listing/reference-filters.ts'
import { matchTerms } from '../storage/fulltext.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { isAhead, matchingDrafts } from './draft-index.ts'
import { isVisibleTo } from './ownership.ts'
import { type ArticleRow, articleRow } from './store.ts'

/** The sort key of a list by date of publication: those never published sort by their creation. */
const publishedOrCreated = sql<string>`coalesce(${articles.publishedAt}, ${articles.createdAt})`.mapWith(
  articles.createdAt,
)

const orders = {
  publishedAt: { kind: 'time', column: publishedOrCreated },
  updatedAt: { kind: 'time', column: articles.editedAt },
  headline: { kind: 'text', column: articles.sortHeadline },
  publishAt: { kind: 'time', column: articles.publishAt },
} as const

interface DraftQuery {
  filters: DraftFilters
  sort: DraftSort
  caller: Caller
}

/**
 * A page of the working copies that the caller may see, of fewer where they are large. `updatedAt` is when they were last
 * saved.
 */
export async function listDrafts(db: Reader, query: DraftQuery, request: PageRequest): Promise<Page<ArticleRow>> {
  const { page, items } = await pageBySize(request, {
    read: (paging) => draftIds(db, query, paging),
    load: (ids) => draftsOf(db, ids),
    sizeOf: ({ content }) => JSON.stringify(content.body).length,
  })
  return { ...page, rows: items }
}

async function draftsOf(db: Reader, ids: string[]): Promise<ArticleRow[]> {
  const rows = await db.select().from(articles).where(inArray(articles.id, ids))
  return ids.flatMap((id) => rows.filter((row) => row.id === id).map(articleRow))
}

async function draftIds(db: Reader, query: DraftQuery, request: PageRequest): Promise<Page<string>> {
  const order = orders[query.sort.replace('-', '') as keyof typeof orders]
  const slice = keyset({ ...order, id: articles.id, descending: query.sort.startsWith('-') }, request)
  const rows = await db
    .select({ id: articles.id, key: order.column as typeof articles.editedAt })
    .from(articles)
    .where(and(await predicateOf(db, query), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  const page = pageOf(rows, request, (row) => [row.key, row.id])
  return { ...page, rows: page.rows.map(({ id }) => id) }
}

/** How many working copies the filters match, of those that the caller may see. */
export async function countDrafts(db: Reader, query: DraftQuery): Promise<number> {
  const [row] = await db
    .select({ count: rowCount })
    .from(articles)
    .where(await predicateOf(db, query))
  return row?.count ?? 0
}

async function predicateOf(db: Reader, { filters, sort, caller }: DraftQuery): Promise<SQL | undefined> {
  const { path } = filters
  const refs = await Promise.all((await resolveReferenceFilters(db, filters)).map((one) => withSubsections(db, one)))
  return and(
    isNull(articles.deletedAt),
    isVisibleTo(caller),
    // Only what is scheduled has a sort key in this order.
    sort.endsWith('publishAt') ? isNotNull(articles.publishAt) : undefined,
    ...refs.map((ref) => refersToAny(db, ref)),
    inLanguages(filters.language),
    filters.q === undefined ? undefined : hasWords(db, filters.q, filters.language),
    anyOfSql(articles.status, filters.status),
    filters.externalId === undefined ? undefined : eq(articles.externalId, filters.externalId),
    ...statePredicates(filters, caller),
    path === undefined
      ? undefined
      : eq(articles.id, (path.startsWith('/') && (await articleAtPath(db, path, draftSection))) || ''),
    ...timeFilterSql(filters.publishedAt, articles.publishedAt),
    ...timeFilterSql(filters.updatedAt, articles.editedAt),
    ...timeFilterSql(filters.publishAt, articles.publishAt),
  )
}

const selectContent = prepared('draft_content', (db) =>
  db
    .select({ content: articles.content })
    .from(articles)
    .where(eq(articles.id, sql.placeholder('id'))),
)

/** The section of a working copy; null for none, undefined if there is no such article. */
async function draftSection(db: Reader, id: string): Promise<string | null | undefined> {
  const [row] = await selectContent(db, { id })
  return row && (row.content as Content).section
}

/** The filters by state: scheduled, with unpublished changes, and by creator (`me` is the caller). */
function statePredicates(
  { scheduled, hasUnpublishedChanges, createdBy }: DraftFilters,
  caller: Caller,
): (SQL | undefined)[] {
  const creators = createdBy?.split(',').map((one) => (one.trim() === 'me' ? (caller.id ?? '') : one.trim()))
  return [
    scheduled === undefined ? undefined : (scheduled ? isNotNull : isNull)(articles.publishAt),
    hasUnpublishedChanges === undefined ? undefined : hasUnpublishedChanges ? isAhead : not(isAhead),
    creators && inArray(articles.createdBy, creators),
  ]
}

/** The predicate that a working copy refers to one of the ids, or, for `NONE`, to nothing of the kind. */
function refersToAny(db: Reader, { kind, ids }: ReferenceFilter): SQL | undefined {
  if (ids.length === 0) return noneSql
  const referring = (some?: SQL) =>
    db
      .select({ article: articleRefs.article })
      .from(articleRefs)
      .where(and(eq(articleRefs.kind, kind), some))
  return or(
    inArray(articles.id, referring(inArray(articleRefs.ref, ids))),
    ids.includes(NONE) ? notInArray(articles.id, referring()) : undefined,
  )
}

function inLanguages(list: string | undefined): SQL | undefined {
  const ranges = list === undefined ? null : rangesIn(list)
  if (ranges === null) return undefined
  const tag = sql`lower(${articles.language})`
  const found = ranges.map(
    (range) => sql`${tag} = ${range} or substr(${tag}, 1, ${sql.raw(String(range.length + 1))}) = ${`${range}-`}`,
  )
  return found.length === 0 ? noneSql : sql`(${sql.join(found, sql` or `)})`
}

/** The predicate that a working copy has all words of the query, stemmed for any language that is not filtered out. */
function hasWords(db: Reader, q: string, language: string | undefined): SQL {
  const ranges = language === undefined ? null : rangesIn(language)
  const terms = parseTerms(q, stemmedAmong(ranges ?? stemmedLanguages))
  if (terms.length === 0) return noneSql
  return inArray(articles.id, matchingDrafts(db, matchTerms(terms, 'all')))
}
