import { and, eq } from 'drizzle-orm'
import type { WriteContext } from '../access/write-context.ts'
import { type Content, mapRefs } from '../editions/content.ts'
import { Problem } from '../lib/problem.ts'
import { articleRefs, articles, editionRefs } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { liveCopy, publishChange } from './lifecycle/publish-change.ts'
import { type ArticleRow, articleRow, saveIfChanged } from './store.ts'

/** How many articles one request may change: the transaction blocks all other writes. */
const MAX_ARTICLES = 1_000

/**
 * Replaces an entry by another in all articles that refer to it: a revision of each working copy, and a new edition of
 * what is live. Unpublished changes stay unpublished. Throws `in-use` for too many articles.
 */
export async function reassign(
  tx: Writer,
  noun: string,
  from: string,
  to: string,
  context: WriteContext,
): Promise<void> {
  const using = (table: typeof articleRefs | typeof editionRefs) =>
    tx
      .select({ article: table.article })
      .from(table)
      .where(and(eq(table.kind, noun), eq(table.ref, from)))
  const ids = new Set([...(await using(articleRefs)), ...(await using(editionRefs))].map(({ article }) => article))
  if (ids.size > MAX_ARTICLES)
    throw new Problem('in-use', `${ids.size} articles refer to it: more than ${MAX_ARTICLES} cannot be moved at once`, {
      extensions: { uses: { articles: ids.size } },
    })
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
