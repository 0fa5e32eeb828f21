/** Rate limits that several processes share: they exchange their counts in the background, through Redis. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import type { AddCounts, RateWindows } from '../lib/rate-windows.ts'
import { every } from '../runtime/interval.ts'

/** The pause between two exchanges, in milliseconds. */
const INTERVAL = 1_000
/** What the keys in Redis begin with. */
const PREFIX = 'dateline:rate:'

/**
 * Exchanges the counts of this process with those of others until the application is closed. Requests never wait for it:
 * while Redis cannot be reached, each process counts for itself.
 */
export async function shareRateLimits(
  app: FastifyInstance,
  windows: RateWindows,
  { url, clock }: { url: string; clock: Clock },
): Promise<void> {
  // Loaded on use: most sites have one process.
  const { createClient } = await import('@redis/client')
  const client = createClient({ url, disableOfflineQueue: true })
  let isReported = false
  const report = (err: unknown) => {
    if (!isReported) app.log.warn({ err }, 'Redis cannot be reached: each process counts requests for itself')
    isReported = true
  }
  client.on('error', report)
  client.on('ready', () => {
    isReported = false
  })
  client.connect().catch(report)
  const add: AddCounts = async (counts) => {
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
  const exchanging = every(INTERVAL, () => windows.exchange(clock.now().getTime(), add), report)
  app.addHook('onClose', async () => {
    // Ends an exchange that waits for Redis, too.
    client.destroy()
    await exchanging.stop()
  })
}
