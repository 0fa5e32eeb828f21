import { staleEditions } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import { storeRecompiled } from './store.ts'

/** How many editions one transaction recompiles: few enough that other writers do not wait long. */
const BATCH_SIZE = 100

/** Recompiles a batch of stale editions; gives their number. */
const recompileBatch = (storage: Storage): Promise<number> =>
  storage.transaction(async (tx) => {
    const stale = await tx.select().from(staleEditions).limit(BATCH_SIZE)
    const articles = stale.map(({ article }) => article)
    await storeRecompiled(tx, articles)
    return articles.length
  })

/**
 * Recompiles all stale editions (those whose references have changed), batch by batch. Other writers get their turn
 * between the batches, because a renamed tag can make ten thousand editions stale. Ends early when `isStopped`.
 */
export async function recompileStale(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  const hasStale = async () => (await storage.reader.select().from(staleEditions).limit(1)).length > 0
  while (!isStopped() && (await hasStale()) && (await recompileBatch(storage)) > 0) await new Promise(setImmediate)
}
