/** Live articles as lists show them: finished JSON. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { editionRefs, editions, staleEditions } from '../storage/schema.ts'
import { numbered, placeholders, prepared, type Reader, shaped } from '../storage/storage.ts'
import { recompiled } from './store.ts'

/** One live article in a list: its card, or its whole document. */
export interface Listed {
  article: string
  json: string
}

const isStale = eq(staleEditions.article, editions.article)

const selectSome = (column: 'card' | 'document') =>
  shaped(`listed_${column}`, (db, count: number) =>
    db
      .select({ article: editions.article, json: editions[column], stale: staleEditions.article })
      .from(editions)
      .leftJoin(staleEditions, isStale)
      .where(inArray(editions.article, placeholders(count))),
  )
const selectCards = selectSome('card')
const selectDocuments = selectSome('document')

/** The live articles among those with these ids, in this order. */
export async function byIds(db: Reader, ids: string[], whole: boolean): Promise<Listed[]> {
  if (ids.length === 0) return []
  const found = await upToDate(db, await (whole ? selectDocuments : selectCards)(db, ids.length, numbered(ids)), whole)
  const byId = new Map(found.map((one) => [one.article, one]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const selectNewest = prepared('newest_cards', (db) =>
  db
    .select({ article: editions.article, json: editions.card, stale: staleEditions.article })
    .from(editionRefs)
    .crossJoin(editions)
    .leftJoin(staleEditions, isStale)
    .where(
      and(
        eq(editionRefs.kind, sql.placeholder('kind')),
        eq(editionRefs.ref, sql.placeholder('ref')),
        eq(editions.article, editionRefs.article),
      ),
    )
    .orderBy(desc(editionRefs.publishedAt), desc(editionRefs.article))
    .limit(sql.placeholder('limit')),
)

/** The cards of the newest live articles that refer to an author, a source, a section or a tag, newest first. */
export async function newest(db: Reader, kind: string, ref: string, limit: number): Promise<string[]> {
  return (await upToDate(db, await selectNewest(db, { kind, ref, limit }), false)).map(({ json }) => json)
}

/** The rows, with those that are stale compiled anew. */
export async function upToDate(
  db: Reader,
  rows: (Listed & { stale: string | null })[],
  whole: boolean,
): Promise<Listed[]> {
  const stale = rows.filter((row) => row.stale !== null).map(({ article }) => article)
  const fresh = new Map((await recompiled(db, stale)).map((row) => [row.article, whole ? row.document : row.card]))
  return rows.map(({ article, json }) => ({ article, json: fresh.get(article) ?? json }))
}
