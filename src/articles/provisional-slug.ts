/**
 * Slugs of contributors' articles. A slug that is refused or numbered because another's draft has it would tell of that
 * draft. So a contributor does not choose slugs, and a derived one ends with a part of the article's id until an editor
 * schedules or publishes the article.
 */
import { eq } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { claimSlug, deleteUnpublishedSlug } from '../catalogue/slugs.ts'
import type { Content } from '../editions/content.ts'
import { Problem } from '../lib/problem.ts'
import { hasEndingOf, slugWithId } from '../lib/slug.ts'
import { articles } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { wasLive } from './publication-dates.ts'

/** The members of an article that its slug depends on. */
type WithSlug = Pick<typeof articles.$inferSelect, 'id' | 'slug' | 'liveSlug'> & { content: Content }

/** The provisional slug of a new article, from its headline. */
export const provisionalSlug = (id: string, headline: string, language: string): string =>
  slugWithId(id, headline, { fallback: 'article', language })

/** Throws `forbidden` unless the caller may choose slugs. */
export function requireSlugChooser(caller: Caller): void {
  if (may(caller, 'content:write')) return
  throw new Problem('forbidden', `a key of the role ${caller.role} may not choose a slug: leave it out`, {
    errors: [{ in: 'body', pointer: '/slug', code: 'forbidden', message: 'is for editors to choose' }],
  })
}

/** Gives an article whose slug is provisional a slug from its headline, numbered if it is taken. */
export async function settleSlug<Article extends WithSlug>(tx: Writer, article: Article): Promise<Article> {
  const { id, slug: before, content } = article
  if (wasLive(article) || !hasEndingOf(id, before)) return article
  const { headline: name, section, language } = content
  const slug = await claimSlug(tx, { kind: 'article', target: id, section, name, language, live: false })
  await deleteUnpublishedSlug(tx, 'article', before)
  await tx.update(articles).set({ slug }).where(eq(articles.id, id))
  return { ...article, slug }
}
