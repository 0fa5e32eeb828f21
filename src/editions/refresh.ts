import { eq } from 'drizzle-orm'
import { markFresh } from '../changes/log.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import { recompiled } from './store.ts'

/** How many editions one transaction puts right: few enough that nobody waits for it. */
const BATCH = 50
/** How often stale editions are looked for, in milliseconds; another process may have made them. */
const INTERVAL = 1_000

/** Puts right some of the stale editions; gives how many. */
export const refresh = (storage: Storage): Promise<number> =>
  storage.transaction(async (tx) => {
    const stale = await tx.select().from(staleEditions).limit(BATCH)
    const articles = stale.map(({ article }) => article)
    for (const { article, ...columns } of await recompiled(tx, articles))
      await tx.update(editions).set(columns).where(eq(editions.article, article))
    await markFresh(tx, articles)
    return articles.length
  })

/** Keeps the newsstand fresh in the background until it is stopped; `stop` resolves when nothing is under way. */
export function startRefreshing(storage: Storage, onError: (error: unknown) => void): { stop(): Promise<void> } {
  let stopped = false
  let timer: NodeJS.Timeout
  let running = Promise.resolve()

  const hasStale = async () => (await storage.reader.select().from(staleEditions).limit(1)).length > 0
  const tick = async () => {
    try {
      // Between two batches others get their turn: a rename of ten thousand editions must not hold anyone up.
      while (!stopped && (await hasStale()) && (await refresh(storage)) > 0) await new Promise(setImmediate)
    } catch (error) {
      onError(error)
    }
    if (!stopped) schedule()
  }
  const schedule = () => {
    timer = setTimeout(() => {
      running = tick()
    }, INTERVAL)
    timer.unref()
  }
  schedule()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
