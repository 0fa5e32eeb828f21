/**
 * The state of the full-text indexes, which all processes share. An upgrade that changes what is indexed does not empty
 * them: they are rebuilt beside the service, batch by batch, and answer meanwhile.
 */
import { count, eq, isNull, sql } from 'drizzle-orm'
import { rowCount } from '../catalogue/entry.ts'
import { Problem } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editions, settings } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** The version of the tokens of an article: to be raised with every change of the tokenizer, the stems or what is indexed. */
export const INDEX_VERSION = 1

/** How far work on the indexes is, in articles. */
export interface IndexProgress {
  done: number
  total: number
}

export interface IndexState {
  /** The version by which all that is indexed was indexed. */
  version: number
  /** The rebuild that is under way: of which index, after which article it goes on. */
  rebuild?: IndexProgress & { version: number; index: 'drafts' | 'live'; after: string }
}

const NAME = 'index'

const selectState = prepared('index_state', (db) =>
  db.select({ value: settings.value }).from(settings).where(eq(settings.name, NAME)),
)

/** The stored state. A database without one has been written by the first version. */
export async function indexState(db: Reader): Promise<IndexState> {
  const [row] = await selectState(db)
  return (row?.value as IndexState | undefined) ?? { version: 1 }
}

export const storeIndexState = async (tx: Writer, value: IndexState): Promise<void> =>
  void (await tx
    .insert(settings)
    .values({ name: NAME, value })
    .onConflictDoUpdate({ target: settings.name, set: { value } }))

const selectMissing = prepared('index_missing', (db) =>
  db.select({ one: sql`1` }).from(editions).where(isNull(editions.searchKey)).limit(1),
)

/** Whether every edition is in the index. */
export const isIndexWhole = async (db: Reader): Promise<boolean> => (await selectMissing(db)).length === 0

/** How many of the editions are in the index. */
export async function indexedCount(db: Reader): Promise<IndexProgress> {
  const [row] = await db.select({ total: rowCount, done: count(editions.searchKey) }).from(editions)
  return row ?? { done: 0, total: 0 }
}

/** What `assertIndexWhole` says, and `/readyz`. */
export const describeFilling = ({ done, total }: IndexProgress): string =>
  `the search index is being filled: ${done} of ${total}`

/** Gives a function that throws `busy` until every edition has once been in the index: what is read from it would be incomplete. */
export function indexGuard(db: Reader): () => Promise<void> {
  let isWhole = false
  return async () => {
    isWhole ||= await isIndexWhole(db)
    if (!isWhole)
      throw new Problem('busy', describeFilling(await indexedCount(db)), { headers: { 'retry-after': '5' } })
  }
}
