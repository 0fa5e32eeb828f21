/**
 * Which process sends what. A delivery is claimed for a time by moving its `nextAt`: what a process claims and does not
 * settle, as when it is killed, is due again afterwards.
 */
import { and, eq, exists, inArray, lte, sql } from 'drizzle-orm'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { DeliveryRow } from './deliveries.ts'
import type { WebhookRow } from './store.ts'

/** How long a claim lasts, in milliseconds: longer than a try may take. */
const LEASE = 60_000

const isPendingHere = and(eq(webhookDeliveries.webhook, webhooks.id), eq(webhookDeliveries.status, 'pending'))

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
            .where(and(isPendingHere, lte(webhookDeliveries.nextAt, sql.placeholder('now')))),
        ),
      ),
    ),
)

/** The active webhooks with deliveries that are due. */
export const dueWebhooks = (db: Reader, now: string): Promise<WebhookRow[]> => selectDue(db, { now })

const selectClaimable = prepared('deliveries_claimable', (db) =>
  db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhook, sql.placeholder('webhook')),
        eq(webhookDeliveries.status, 'pending'),
        lte(webhookDeliveries.nextAt, sql.placeholder('now')),
        // As a value and not as a condition on rows, so that PostgreSQL looks it up for the few rows that are wanted.
        sql`(${webhookDeliveries.target} is null or ${webhookDeliveries.seq} = (
          select min(earlier.seq) from ${webhookDeliveries} as earlier
          where earlier.webhook = ${webhookDeliveries.webhook} and earlier.status = 'pending'
            and earlier.target = ${webhookDeliveries.target}))`,
      ),
    )
    .orderBy(webhookDeliveries.nextAt, webhookDeliveries.id)
    .limit(sql.placeholder('limit')),
)

const claimAll = preparedVariants('deliveries_claim', (tx: Writer, count: number) =>
  tx
    .update(webhookDeliveries)
    .set({ nextAt: sql`${sql.placeholder('until')}` })
    .where(inArray(webhookDeliveries.id, placeholders(count))),
)

/** Claims deliveries of a webhook that are due; none while an earlier one of the same article is pending. */
export async function leaseDeliveries(tx: Writer, webhook: string, limit: number, now: Date): Promise<DeliveryRow[]> {
  const rows = await selectClaimable(tx, { webhook, now: now.toISOString(), limit })
  const until = new Date(now.getTime() + LEASE).toISOString()
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await claimAll(tx, ids.length, { ...numberedValues(ids), until })
  return rows
}
