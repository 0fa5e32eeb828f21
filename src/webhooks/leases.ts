/**
 * Which process sends which delivery. A process leases a delivery by moving its `nextAt` into the future. If it never
 * records the attempt, for instance because it was killed, the lease expires and the delivery is due again.
 */
import { and, eq, exists, inArray, lte, sql } from 'drizzle-orm'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { DeliveryRow } from './deliveries.ts'
import type { WebhookRow } from './store.ts'

/** How long a lease lasts, in milliseconds: longer than an attempt may take. */
const LEASE = 60_000

const isPendingOfWebhook = and(eq(webhookDeliveries.webhook, webhooks.id), eq(webhookDeliveries.status, 'pending'))

const selectDue = prepared('webhooks_due', (db) =>
  db
    .select()
    .from(webhooks)
    .where(
      and(
        eq(webhooks.status, 'active'),
        exists(
          db
            .select({ one: sql`1` })
            .from(webhookDeliveries)
            .where(and(isPendingOfWebhook, lte(webhookDeliveries.nextAt, sql.placeholder('now')))),
        ),
      ),
    ),
)

/** The active webhooks with deliveries that are due. */
export const dueWebhooks = (db: Reader, now: string): Promise<WebhookRow[]> => selectDue(db, { now })

const selectLeasable = prepared('deliveries_leasable', (db) =>
  db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhook, sql.placeholder('webhook')),
        eq(webhookDeliveries.status, 'pending'),
        lte(webhookDeliveries.nextAt, sql.placeholder('now')),
        // A scalar subquery and not a join, so that PostgreSQL evaluates it for the selected rows only.
        sql`(${webhookDeliveries.target} is null or ${webhookDeliveries.seq} = (
          select min(earlier.seq) from ${webhookDeliveries} as earlier
          where earlier.webhook = ${webhookDeliveries.webhook} and earlier.status = 'pending'
            and earlier.target = ${webhookDeliveries.target}))`,
      ),
    )
    .orderBy(webhookDeliveries.nextAt, webhookDeliveries.id)
    .limit(sql.placeholder('limit')),
)

const updateLease = preparedVariants('deliveries_lease', (tx: Writer, count: number) =>
  tx
    .update(webhookDeliveries)
    .set({ nextAt: sql`${sql.placeholder('until')}` })
    .where(inArray(webhookDeliveries.id, placeholders(count))),
)

/** Leases due deliveries of a webhook, at most `limit`; none while an earlier one of the same article is pending. */
export async function leaseDeliveries(tx: Writer, webhook: string, limit: number, now: Date): Promise<DeliveryRow[]> {
  const rows = await selectLeasable(tx, { webhook, now: now.toISOString(), limit })
  const until = new Date(now.getTime() + LEASE).toISOString()
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await updateLease(tx, ids.length, { ...numberedValues(ids), until })
  return rows
}
