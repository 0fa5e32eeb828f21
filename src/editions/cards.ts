/** Reads the JSON of live articles for lists: their cards, or their whole documents. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { numberedValues, placeholders, prepared } from '../storage/prepared-statements.ts'
import { editionRefs, editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { undecodedRows } from '../storage/undecoded-rows.ts'
import { recompile } from './store.ts'

/** A live article as JSON: its card, or its whole document. */
export interface ArticleJson<J = string> {
  article: string
  json: J
}

const isStale = eq(staleEditions.article, editions.article)

type Row = ArticleJson & { stale: string | null }

const selectJson = (column: 'card' | 'document') =>
  undecodedRows<Row, number>(
    `listed_${column}`,
    ['article', 'json', 'stale'],
    (db, count) =>
      db
        .select({ article: editions.article, json: editions[column], stale: staleEditions.article })
        .from(editions)
        .leftJoin(staleEditions, isStale)
        .where(inArray(editions.article, placeholders(count))),
    String,
  )
const selectCards = selectJson('card')
const selectDocuments = selectJson('document')

/** The cards of those of the articles that are live, in the order of the ids. */
export const cardsOf = async (db: Reader, ids: string[]): Promise<ArticleJson[]> =>
  ids.length === 0
    ? []
    : inOrder(ids, await upToDate(db, await selectCards(db, ids.length, numberedValues(ids)), 'card'))

/** The documents of those of the articles that are live, in the order of the ids. */
export const documentsOf = async (db: Reader, ids: string[]): Promise<ArticleJson[]> =>
  ids.length === 0
    ? []
    : inOrder(ids, await upToDate(db, await selectDocuments(db, ids.length, numberedValues(ids)), 'document'))

/** The rows, with stale ones recompiled. */
async function upToDate(db: Reader, rows: Row[], column: 'card' | 'document'): Promise<ArticleJson[]> {
  const stale = rows.filter((row) => row.stale !== null).map(({ article }) => article)
  if (stale.length === 0) return rows
  const recompiled = new Map((await recompile(db, stale)).map((row) => [row.article, row[column]]))
  return rows.map(({ article, json }) => ({ article, json: recompiled.get(article) ?? json }))
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
