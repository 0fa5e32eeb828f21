/** Rate limits that several processes share: they exchange their counts in the background. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import type { AddCounts, RateWindows } from '../lib/rate-windows.ts'
import { every } from '../runtime/interval.ts'

/** The pause between two exchanges, in milliseconds. */
const INTERVAL = 1_000
/** What the keys in Redis begin with. */
const PREFIX = 'dateline:rate:'

/**
 * Exchanges the counts of this process with those of others until the application is closed: through Redis if there is a
 * `url`, else by `addCounts`, if there is that. Requests never wait for it.
 */
export async function shareRateLimits(
  app: FastifyInstance,
  windows: RateWindows,
  { url, addCounts, clock }: { url: string | undefined; addCounts: AddCounts | undefined; clock: Clock },
): Promise<void> {
  const add = url === undefined ? addCounts : await addCountsInRedis(app, url)
  if (add === undefined) return
  const exchanging = every(INTERVAL, () => windows.exchange(clock.now().getTime(), add), ignored)
  app.addHook('onClose', () => exchanging.stop())
}

/** Each process counts for itself meanwhile; what connects to the others reports that. */
const ignored = () => {}

/** Adds counts in Redis; while it cannot be reached, which is reported once, it throws. */
async function addCountsInRedis(app: FastifyInstance, url: string): Promise<AddCounts> {
  // Loaded on use: most sites have one process.
  const { createClient } = await import('@redis/client')
  const client = createClient({ url, disableOfflineQueue: true })
  let isReported = false
  client.on('error', (err: unknown) => {
    if (!isReported) app.log.warn({ err }, 'Redis cannot be reached: each process counts requests for itself')
    isReported = true
  })
  client.on('ready', () => {
    isReported = false
  })
  client.connect().catch(() => undefined)
  // Ends an exchange that waits for Redis, too.
  app.addHook('preClose', async () => client.destroy())
  return async (counts) => {
    if (counts.length === 0) return []
    const batch = client.multi()
    for (const { client: name, count, left } of counts)
      batch
        .set(PREFIX + name, 0, { condition: 'NX', expiration: { type: 'PX', value: left } })
        .incrBy(PREFIX + name, count)
        .pTTL(PREFIX + name)
    const replies = (await batch.execAsPipeline()).map(Number)
    return counts.map((_, index) => ({ total: replies[index * 3 + 1] ?? 0, left: replies[index * 3 + 2] ?? 0 }))
  }
}
