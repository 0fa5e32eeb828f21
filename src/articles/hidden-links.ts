/** Related links that the caller does not see: those to articles that are not live are shown to editors alone. */
import { inArray } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticlePatch } from './schemas.ts'
import type { ArticleRow } from './store.ts'

type Patch = Pick<ArticlePatch, 'relatedLinks'>

/**
 * The patch, with the related links of the article that the caller does not see in their places: who saves what they have
 * read must not remove them.
 */
export async function withHiddenLinks<T extends Patch>(
  db: Reader,
  { content }: ArticleRow,
  patch: T,
  caller: Caller,
): Promise<T> {
  if (patch.relatedLinks === undefined || may(caller, 'content:write')) return patch
  const sent = patch.relatedLinks ?? []
  const hidden = await notLiveAmong(
    db,
    content.relatedLinks.flatMap(({ article }) => article ?? []),
  )
  const links: unknown[] = [...sent]
  for (const [index, link] of content.relatedLinks.entries())
    if (link.article !== null && hidden.has(link.article) && !sent.some(({ id }) => id === link.id))
      links.splice(index, 0, link)
  return { ...patch, relatedLinks: links }
}

async function notLiveAmong(db: Reader, articles: string[]): Promise<Set<string>> {
  if (articles.length === 0) return new Set()
  const live = await db.select({ id: editions.article }).from(editions).where(inArray(editions.article, articles))
  const ids = new Set(live.map(({ id }) => id))
  return new Set(articles.filter((id) => !ids.has(id)))
}
