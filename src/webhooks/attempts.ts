/** Records attempts: the status of their deliveries, and the health of their webhooks. */
import { and, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { serviceContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { getOrCreate } from '../lib/cache.ts'
import type { Clock } from '../lib/clock.ts'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import type { DeliveryRow } from './deliveries.ts'
import { retryDelay } from './retry.ts'
import type { SendOutcome } from './send.ts'
import type { WebhookRow } from './store.ts'

/** An attempt that is over, at `at`. Without an outcome nothing was sent: the secret could not be decrypted. */
export interface Attempt {
  delivery: DeliveryRow
  outcome: SendOutcome | undefined
  at: string
}

/** How many attempts are written by one statement. */
const BATCH = 32
/** A webhook is paused if a delivery is given up after every message has failed for this long, in milliseconds. */
const MAX_FAILING = 60 * 3_600_000

/** Gone (RFC 9110, section 15.5.11): the receiver refuses all further messages. */
const GONE = 410

/** A webhook that the service has paused or disabled, and why. */
export type EndedWebhook = Pick<WebhookRow, 'id' | 'url' | 'status'> & { reason: string }

/**
 * Records attempts within a transaction; gives the webhooks that this paused or disabled. Attempts of deliveries that have
 * been deleted meanwhile are ignored.
 */
export async function recordAttempts(tx: Writer, attempts: Attempt[], clock: Clock): Promise<EndedWebhook[]> {
  const byWebhook = new Map<string, RecordedAttempt[]>()
  for (let from = 0; from < attempts.length; from += BATCH)
    for (const recorded of await recordBatch(tx, attempts.slice(from, from + BATCH)))
      getOrCreate(byWebhook, recorded.after.webhook, () => []).push(recorded)
  const ended: EndedWebhook[] = []
  for (const [webhook, recorded] of byWebhook) ended.push(...(await updateHealth(tx, webhook, recorded, clock)))
  return ended
}

interface RecordedAttempt {
  attempt: Attempt
  /** The delivery as it is after the attempt. */
  after: DeliveryRow
}

const selectPending = preparedVariants('deliveries_pending', (tx: Writer, count: number) =>
  tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(inArray(webhookDeliveries.id, placeholders(count)), eq(webhookDeliveries.status, 'pending'))),
)

async function recordBatch(tx: Writer, attempts: Attempt[]): Promise<RecordedAttempt[]> {
  const ids = attempts.map(({ delivery }) => delivery.id)
  const pending = new Set((await selectPending(tx, ids.length, numberedValues(ids))).map(({ id }) => id))
  const recorded = attempts
    .filter(({ delivery }) => pending.has(delivery.id))
    .map((attempt) => ({ attempt, after: afterAttempt(attempt) }))
  if (recorded.length === 0) return []
  await updateDeliveries(
    tx,
    recorded.map(({ after }) => after),
  )
  for (const { after } of recorded)
    if (after.status === 'pending' && after.seq !== null) await postponeLater(tx, { ...after })
  return recorded
}

/** A delivery after an attempt: delivered, due again later, or dead. */
function afterAttempt({ delivery, outcome, at }: Attempt): DeliveryRow {
  if (!isCounted(outcome)) return { ...delivery, nextAt: at }
  const { error, responseStatus, milliseconds, excerpt } = outcome
  const attempts = delivery.attempts + 1
  const attempted = { ...delivery, attempts, lastAt: at, error, responseStatus, milliseconds, excerpt }
  const delay = error === null || responseStatus === GONE ? undefined : retryDelay(attempts)
  if (delay !== undefined) return { ...attempted, nextAt: new Date(Date.parse(at) + delay).toISOString() }
  return { ...attempted, nextAt: null, finishedAt: at, status: error === null ? 'delivered' : 'dead' }
}

/** An attempt that this service ended itself is not counted. */
const isCounted = (outcome: SendOutcome | undefined): outcome is SendOutcome =>
  outcome !== undefined && outcome.error !== 'interrupted'

const COLUMNS = [
  'id',
  'webhook',
  'type',
  'at',
  'status',
  'attempts',
  'createdAt',
  'nextAt',
  'lastAt',
  'finishedAt',
  'responseStatus',
  'milliseconds',
  'error',
  'excerpt',
] as const satisfies (keyof DeliveryRow)[]
const UPDATED_COLUMNS = COLUMNS.slice(COLUMNS.indexOf('status')).filter((name) => name !== 'createdAt')

/** Updates many rows by one statement: an upsert of rows that all exist, so it never inserts. */
const upsertDeliveries = preparedVariants('deliveries_update', (tx: Writer, count: number) => {
  const row = (_: unknown, index: number) =>
    Object.fromEntries(COLUMNS.map((name) => [name, sql.placeholder(`${name}${index}`)]))
  const excluded = (name: keyof DeliveryRow): SQL => sql`excluded.${sql.identifier(webhookDeliveries[name].name)}`
  return tx
    .insert(webhookDeliveries)
    .values(Array.from({ length: count }, row) as never)
    .onConflictDoUpdate({
      target: webhookDeliveries.id,
      set: Object.fromEntries(UPDATED_COLUMNS.map((name) => [name, excluded(name)])),
    })
})

async function updateDeliveries(tx: Writer, rows: DeliveryRow[]): Promise<void> {
  const values = rows.flatMap((row, index) => COLUMNS.map((name) => [`${name}${index}`, row[name]]))
  await upsertDeliveries(tx, rows.length, Object.fromEntries(values))
}

const updateNextAt = prepared('deliveries_postpone', (tx: Writer) =>
  tx
    .update(webhookDeliveries)
    .set({ nextAt: sql`${sql.placeholder('until')}` })
    .where(
      and(
        eq(webhookDeliveries.webhook, sql.placeholder('webhook')),
        eq(webhookDeliveries.status, 'pending'),
        eq(webhookDeliveries.target, sql.placeholder('target')),
        gt(webhookDeliveries.seq, sql.placeholder('seq')),
        lt(webhookDeliveries.nextAt, sql.placeholder('until')),
      ),
    ),
)

/** Later deliveries of the same article have to wait for this one, so they become due no earlier. */
const postponeLater = async (tx: Writer, { webhook, target, seq, nextAt: until }: DeliveryRow): Promise<void> =>
  void (await updateNextAt(tx, { webhook, target, seq, until }))

/** Updates a webhook after attempts: pauses it if it fails for too long, disables it if the receiver answered 410. */
async function updateHealth(
  tx: Writer,
  id: string,
  recorded: RecordedAttempt[],
  clock: Clock,
): Promise<EndedWebhook[]> {
  const [before] = await tx.select().from(webhooks).where(eq(webhooks.id, id))
  if (!before) return []
  const now = clock.now().toISOString()
  let { lastSuccessAt, lastFailureAt, failingSince } = before
  let end: { action: string; status: string; reason: string } | undefined
  for (const { attempt, after } of recorded) {
    const { outcome, at } = attempt
    if (outcome === undefined) end = SECRET_UNREADABLE
    if (!isCounted(outcome)) continue
    if (outcome.error === null) [lastSuccessAt, failingSince] = [at, null]
    else [lastFailureAt, failingSince] = [at, failingSince ?? at]
    if (outcome.responseStatus === GONE) end = ENDED_BY_RECEIVER
    else if (after.status === 'dead' && failingSince && Date.parse(at) - Date.parse(failingSince) >= MAX_FAILING)
      end = FAILED_TOO_LONG
  }
  const change: Partial<WebhookRow> = { lastSuccessAt, lastFailureAt, failingSince }
  const ended: EndedWebhook[] = []
  if (end && before.status === 'active') {
    const { action, status, reason } = end
    Object.assign(change, { status, reason, statusSince: now })
    ended.push({ id, url: before.url, status, reason })
    await audit(tx, serviceContext('webhooks', clock), { action, target: id })
  }
  await tx.update(webhooks).set(change).where(eq(webhooks.id, id))
  return ended
}

const SECRET_UNREADABLE = {
  action: 'webhook.pause',
  status: 'paused',
  reason:
    'Its secret cannot be decrypted: SECRETS_KEY, or the key file beside the database, has changed. Rotate the secret.',
}
const FAILED_TOO_LONG = {
  action: 'webhook.pause',
  status: 'paused',
  reason: 'Every message has failed for three days, and a delivery was given up.',
}
const ENDED_BY_RECEIVER = {
  action: 'webhook.disable',
  status: 'disabled',
  reason: 'The receiver has answered 410: it refuses further messages.',
}
