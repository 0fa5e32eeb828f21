/** Which live articles show media. */
import { and, desc, eq, inArray, or, sql } from 'drizzle-orm'
import { prepared } from '../storage/prepared-statements.ts'
import { authors, editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** A live article. */
export interface LiveArticle {
  id: string
  slug: string
}

const selectShowing = prepared('articles_showing', (db) => {
  const media = sql.placeholder('media')
  const depicted = db.select({ id: authors.id }).from(authors).where(eq(authors.image, media))
  const isShown = and(eq(editionRefs.kind, 'media'), eq(editionRefs.ref, media))
  const isInByline = and(eq(editionRefs.kind, 'author'), inArray(editionRefs.ref, depicted))
  const showing = db.select({ article: editionRefs.article }).from(editionRefs).where(or(isShown, isInByline))
  return db
    .select({ id: editions.article, slug: editions.slug })
    .from(editions)
    .where(inArray(editions.article, showing))
    .orderBy(desc(editions.publishedAt), desc(editions.article))
})

/** The live articles that refer to a file, or to an author whose image it is; newest first. */
export const articlesShowing = (db: Reader, media: string): Promise<LiveArticle[]> => selectShowing(db, { media })
