import { and, eq, inArray, type SQL } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { editionRefs, editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { anyOf, nothing, timeConditions, wantedRefs } from './conditions.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'
import { recompiled } from './store.ts'

/** One live article in a list, as finished JSON. */
export interface Listed {
  article: string
  json: string
}

interface ListQuery {
  filters: ArticleFilters
  sort: ArticleSort
  /** Whether the whole documents are wanted instead of the cards. */
  whole: boolean
}

/** A page of the live articles. */
export async function list(
  db: Reader,
  { filters, sort, whole }: ListQuery,
  request: PageRequest,
): Promise<Page<Listed>> {
  const { leading, where } = await plan(db, filters)
  const order = orderBy(sort, leading !== undefined)
  const slice = keyset(order, request)
  const selected = db
    .select({
      article: editions.article,
      json: whole ? editions.document : editions.card,
      key: order.column,
      stale: staleEditions.article,
    })
    .from(editions)
    .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
  const joined = leading ? selected.innerJoin(editionRefs, leading) : selected
  const rows = await joined
    .where(and(where, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  const page = pageOf(rows, request, (row) => [row.key, row.article])
  return { ...page, rows: await upToDate(db, page.rows, whole) }
}

/** How many live articles there are behind the filters. */
export async function count(db: Reader, filters: ArticleFilters): Promise<number> {
  const { leading, where } = await plan(db, filters)
  const counted = db.select({ count: countOf }).from(editions)
  const [row] = await (leading ? counted.innerJoin(editionRefs, leading) : counted).where(where)
  return row?.count ?? 0
}

function orderBy(sort: ArticleSort, byRefs: boolean) {
  const descending = sort.startsWith('-')
  switch (sort) {
    case 'publishedAt':
    case '-publishedAt': {
      // The references are in this order too: the first page of a rare tag is not looked for among all articles.
      const { publishedAt, article } = byRefs ? editionRefs : editions
      return { kind: 'time', column: publishedAt, id: article, descending } as const
    }
    case 'updatedAt':
    case '-updatedAt':
      return { kind: 'time', column: editions.updatedAt, id: editions.article, descending } as const
    default:
      return { kind: 'text', column: editions.sortHeadline, id: editions.article, descending } as const
  }
}

/**
 * How the filters are met: one reference that leads, joined, its rows being in the order of most lists; and conditions
 * on what it finds.
 */
async function plan(db: Reader, filters: ArticleFilters): Promise<{ leading?: SQL; where: SQL | undefined }> {
  const wanted = await wantedRefs(db, filters)
  const leader = wanted.find(({ ids }) => ids.length === 1)
  const where = and(
    ...wanted.filter((one) => one !== leader).map(({ kind, ids }) => refersToAny(db, kind, ids)),
    anyOf(editions.language, filters.language),
    filters.externalId === undefined ? undefined : eq(editions.externalId, filters.externalId),
    filters.status === undefined || filters.status.split(',').includes('published') ? undefined : nothing,
    ...timeConditions(filters.publishedAt, leader ? editionRefs.publishedAt : editions.publishedAt),
    ...timeConditions(filters.updatedAt, editions.updatedAt),
  )
  if (!leader) return { where }
  const leading = and(
    eq(editionRefs.article, editions.article),
    eq(editionRefs.kind, leader.kind),
    inArray(editionRefs.ref, leader.ids),
  )
  return leading ? { leading, where } : { where }
}

const refersToAny = (db: Reader, kind: string, ids: string[]): SQL =>
  ids.length === 0
    ? nothing
    : inArray(
        editions.article,
        db
          .select({ article: editionRefs.article })
          .from(editionRefs)
          .where(and(eq(editionRefs.kind, kind), inArray(editionRefs.ref, ids))),
      )

/** The rows, with those that are stale compiled anew. */
async function upToDate(db: Reader, rows: (Listed & { stale: string | null })[], whole: boolean): Promise<Listed[]> {
  const stale = rows.filter((row) => row.stale !== null).map(({ article }) => article)
  const fresh = new Map((await recompiled(db, stale)).map((row) => [row.article, whole ? row.document : row.card]))
  return rows.map(({ article, json }) => ({ article, json: fresh.get(article) ?? json }))
}
