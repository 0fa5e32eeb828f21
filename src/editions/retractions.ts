/** Notices of retracted articles, which are public in place of their editions. */
import { eq, sql } from 'drizzle-orm'
import { isId } from '../lib/id.ts'
import { editions, retractions, slugs } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { isPublicSlug } from './paths.ts'

/** Stores the notice of a retraction, in place of an earlier one. */
export async function putRetraction(tx: Writer, notice: typeof retractions.$inferInsert): Promise<void> {
  await tx.insert(retractions).values(notice).onConflictDoUpdate({ target: retractions.article, set: notice })
}

/** The public notice of a retraction. */
export interface Retraction {
  id: string
  slug: string
  headline: string
  reason: string
  at: string
  replacement: { id: string; slug: string } | null
}

/** The id of the article that was live under this slug, as a subquery. */
const targetOfPublicSlug = (db: Reader, slug: string) =>
  sql`(${db.select({ target: slugs.target }).from(slugs).where(isPublicSlug(slug))})`

/** The notice of the retracted article with this id or slug, present or former. */
export async function readRetraction(db: Reader, reference: string): Promise<Retraction | undefined> {
  const [row] = await db
    .select()
    .from(retractions)
    .where(eq(retractions.article, isId(reference) ? reference : targetOfPublicSlug(db, reference)))
  if (!row) return undefined
  const { slug, headline, reason, at } = row
  const [live] =
    row.replacement === null
      ? []
      : await db
          .select({ id: editions.article, slug: editions.slug })
          .from(editions)
          .where(eq(editions.article, row.replacement))
  return { id: row.article, slug, headline, reason, at, replacement: live ?? null }
}
