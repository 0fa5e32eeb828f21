import { and, count, eq, lte, min } from 'drizzle-orm'
import { lastSeq } from '../changes/log.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { articles, staleEditions, webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'

/** Seconds from a time until now; 0 without a time. */
const secondsSince = (at: string | null | undefined, now: string): number =>
  at ? (Date.parse(now) - Date.parse(at)) / 1000 : 0

/** What waits to be done in the background. Lags are in seconds. */
export interface Backlog {
  scheduleLag: number
  deliveries: number
  deliveryLag: number
  staleEditions: number
  lastChange: number
}

/** Reads the backlog from the database. */
export async function readBacklog({ storage, clock }: { storage: Storage; clock: Clock }): Promise<Backlog> {
  const { reader } = storage
  const now = timestamp(clock)
  const [due] = await reader
    .select({ at: min(articles.publishAt) })
    .from(articles)
    .where(lte(articles.publishAt, now))
  // Those of a paused webhook wait for an editor, not for the service.
  const isActive = eq(webhooks.status, 'active')
  const isPending = and(eq(webhookDeliveries.status, 'pending'), isActive)
  const ofWebhook = eq(webhooks.id, webhookDeliveries.webhook)
  const [pending] = await reader
    .select({ rows: count() })
    .from(webhookDeliveries)
    .innerJoin(webhooks, ofWebhook)
    .where(isPending)
  const [late] = await reader
    .select({ at: min(webhookDeliveries.nextAt) })
    .from(webhookDeliveries)
    .innerJoin(webhooks, ofWebhook)
    .where(and(isPending, lte(webhookDeliveries.nextAt, now)))
  const [stale] = await reader.select({ rows: count() }).from(staleEditions)
  return {
    scheduleLag: secondsSince(due?.at, now),
    deliveries: pending?.rows ?? 0,
    deliveryLag: secondsSince(late?.at, now),
    staleEditions: stale?.rows ?? 0,
    lastChange: await lastSeq(reader),
  }
}
