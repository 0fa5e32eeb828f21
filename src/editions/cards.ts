/** Live articles as lists show them: finished JSON. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { recompile } from './store.ts'

/** One live article in a list, as JSON: its card, or its whole document. */
export interface ArticleJson<J = string> {
  article: string
  json: J
}

const isStale = eq(staleEditions.article, editions.article)

const selectSome = (column: 'card' | 'document') =>
  preparedVariants(`listed_${column}`, (db, count: number) =>
    db
      .select({ article: editions.article, json: editions[column], stale: staleEditions.article })
      .from(editions)
      .leftJoin(staleEditions, isStale)
      .where(inArray(editions.article, placeholders(count))),
  )
const selectCards = selectSome('card')
const selectDocuments = selectSome('document')

/** The live articles among those with these ids, in this order: their cards. */
export const cardsOf = async (db: Reader, ids: string[]): Promise<ArticleJson[]> =>
  ids.length === 0
    ? []
    : inOrder(ids, await upToDate(db, await selectCards(db, ids.length, numberedValues(ids)), 'card'))

/** The same: their whole documents. */
export const documentsOf = async (db: Reader, ids: string[]): Promise<ArticleJson[]> =>
  ids.length === 0
    ? []
    : inOrder(ids, await upToDate(db, await selectDocuments(db, ids.length, numberedValues(ids)), 'document'))

/** The rows, with those that are stale compiled anew. */
async function upToDate(
  db: Reader,
  rows: (ArticleJson & { stale: string | null })[],
  column: 'card' | 'document',
): Promise<ArticleJson[]> {
  const stale = rows.filter((row) => row.stale !== null).map(({ article }) => article)
  const fresh = new Map((await recompile(db, stale)).map((row) => [row.article, row[column]]))
  return rows.map(({ article, json }) => ({ article, json: fresh.get(article) ?? json }))
}

function inOrder<T extends { article: string }>(ids: string[], rows: T[]): T[] {
  const byId = new Map(rows.map((row) => [row.article, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const selectNewest = prepared('newest_ids', (db) =>
  db
    .select({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, sql.placeholder('kind')), eq(editionRefs.ref, sql.placeholder('ref'))))
    .orderBy(desc(editionRefs.publishedAt), desc(editionRefs.article))
    .limit(sql.placeholder('limit')),
)

/** The ids of the newest live articles that refer to an author, a source, a section or a tag, newest first. */
export const newestIds = async (db: Reader, kind: string, ref: string, limit: number): Promise<string[]> =>
  (await selectNewest(db, { kind, ref, limit })).map(({ article }) => article)
