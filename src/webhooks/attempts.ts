/** How tries went: what follows for deliveries, and for the webhooks that they belong to. */
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

/** A try that is over. Without an outcome nothing was sent: the secret could not be opened. */
export interface Attempt {
  delivery: DeliveryRow
  outcome: SendOutcome | undefined
  at: string
}

/** How many results are written by one statement. */
const BATCH = 32
/** For how long nothing must have got through for a webhook to be paused when a delivery is given up, in milliseconds. */
const FAILING = 60 * 3_600_000

/** Gone (RFC 9110, section 15.5.11): the receiver wants no more. */
const GONE = 410

/** Writes down how tries went, in one transaction. Of deliveries that were removed meanwhile nothing is kept. */
export async function recordAttempts(tx: Writer, results: Attempt[], clock: Clock): Promise<void> {
  const byWebhook = new Map<string, Settled[]>()
  for (let from = 0; from < results.length; from += BATCH)
    for (const one of await settleSome(tx, results.slice(from, from + BATCH)))
      getOrCreate(byWebhook, one.after.webhook, () => []).push(one)
  for (const [webhook, settled] of byWebhook) await noteHealth(tx, webhook, settled, clock)
}

interface Settled {
  after: DeliveryRow
  result: Attempt
}

const selectPending = preparedVariants('deliveries_pending', (tx: Writer, count: number) =>
  tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(inArray(webhookDeliveries.id, placeholders(count)), eq(webhookDeliveries.status, 'pending'))),
)

async function settleSome(tx: Writer, results: Attempt[]): Promise<Settled[]> {
  const ids = results.map(({ delivery }) => delivery.id)
  const there = new Set((await selectPending(tx, ids.length, numberedValues(ids))).map(({ id }) => id))
  const settled = results
    .filter(({ delivery }) => there.has(delivery.id))
    .map((result) => ({ result, after: afterTry(result) }))
  if (settled.length === 0) return []
  await writeAll(
    tx,
    settled.map(({ after }) => after),
  )
  for (const { after } of settled)
    if (after.status === 'pending' && after.seq !== null) await holdLater(tx, { ...after })
  return settled
}

/** A delivery after a try: delivered, to be tried again, or dead. */
function afterTry({ delivery, outcome, at }: Attempt): DeliveryRow {
  if (!isTry(outcome)) return { ...delivery, nextAt: at }
  const { error, responseStatus, milliseconds, excerpt } = outcome
  const attempts = delivery.attempts + 1
  const tried = { ...delivery, attempts, lastAt: at, error, responseStatus, milliseconds, excerpt }
  const wait = error === null || responseStatus === GONE ? undefined : retryDelay(attempts)
  if (wait !== undefined) return { ...tried, nextAt: new Date(Date.parse(at) + wait).toISOString() }
  return { ...tried, nextAt: null, finishedAt: at, status: error === null ? 'delivered' : 'dead' }
}

/** What is not the receiver's doing is no try. */
const isTry = (outcome: SendOutcome | undefined): outcome is SendOutcome =>
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
const CHANGING = COLUMNS.slice(COLUMNS.indexOf('status')).filter((name) => name !== 'createdAt')

/** Many updates by one statement: an insert of rows that all are there. */
const upsert = preparedVariants('deliveries_settle', (tx: Writer, count: number) => {
  const row = (_: unknown, index: number) =>
    Object.fromEntries(COLUMNS.map((name) => [name, sql.placeholder(`${name}${index}`)]))
  const given = (name: keyof DeliveryRow): SQL => sql`excluded.${sql.identifier(webhookDeliveries[name].name)}`
  return tx
    .insert(webhookDeliveries)
    .values(Array.from({ length: count }, row) as never)
    .onConflictDoUpdate({
      target: webhookDeliveries.id,
      set: Object.fromEntries(CHANGING.map((name) => [name, given(name)])),
    })
})

async function writeAll(tx: Writer, rows: DeliveryRow[]): Promise<void> {
  const values = rows.flatMap((row, index) => COLUMNS.map((name) => [`${name}${index}`, row[name]]))
  await upsert(tx, rows.length, Object.fromEntries(values))
}

const holdBack = prepared('deliveries_hold', (tx: Writer) =>
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

/** Later deliveries of the same article have to wait for this one: until then nobody need look at them. */
const holdLater = async (tx: Writer, { webhook, target, seq, nextAt: until }: DeliveryRow): Promise<void> =>
  void (await holdBack(tx, { webhook, target, seq, until }))

/** Notes at a webhook how its tries went; pauses one that keeps failing, and disables one that wants no more. */
async function noteHealth(tx: Writer, id: string, settled: Settled[], clock: Clock): Promise<void> {
  const [before] = await tx.select().from(webhooks).where(eq(webhooks.id, id))
  if (!before) return
  const now = clock.now().toISOString()
  let { lastSuccessAt, lastFailureAt, failingSince } = before
  let end: { action: string; status: string; reason: string } | undefined
  for (const { result, after } of settled) {
    const { outcome, at } = result
    if (outcome === undefined) end = UNREADABLE
    if (!isTry(outcome)) continue
    if (outcome.error === null) [lastSuccessAt, failingSince] = [at, null]
    else [lastFailureAt, failingSince] = [at, failingSince ?? at]
    if (outcome.responseStatus === GONE) end = ENDED_BY_RECEIVER
    else if (after.status === 'dead' && failingSince && Date.parse(at) - Date.parse(failingSince) >= FAILING)
      end = KEEPS_FAILING
  }
  const change: Partial<WebhookRow> = { lastSuccessAt, lastFailureAt, failingSince }
  if (end && before.status === 'active') {
    const { action, status, reason } = end
    Object.assign(change, { status, reason, statusSince: now })
    await audit(tx, serviceContext('webhooks', clock), { action, target: id })
  }
  await tx.update(webhooks).set(change).where(eq(webhooks.id, id))
}

const UNREADABLE = {
  action: 'webhook.pause',
  status: 'paused',
  reason: 'Its secret cannot be opened: SECRETS_KEY, or the key file beside the database, is another. Rotate it.',
}
const KEEPS_FAILING = {
  action: 'webhook.pause',
  status: 'paused',
  reason: 'Nothing has got through for three days, and a delivery was given up.',
}
const ENDED_BY_RECEIVER = {
  action: 'webhook.disable',
  status: 'disabled',
  reason: 'The receiver has answered 410: it wants no more.',
}
