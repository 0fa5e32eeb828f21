/** What moves an article on and off the newsstand, into the trash and out of it. */
import { and, eq, ne } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { enter, releaseAll } from '../catalogue/slugs.ts'
import { record } from '../changes/log.ts'
import * as newsstand from '../editions/store.ts'
import { Problem } from '../lib/problem.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import type { ArticleRow } from './store.ts'

/** Makes the working copy the live edition. */
export async function publish(tx: Writer, article: ArticleRow, now: string): Promise<ArticleRow> {
  const { id, slug, version, content } = article
  const wasLive = article.liveVersion !== null
  const publishedAt = article.publishedAt ?? now
  const status = 'published'
  const after: ArticleRow = { ...article, status, liveVersion: version, publishedAt, updatedAt: now }
  await newsstand.put(tx, { id, slug, status, version, publishedAt, updatedAt: now }, content)
  await enter(tx, { kind: 'article', slug, target: id, live: true })
  await write(tx, after)
  await record(tx, { type: wasLive ? 'article.updated' : 'article.published', at: now, target: id, slug, version })
  return after
}

/** Takes the live edition off the newsstand; the working copy stays. */
export async function unpublish(tx: Writer, article: ArticleRow, now: string): Promise<ArticleRow> {
  if (article.liveVersion === null)
    throw new Problem(
      'transition-not-allowed',
      `the article is ${article.status}: only a live one can be unpublished`,
      {
        more: { state: article.status, allowed: ['publish'] },
      },
    )
  const after: ArticleRow = { ...article, status: 'unpublished', liveVersion: null }
  await withdraw(tx, article, 'article.unpublished', now)
  await write(tx, after)
  return after
}

/** Moves an article to the trash, off the newsstand too. */
export async function trash(tx: Writer, article: ArticleRow, now: string): Promise<void> {
  const isLive = article.liveVersion !== null
  if (isLive) await withdraw(tx, article, 'article.deleted', now)
  await write(tx, {
    ...article,
    status: isLive ? 'unpublished' : article.status,
    liveVersion: null,
    deletedAt: now,
  })
}

/** Brings an article back from the trash, as a working copy. */
export async function untrash(tx: Writer, article: ArticleRow): Promise<ArticleRow> {
  const after = { ...article, deletedAt: null }
  await write(tx, after)
  return after
}

/** Removes an article for good, with its revisions. Throws `in-use` while other articles link to it. */
export async function erase(tx: Writer, article: ArticleRow, now: string): Promise<void> {
  const { id, slug } = article
  const [linking] = await tx
    .select({ count: countOf })
    .from(articleRefs)
    .where(and(eq(articleRefs.kind, 'article'), eq(articleRefs.ref, id), ne(articleRefs.article, id)))
  const uses = { articles: linking?.count ?? 0 }
  if (uses.articles > 0)
    throw new Problem('in-use', `${uses.articles} articles have a related link to "${slug}"`, { more: { uses } })
  if (article.liveVersion !== null) await withdraw(tx, article, 'article.deleted', now)
  await releaseAll(tx, id)
  await tx.delete(articles).where(eq(articles.id, id))
}

async function withdraw(
  tx: Writer,
  { id, slug, liveVersion }: ArticleRow,
  type: 'article.unpublished' | 'article.deleted',
  now: string,
): Promise<void> {
  await newsstand.remove(tx, id)
  await record(tx, { type, at: now, target: id, slug, version: liveVersion ?? 0 })
}

async function write(tx: Writer, { content: _, ...columns }: ArticleRow): Promise<void> {
  await tx.update(articles).set(columns).where(eq(articles.id, columns.id))
}
