import { and, eq } from 'drizzle-orm'
import { record } from '../changes/log.ts'
import type { Content } from '../editions/content.ts'
import * as newsstand from '../editions/store.ts'
import type { Act } from '../lib/act.ts'
import { Problem } from '../lib/problem.ts'
import { articleRefs, articles, editionRefs, editions } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { publish } from './publish.ts'
import { type ArticleRow, saveContent } from './store.ts'

/** How many articles one request may move: more would keep everyone else from writing for too long. */
const MAX_ARTICLES = 1_000

/**
 * Makes every article that refers to an entry refer to another instead: each working copy by a save of its own, and what
 * is live at once. Unpublished changes stay unpublished.
 */
export async function reassign(tx: Writer, noun: string, from: string, to: string, act: Act): Promise<void> {
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
  for (const id of ids) {
    const [row] = (await tx.select().from(articles).where(eq(articles.id, id))) as ArticleRow[]
    if (row) await reassignOne(tx, row, from, to, act)
  }
}

async function reassignOne(tx: Writer, row: ArticleRow, from: string, to: string, act: Act): Promise<void> {
  const isLiveAsItIs = row.liveVersion === row.version
  const saved = await saveContent(tx, row, replaced(row.content, from, to), act)
  if (isLiveAsItIs) return void (await publish(tx, saved, act))
  const [edition] = await tx.select().from(editions).where(eq(editions.article, row.id))
  if (!edition) return
  const content = edition.content as Content
  const after = replaced(content, from, to)
  if (JSON.stringify(after) === JSON.stringify(content)) return
  const { article: id, slug, version, publishedAt } = edition
  const standing = { id, slug, status: 'published', version, publishedAt, updatedAt: act.now } as const
  const was = await newsstand.put(tx, standing, after)
  await record(tx, { type: 'article.updated', at: act.now, target: id, slug, version, was })
}

/** The content with one id in the place of another; ids are unique, so wherever it stands it is meant. */
function replaced(content: Content, from: string, to: string): Content {
  const after = JSON.parse(JSON.stringify(content).replaceAll(from, to)) as Content
  return { ...after, authors: [...new Set(after.authors)], tags: [...new Set(after.tags)] }
}
