import { eq } from 'drizzle-orm'
import type { WriteContext } from '../access/write-context.ts'
import type { Reassignment } from '../catalogue/replace.ts'
import { type Content, mapRefs } from '../editions/content.ts'
import { articles } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { liveCopy, publishChange } from './lifecycle/publish-change.ts'
import { type ArticleRow, articleRow, saveIfChanged } from './store.ts'

/**
 * Replaces an entry by another in articles that refer to it: a revision of each working copy, and a new edition of what is
 * live. Unpublished changes stay unpublished.
 */
export async function reassign(
  tx: Writer,
  { noun, from, to, articles: ids }: Reassignment,
  context: WriteContext,
): Promise<void> {
  const change = (content: Content) => mapRefs(content, (kind, ref) => (kind === noun && ref === from ? to : ref))
  for (const id of ids) {
    const [row] = await tx.select().from(articles).where(eq(articles.id, id))
    if (row) await reassignOne(tx, articleRow(row), change, context)
  }
}

async function reassignOne(
  tx: Writer,
  row: ArticleRow,
  change: (content: Content) => Content,
  context: WriteContext,
): Promise<void> {
  const working = { ...row, content: change(row.content) }
  const live = await liveCopy(tx, row.id)
  if (!live) return void (await saveIfChanged(tx, row, working, context))
  await publishChange(tx, row, working, { from: live, to: { ...live, content: change(live.content) } }, context)
}
