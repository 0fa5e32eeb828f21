/** What the addresses of live articles lead to: former slugs, and paths on the site, of today or former. */
import { and, eq, sql } from 'drizzle-orm'
import { findSlug, sectionIdsAtPath, TOP_SCOPE } from '../catalogue/resolve.ts'
import { wasPublishedIn } from '../catalogue/slugs.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, editions, slugs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Content } from './content.ts'

/** That a row of the address book has a slug that the world has seen an article under. */
export const isPublicSlug = (slug: string) =>
  and(eq(slugs.kind, 'article'), eq(slugs.slug, slug), eq(slugs.scope, ''), eq(slugs.live, true))

/** The live article that once had this slug, and the slug it has today. */
export async function findByFormerSlug(
  db: Reader,
  formerSlug: string,
): Promise<{ article: string; slug: string } | undefined> {
  const [row] = await db
    .select({ article: editions.article, slug: editions.slug })
    .from(slugs)
    .innerJoin(editions, eq(editions.article, slugs.target))
    .where(isPublicSlug(formerSlug))
  return row
}

const selectLive = prepared('content_live', (db) =>
  db
    .select({ content: editions.content })
    .from(editions)
    .where(eq(editions.article, sql.placeholder('id'))),
)
const selectWorking = prepared('content_working', (db) =>
  db
    .select({ content: articles.content })
    .from(articles)
    .where(eq(articles.id, sql.placeholder('id'))),
)

/** The section that the live edition of an article stands in; null for none, undefined if it is not live. */
export async function liveSection(db: Reader, id: string): Promise<string | null | undefined> {
  const [row] = await selectLive(db, { id })
  return row && (row.content as Content).section
}

/**
 * The id of the article that is read, or was, at a path on the site. With `version` `draft` that of a working copy that
 * would be read there, too, whoever may see it.
 */
export async function articleAtPath(db: Reader, path: string, version: 'live' | 'draft'): Promise<string | undefined> {
  const end = path.lastIndexOf('/')
  const row = await findSlug(db, { kind: 'article', slug: path.slice(end + 1) })
  if (!row || (version === 'live' && !row.live)) return undefined
  const places = await sectionIdsAtPath(db, path.slice(0, end))
  const stands = [await liveSection(db, row.target)]
  if (version === 'draft') {
    const [working] = await selectWorking(db, { id: row.target })
    stands.push(working && (working.content as Content).section)
  }
  const isThere = stands.some((section) => section !== undefined && places.includes(section ?? TOP_SCOPE))
  return isThere || (await wasPublishedIn(db, row.target, places)) ? row.target : undefined
}
