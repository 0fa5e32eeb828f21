import { eq } from 'drizzle-orm'
import { markFresh } from '../changes/log.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import { recompile } from './store.ts'

/** How many editions one transaction puts right: few enough that nobody waits for it. */
const BATCH = 50
/** Puts right some of the stale editions; gives how many. */
const refresh = (storage: Storage): Promise<number> =>
  storage.transaction(async (tx) => {
    const stale = await tx.select().from(staleEditions).limit(BATCH)
    const articles = stale.map(({ article }) => article)
    for (const { article, ...columns } of await recompile(tx, articles))
      await tx.update(editions).set(columns).where(eq(editions.article, article))
    await markFresh(tx, articles)
    return articles.length
  })

/**
 * Puts right all stale editions, batch by batch; in between others get their turn, so that a rename of ten thousand
 * editions holds nobody up. Ends early when `isStopped`.
 */
export async function recompileStale(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  const hasStale = async () => (await storage.reader.select().from(staleEditions).limit(1)).length > 0
  while (!isStopped() && (await hasStale()) && (await refresh(storage)) > 0) await new Promise(setImmediate)
}
