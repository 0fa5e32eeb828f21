/** Resolves former slugs, and present and former paths on the site, to live articles. */
import { and, eq, sql } from 'drizzle-orm'
import { findSlug, sectionIdsAtPath, TOP_SCOPE } from '../catalogue/resolve.ts'
import { wasPublishedIn } from '../catalogue/slugs.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editions, slugs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Content } from './content.ts'

/** The condition that a row of `slugs` has a slug that an article was live under. */
export const isPublicSlug = (slug: string) =>
  and(eq(slugs.kind, 'article'), eq(slugs.slug, slug), eq(slugs.scope, ''), eq(slugs.live, true))

/** The live article that formerly had this slug, and its present slug. */
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

const selectContent = prepared('edition_content', (db) =>
  db
    .select({ content: editions.content })
    .from(editions)
    .where(eq(editions.article, sql.placeholder('id'))),
)

/** The section of the live edition of an article; null for none, undefined if it is not live. */
export async function liveSection(db: Reader, id: string): Promise<string | null | undefined> {
  const [row] = await selectContent(db, { id })
  return row && (row.content as Content).section
}

/**
 * The id of the article that is or was live at a path on the site. With `draftSection`, which gives the section of a
 * working copy by its article's id, also of one that would be published there; access to it is not checked.
 */
export async function articleAtPath(
  db: Reader,
  path: string,
  draftSection?: (db: Reader, id: string) => Promise<string | null | undefined>,
): Promise<string | undefined> {
  const end = path.lastIndexOf('/')
  const row = await findSlug(db, { kind: 'article', slug: path.slice(end + 1) })
  if (!row || !(row.live || draftSection)) return undefined
  const sectionsAtPath = await sectionIdsAtPath(db, path.slice(0, end))
  const candidates = [await liveSection(db, row.target), await draftSection?.(db, row.target)]
  const isAtPath = candidates.some((section) => section !== undefined && sectionsAtPath.includes(section ?? TOP_SCOPE))
  return isAtPath || (await wasPublishedIn(db, row.target, sectionsAtPath)) ? row.target : undefined
}
