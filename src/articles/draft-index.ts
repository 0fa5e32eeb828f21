/**
 * The full-text index of working copies, for editors. No public read uses it. Working copies are indexed when they are next
 * searched, or in the background: an editor's program may save one every few seconds. One that is live as it is needs no
 * entry: it is found by that of its edition.
 */
import { and, asc, desc, eq, gt, not, sql } from 'drizzle-orm'
import type { Content } from '../editions/content.ts'
import { textTokens } from '../editions/indexing.ts'
import { Problem } from '../lib/problem.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { deleteTokens, isDraftMatching, isEditionMatching, putTokens } from '../storage/fulltext.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, editions } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

/** How many working copies one transaction indexes: few enough that other writers do not wait long. */
const BATCH_SIZE = 10
/** How many batches a search waits for: about two seconds of work. */
const MAX_BATCHES = 100

/** The predicate that a working copy has changes that are not live, or was never live. */
export const isAhead = sql`${articles.version} <> coalesce(${articles.liveVersion}, 0)`

/** The predicate that a working copy is in the index as it is now. */
export const isIndexed = eq(articles.indexedVersion, articles.version)

/** The predicate that a working copy is to be indexed. */
const isDue = and(sql`${articles.version} <> coalesce(${articles.indexedVersion}, 0)`, isAhead)

const selectDue = prepared('draft_to_index', (db) =>
  db.select({ id: articles.id }).from(articles).where(isDue).limit(1),
)

const selectLast = prepared('last_draft_key', (db) =>
  db
    .select({ key: articles.searchKey })
    .from(articles)
    .where(sql`${articles.searchKey} is not null`)
    .orderBy(desc(articles.searchKey))
    .limit(1),
)

/** A key that is free: after the last one. It is unique because write transactions run one at a time. */
const newKey = async (db: Reader): Promise<number> => ((await selectLast(db))[0]?.key ?? 0) + 1

const isAnyDue = async ({ reader }: Storage): Promise<boolean> => (await selectDue(reader)).length > 0

/** Indexes working copies until none is due; ends early when `isStopped`. */
export async function indexDueDrafts(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  while (!isStopped() && (await isAnyDue(storage))) await storage.transaction(indexDueBatch)
}

/** The same for a search that is about to read the index. Throws `busy` if more batches are due than it waits for. */
export async function bringDraftIndexUpToDate(storage: Storage, maxBatches = MAX_BATCHES): Promise<void> {
  for (let batch = 0; await isAnyDue(storage); batch += 1) {
    if (batch === maxBatches)
      throw new Problem('busy', 'the working copies are being indexed', { headers: { 'retry-after': '5' } })
    await storage.transaction(indexDueBatch)
  }
}

/** For how many calls of `indexWhenQuiet` writes put it off at most. */
const MAX_PUT_OFF = 10

/**
 * A function to be called every second, which indexes the working copies that are due once this process has written
 * nothing for a second: more saves of the same ones may follow.
 */
export function indexWhenQuiet(storage: Storage, isStopped: () => boolean): () => Promise<void> {
  let isWritten = false
  let putOff = 0
  storage.onCommit(async () => {
    isWritten = true
  })
  return async () => {
    const isQuiet = !isWritten
    isWritten = false
    if (!isQuiet && putOff < MAX_PUT_OFF) putOff += 1
    else {
      putOff = 0
      await indexDueDrafts(storage, isStopped)
    }
  }
}

async function indexDueBatch(tx: Writer): Promise<void> {
  await indexBatch(tx, await tx.select().from(articles).where(isDue).orderBy(asc(articles.id)).limit(BATCH_SIZE))
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
  for (const { id, searchKey: before, version, liveVersion, content: stored } of batch) {
    const content = stored as Content
    const sortHeadline = sortKey(content.headline)
    if (before !== null) await deleteTokens(tx, 'drafts', before)
    const isEntryNeeded = version !== liveVersion
    const searchKey = isEntryNeeded ? (before ?? (await newKey(tx))) : null
    if (searchKey !== null) await putTokens(tx, 'drafts', searchKey, await textTokens(content))
    const columns = { searchKey, indexedVersion: isEntryNeeded ? version : null, sortHeadline }
    await tx.update(articles).set(columns).where(eq(articles.id, id))
  }
}

/** A query of the ids of the working copies that match: those that are live as they are by their editions. */
export function matchingDrafts(db: Reader, words: string) {
  const indexed = db
    .select({ id: articles.id })
    .from(articles)
    .where(and(isDraftMatching(articles.searchKey, words), isIndexed, isAhead))
  const liveAsTheyAre = db
    .select({ id: articles.id })
    .from(editions)
    .innerJoin(articles, eq(articles.id, editions.article))
    .where(and(isEditionMatching(editions.searchKey, words), not(isAhead)))
  return indexed.unionAll(liveAsTheyAre)
}
