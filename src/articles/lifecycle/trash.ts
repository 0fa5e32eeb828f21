/** Moving articles to the trash, restoring them from it, and deleting them permanently. */
import { and, eq, ne } from 'drizzle-orm'
import type { WriteContext } from '../../access/write-context.ts'
import { audit } from '../../audit/log.ts'
import { rowCount } from '../../catalogue/entry.ts'
import { deleteSlugs } from '../../catalogue/slugs.ts'
import { Problem } from '../../lib/problem.ts'
import { deleteTokens } from '../../storage/fulltext.ts'
import { articleRefs, articles } from '../../storage/schema.ts'
import type { Writer } from '../../storage/storage.ts'
import { wasLive } from '../publication-dates.ts'
import type { ArticleRow } from '../store.ts'
import { saveTransition } from './state.ts'
import { withdraw } from './withdraw.ts'

/** Moves an article to the trash, and removes its live edition. */
export async function trash(tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> {
  const { now } = context
  const { status } = article
  if (article.liveVersion !== null) await withdraw(tx, article, 'article.deleted', now)
  const statusNotLive = wasLive(article) ? 'unpublished' : 'draft'
  return saveTransition(tx, context, 'trash', article, {
    status: status === 'retracted' ? status : statusNotLive,
    liveVersion: null,
    publishAt: null,
    embargoUntil: null,
    deletedAt: now,
  })
}

/** Restores an article from the trash, as a working copy. */
export const restore = (tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> =>
  saveTransition(tx, context, 'restore', article, { deletedAt: null })

/** Deletes an article permanently, with its revisions. Throws `in-use` while other articles link to it. */
export async function deletePermanently(tx: Writer, article: ArticleRow, context: WriteContext): Promise<void> {
  const { id, slug, searchKey } = article
  const [linking] = await tx
    .select({ count: rowCount })
    .from(articleRefs)
    .where(and(eq(articleRefs.kind, 'article'), eq(articleRefs.ref, id), ne(articleRefs.article, id)))
  const uses = { articles: linking?.count ?? 0 }
  if (uses.articles > 0)
    throw new Problem('in-use', `${uses.articles} articles have a related link to "${slug}"`, { extensions: { uses } })
  if (article.liveVersion !== null || article.status === 'retracted')
    await withdraw(tx, article, 'article.deleted', context.now)
  await audit(tx, context, { action: 'article.erase', target: id, from: article.version })
  await deleteSlugs(tx, id)
  if (searchKey !== null) await deleteTokens(tx, 'drafts', searchKey)
  await tx.delete(articles).where(eq(articles.id, id))
}
