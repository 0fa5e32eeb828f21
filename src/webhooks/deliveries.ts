import { and, eq, inArray, lt } from 'drizzle-orm'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { insertRow } from '../storage/prepared-statements.ts'
import { webhookDeliveries } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import type { Delivery } from './schemas.ts'
import type { WebhookRow } from './store.ts'

export type DeliveryRow = typeof webhookDeliveries.$inferSelect

/** How many old deliveries are deleted in one transaction, so that other writers do not wait for long. */
const BATCH = 2_000

/** The columns of a delivery that has not been attempted yet. */
export const newDelivery = (webhook: string, type: string, at: string, now: string) => ({
  id: newId(),
  webhook,
  type,
  at,
  status: 'pending',
  attempts: 0,
  createdAt: now,
  nextAt: now,
})

/** Creates a delivery without a change, to test the webhook. Throws `conflict` unless the webhook is active. */
export async function enqueueTest(tx: Writer, { id, status }: WebhookRow, context: WriteContext): Promise<DeliveryRow> {
  if (status !== 'active') throw new Problem('conflict', `the webhook is ${status}: nothing is sent to it`)
  const row = newDelivery(id, 'webhook.test', context.now, context.now)
  await insertRow(tx, webhookDeliveries, row)
  await audit(tx, context, { action: 'webhook.test', target: id })
  return readDelivery(tx, id, row.id)
}

/** Makes a finished delivery due again, with all its attempts before it. Throws `conflict` while it is pending. */
export async function redeliver(tx: Writer, webhook: string, id: string, context: WriteContext): Promise<DeliveryRow> {
  const before = await readDelivery(tx, webhook, id)
  if (before.status === 'pending') throw new Problem('conflict', 'the delivery is still pending')
  const reset = { status: 'pending', attempts: 0, nextAt: context.now, finishedAt: null }
  await tx.update(webhookDeliveries).set(reset).where(eq(webhookDeliveries.id, id))
  await audit(tx, context, { action: 'webhook.redeliver', target: webhook })
  return { ...before, ...reset }
}

async function readDelivery(db: Reader, webhook: string, id: string): Promise<DeliveryRow> {
  const [row] = await db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.webhook, webhook)))
  if (!row) throw notFound('delivery')
  return row
}

/** The deliveries of a webhook, newest first. */
export async function listDeliveries(
  db: Reader,
  webhook: string,
  status: string | undefined,
  request: PageRequest,
): Promise<Page<DeliveryRow>> {
  const { createdAt, id } = webhookDeliveries
  const paging = keyset({ kind: 'time', column: createdAt, id, descending: true }, request)
  const rows = await db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhook, webhook),
        status === undefined ? undefined : eq(webhookDeliveries.status, status),
        paging.where,
      ),
    )
    .orderBy(...paging.orderBy)
    .limit(paging.limit)
  return pageOf(rows, request, (row) => [row.createdAt, row.id])
}

/** A delivery as the API shows it. */
export function presentDelivery(row: DeliveryRow) {
  const { webhook: _, at: __, version: ___, type, target, slug, nextAt, lastAt, status, error, ...rest } = row
  return {
    ...rest,
    type: type as Delivery['type'],
    status: status as Delivery['status'],
    error: error as Delivery['error'],
    target: target !== null && slug !== null ? { id: target, slug } : null,
    nextAttemptAt: nextAt,
    lastAttemptAt: lastAt,
  }
}

/** Deletes deliveries that were finished, or given up, so many days ago; 0 deletes none. */
export async function sweepDeliveries(
  { storage, clock }: { storage: Storage; clock: Clock },
  days: number,
): Promise<void> {
  if (days === 0) return
  const before = new Date(clock.now().getTime() - days * 86_400_000).toISOString()
  const { id, finishedAt } = webhookDeliveries
  for (let deleted = BATCH; deleted === BATCH; ) {
    const old = await storage.reader.select({ id }).from(webhookDeliveries).where(lt(finishedAt, before)).limit(BATCH)
    deleted = old.length
    const ids = old.map((row) => row.id)
    if (deleted > 0)
      await storage.transaction(
        async (tx) => void (await tx.delete(webhookDeliveries).where(and(inArray(id, ids), lt(finishedAt, before)))),
      )
  }
}
