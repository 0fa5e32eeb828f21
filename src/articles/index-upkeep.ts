/**
 * Fills the full-text index of editions, and rebuilds that and the one of working copies after an upgrade, batch by
 * batch: the service answers meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { rowCount } from '../catalogue/entry.ts'
import {
  INDEX_VERSION,
  type IndexProgress,
  indexedCount,
  indexState,
  isIndexWhole,
  storeIndexState,
} from '../editions/index-state.ts'
import { indexMissingEditions, reindexEditions } from '../editions/indexing.ts'
import { articles } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { indexDueDrafts, reindexDrafts } from './draft-index.ts'

/** The pause after each batch, in which other writers get their turn, in milliseconds. */
const PAUSE = 10

interface Upkeep {
  /** Called after each batch. */
  onProgress?: (progress: IndexProgress) => void
  isStopped?: () => boolean
}

/** Indexes the editions that are not in the index, and rebuilds what an older version has indexed. Ends early when `isStopped`. */
export async function keepIndexes(
  storage: Storage,
  { onProgress = () => {}, isStopped = () => false }: Upkeep = {},
): Promise<void> {
  if (!(await isIndexWhole(storage.reader))) await fillIndex(storage, { onProgress, isStopped })
  if ((await indexState(storage.reader)).version >= INDEX_VERSION) return
  while (!isStopped()) {
    const progress = await storage.transaction(rebuildBatch)
    if (!progress) return
    onProgress(progress)
    await pause(PAUSE)
  }
}

async function fillIndex(storage: Storage, { onProgress, isStopped }: Required<Upkeep>): Promise<void> {
  let { done, total } = await indexedCount(storage.reader)
  for (let filled = 1; filled > 0 && !isStopped(); ) {
    filled = await storage.transaction(indexMissingEditions)
    done += filled
    onProgress({ done, total })
    await pause(PAUSE)
  }
}

/** Brings both indexes up to date. */
export async function completeIndexes(storage: Storage): Promise<void> {
  await keepIndexes(storage)
  await indexDueDrafts(storage)
}

/** Rebuilds both indexes, whatever their version. They are complete at any time. */
export async function rebuildIndexes(storage: Storage): Promise<void> {
  await storage.transaction((tx) => storeIndexState(tx, { version: 0 }))
  await completeIndexes(storage)
}

/** Goes on with a rebuild, or begins one; undefined if there is nothing left to do. */
async function rebuildBatch(tx: Writer): Promise<IndexProgress | undefined> {
  const { version, rebuild } = await indexState(tx)
  if (version >= INDEX_VERSION) return undefined
  const { index, after, done, total } = rebuild?.version === INDEX_VERSION ? rebuild : await newRebuild(tx)
  const ids = await (index === 'live' ? reindexEditions : reindexDrafts)(tx, after)
  const progress = { done: done + ids.length, total }
  const last = ids.at(-1)
  if (last !== undefined)
    await storeIndexState(tx, { version, rebuild: { version: INDEX_VERSION, index, after: last, ...progress } })
  else if (index === 'live')
    await storeIndexState(tx, { version, rebuild: { version: INDEX_VERSION, index: 'drafts', after: '', ...progress } })
  else await storeIndexState(tx, { version: INDEX_VERSION })
  return progress
}

async function newRebuild(tx: Writer) {
  const [drafts] = await tx.select({ total: rowCount }).from(articles)
  const total = (await indexedCount(tx)).total + (drafts?.total ?? 0)
  return { index: 'live', after: '', done: 0, total } as const
}
