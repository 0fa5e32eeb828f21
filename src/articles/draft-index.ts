/** The full-text index of working copies, for editors. No public read uses it. */
import { asc, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Content } from '../editions/content.ts'
import { textTokens } from '../editions/indexing.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { deleteTokens, putTokens } from '../storage/fulltext.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

/** How many working copies are indexed in one transaction. */
const BATCH = 100

const selectLast = prepared('last_draft_key', (db) =>
  db
    .select({ key: articles.searchKey })
    .from(articles)
    .where(sql`${articles.searchKey} is not null`)
    .orderBy(desc(articles.searchKey))
    .limit(1),
)

/** The key after the last one. It is unique because write transactions run one at a time. */
const nextKey = async (db: Reader): Promise<number> => ((await selectLast(db))[0]?.key ?? 0) + 1

/** Indexes a working copy and gives its key in the index; `before` is the state of an existing one. */
export async function indexDraft(
  tx: Writer,
  content: Content,
  before: { searchKey: number | null; content: Content } | undefined,
): Promise<number> {
  const searchKey = before?.searchKey ?? null
  if (searchKey !== null && before && indexedTextOf(before.content) === indexedTextOf(content)) return searchKey
  if (searchKey !== null) await deleteTokens(tx, 'drafts', searchKey)
  const key = searchKey ?? (await nextKey(tx))
  await putTokens(tx, 'drafts', key, await textTokens(content))
  return key
}

/** All that is indexed of an article, to compare. */
const indexedTextOf = ({ headline, kicker, standfirst, summary, body, language }: Content): string =>
  JSON.stringify([headline, kicker, standfirst, summary, body, language])

/** Indexes the working copies that have no key, batch by batch: an upgrade of the index clears the keys. */
export const indexMissingDrafts = (storage: Storage): Promise<void> =>
  inBatches(storage, (tx) => tx.select().from(articles).where(isNull(articles.searchKey)).limit(BATCH))

/** Rebuilds the index batch by batch. It stays complete meanwhile. */
export function rebuildDraftIndex(storage: Storage): Promise<void> {
  let last = ''
  return inBatches(storage, async (tx) => {
    const batch = await tx.select().from(articles).where(gt(articles.id, last)).orderBy(asc(articles.id)).limit(BATCH)
    last = batch.at(-1)?.id ?? last
    return batch
  })
}

async function inBatches(
  storage: Storage,
  next: (tx: Writer) => Promise<(typeof articles.$inferSelect)[]>,
): Promise<void> {
  for (let indexed = BATCH; indexed > 0; )
    indexed = await storage.transaction(async (tx) => {
      const batch = await next(tx)
      for (const { id, searchKey: before, content: stored } of batch) {
        const content = stored as Content
        if (before !== null) await deleteTokens(tx, 'drafts', before)
        const searchKey = before ?? (await nextKey(tx))
        await putTokens(tx, 'drafts', searchKey, await textTokens(content))
        const columns = { searchKey, sortHeadline: sortKey(content.headline) }
        await tx.update(articles).set(columns).where(eq(articles.id, id))
      }
      return batch.length
    })
}
