import { and, eq, inArray, isNull, like, type SQL, sql } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { withBelow } from '../catalogue/sections.ts'
import { articleAt } from '../editions/addresses.ts'
import { anyOf, nothing, timeConditions, wantedRefs } from '../editions/conditions.ts'
import type { ArticleFilters, ArticleSort } from '../editions/filters.ts'
import { type Term, termsIn } from '../lib/query.ts'
import { type Caller, may } from '../lib/roles.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleRow } from './store.ts'

/** When a working copy would stand in a list by time of publication: those never published, by when they were made. */
const publishedOrCreated = sql<string>`coalesce(${articles.publishedAt}, ${articles.createdAt})`.mapWith(
  articles.createdAt,
)

const orders = {
  publishedAt: { kind: 'time', column: publishedOrCreated },
  updatedAt: { kind: 'time', column: articles.editedAt },
  headline: { kind: 'text', column: articles.sortHeadline },
} as const

interface DraftQuery {
  filters: ArticleFilters
  sort: ArticleSort
  caller: Caller
}

/** A page of the working copies that the caller may see. `updatedAt` is when they were last saved. */
export async function listDrafts(db: Reader, query: DraftQuery, request: PageRequest): Promise<Page<ArticleRow>> {
  const order = orders[query.sort.replace('-', '') as keyof typeof orders]
  const slice = keyset({ ...order, id: articles.id, descending: query.sort.startsWith('-') }, request)
  const rows = await db
    .select({ article: articles, key: order.column as typeof articles.editedAt })
    .from(articles)
    .where(and(await conditions(db, query), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  const page = pageOf(rows, request, (row) => [row.key, row.article.id])
  return { ...page, rows: page.rows.map(({ article }) => article as ArticleRow) }
}

/** How many working copies the caller may see behind the filters. */
export async function countDrafts(db: Reader, query: DraftQuery): Promise<number> {
  const [row] = await db
    .select({ count: countOf })
    .from(articles)
    .where(await conditions(db, query))
  return row?.count ?? 0
}

async function conditions(db: Reader, { filters, caller }: DraftQuery): Promise<SQL | undefined> {
  const { path } = filters
  const wanted = await wantedRefs(db, filters)
  const refs = await Promise.all(
    wanted.map(async ({ kind, ids }) => refersToAny(db, kind, kind === 'section' ? await withBelow(db, ids) : ids)),
  )
  return and(
    isNull(articles.deletedAt),
    may(caller, 'content:write') ? undefined : eq(articles.createdBy, caller.id ?? ''),
    ...refs,
    anyOf(articles.language, filters.language),
    ...(filters.q === undefined ? [] : termsIn(filters.q).map(inHeadline)),
    anyOf(articles.status, filters.status),
    filters.externalId === undefined ? undefined : eq(articles.externalId, filters.externalId),
    path === undefined ? undefined : eq(articles.id, (await articleAt(db, path, 'draft')) ?? ''),
    ...timeConditions(filters.publishedAt, articles.publishedAt),
    ...timeConditions(filters.updatedAt, articles.editedAt),
  )
}

const refersToAny = (db: Reader, kind: string, ids: string[]): SQL =>
  ids.length === 0
    ? nothing
    : inArray(
        articles.id,
        db
          .select({ article: articleRefs.article })
          .from(articleRefs)
          .where(and(eq(articleRefs.kind, kind), inArray(articleRefs.ref, ids))),
      )

/** That a headline has a term, word for word; drafts are in no index. */
const inHeadline = ({ words }: Term): SQL => like(articles.sortHeadline, `%${words.join(' ')}%`)
