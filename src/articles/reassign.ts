import { and, eq } from 'drizzle-orm'
import type { WriteContext } from '../access/write-context.ts'
import { type Content, mapRefs } from '../editions/content.ts'
import { Problem } from '../lib/problem.ts'
import { articleRefs, articles, editionRefs } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { liveCopy, publishChange } from './lifecycle/publish-change.ts'
import { type ArticleRow, saveContent } from './store.ts'

/** How many articles one request may move: more would keep everyone else from writing for too long. */
const MAX_ARTICLES = 1_000

/**
 * Makes every article that refers to an entry refer to another instead: each working copy by a save of its own, and what
 * is live at once. Unpublished changes stay unpublished.
 */
export async function reassign(tx: Writer, noun: string, from: string, to: string, act: WriteContext): Promise<void> {
  const using = (table: typeof articleRefs | typeof editionRefs) =>
    tx
      .select({ article: table.article })
      .from(table)
      .where(and(eq(table.kind, noun), eq(table.ref, from)))
  const ids = new Set([...(await using(articleRefs)), ...(await using(editionRefs))].map(({ article }) => article))
  if (ids.size > MAX_ARTICLES)
    throw new Problem('in-use', `${ids.size} articles refer to it: more than ${MAX_ARTICLES} cannot be moved at once`, {
      more: { uses: { articles: ids.size } },
    })
  const change = (content: Content) => mapRefs(content, (kind, ref) => (kind === noun && ref === from ? to : ref))
  for (const id of ids) {
    const [row] = (await tx.select().from(articles).where(eq(articles.id, id))) as ArticleRow[]
    if (row) await reassignOne(tx, row, change, act)
  }
}

async function reassignOne(
  tx: Writer,
  row: ArticleRow,
  change: (content: Content) => Content,
  act: WriteContext,
): Promise<void> {
  const working = { ...row, content: change(row.content) }
  const live = await liveCopy(tx, row.id)
  if (!live) return void (await saveContent(tx, row, working, act))
  await publishChange(tx, row, working, { from: live, to: { ...live, content: change(live.content) } }, act)
}
