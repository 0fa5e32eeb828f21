/** The full-text index of working copies, for editors. No public read uses it. */
import { asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Content } from '../editions/content.ts'
import { textTokens } from '../editions/indexing.ts'
import { inSlices } from '../lib/slices.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { deleteTokens, putTokens } from '../storage/fulltext.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { isSameInSteps } from './same-content.ts'

/** How many working copies one transaction indexes: few enough that other writers do not wait long. */
const BATCH_SIZE = 50

const selectLast = prepared('last_draft_key', (db) =>
  db
    .select({ key: articles.searchKey })
    .from(articles)
    .where(sql`${articles.searchKey} is not null`)
    .orderBy(desc(articles.searchKey))
    .limit(1),
)

/** The key of a new working copy, after the last one. It is unique because write transactions run one at a time. */
export const newDraftKey = async (db: Reader): Promise<number> => ((await selectLast(db))[0]?.key ?? 0) + 1

/** Indexes a new working copy. */
export const indexNewDraft = async (tx: Writer, key: number, content: Content): Promise<void> =>
  putTokens(tx, 'drafts', key, await textTokens(content))

/** Indexes a working copy anew if its texts have changed, and gives its key in the index; `before` is its former state. */
export async function indexDraft(
  tx: Writer,
  content: Content,
  before: { searchKey: number | null; content: Content },
): Promise<number> {
  const { searchKey } = before
  if (searchKey !== null && (await inSlices(isSameInSteps(indexed(before.content), indexed(content))))) return searchKey
  if (searchKey !== null) await deleteTokens(tx, 'drafts', searchKey)
  const key = searchKey ?? (await newDraftKey(tx))
  await indexNewDraft(tx, key, content)
  return key
}

/** All that is indexed of an article, to compare. */
const indexed = ({ headline, kicker, standfirst, summary, body, language }: Content) => ({
  headline,
  kicker,
  standfirst,
  summary,
  body,
  language,
})

/** Indexes a batch of the working copies that are not in the index; gives their number. */
export async function indexMissingDrafts(tx: Writer): Promise<number> {
  const batch = await tx.select().from(articles).where(isNull(articles.searchKey)).limit(BATCH_SIZE)
  await indexBatch(tx, batch)
  return batch.length
}

/** Indexes a batch of working copies anew, in the order of their ids after one; gives these ids. */
export async function reindexDrafts(tx: Writer, after: string): Promise<string[]> {
  const batch = await tx
    .select()
    .from(articles)
    .where(gt(articles.id, after))
    .orderBy(asc(articles.id))
    .limit(BATCH_SIZE)
  await indexBatch(tx, batch)
  return batch.map(({ id }) => id)
}

async function indexBatch(tx: Writer, batch: (typeof articles.$inferSelect)[]): Promise<void> {
  for (const { id, searchKey: before, content: stored } of batch) {
    const content = stored as Content
    if (before !== null) await deleteTokens(tx, 'drafts', before)
    const searchKey = before ?? (await newDraftKey(tx))
    await putTokens(tx, 'drafts', searchKey, await textTokens(content))
    const columns = { searchKey, sortHeadline: sortKey(content.headline) }
    await tx.update(articles).set(columns).where(eq(articles.id, id))
  }
}
