import { and, eq, inArray, sql } from 'drizzle-orm'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import type { SectionRow } from '../catalogue/section-tree.ts'
import { sectionKind } from '../catalogue/sections.ts'
import { resolveEntry } from '../catalogue/store.ts'
import { lastSeq } from '../changes/log.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { webhookDeliveries, webhooks } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { Webhook } from './schemas.ts'
import type { SecretEncryption } from './secret-encryption.ts'
import { newSigningSecret } from './signature.ts'

export type WebhookRow = typeof webhooks.$inferSelect

/** What the owner of a webhook sets. */
export type WebhookInput = Pick<WebhookRow, 'name' | 'url' | 'events' | 'section' | 'withEdition' | 'mediaAccess'>

/** How many webhooks there may be: each change is matched against each of them. */
const MAX_WEBHOOKS = 100
/** How many secrets may sign at a time: each adds a signature to the header. */
const MAX_SECRETS = 5
/** How long the previous secret still signs after a rotation, in milliseconds. */
const ROTATION_OVERLAP = 24 * 60 * 60 * 1000

/** The id of the section that an id, a slug or a path names; null for none. Throws `invalid-reference`. */
export const resolveSection = async (db: Reader, reference: string | null | undefined): Promise<string | null> =>
  (await resolveEntry<SectionRow>(db, sectionKind, reference, '/section'))?.id ?? null

/** Creates a webhook, which is sent changes from now on. Gives its secret, which is stored encrypted only. */
export async function createWebhook(
  tx: Writer,
  input: WebhookInput,
  secrets: SecretEncryption,
  context: WriteContext,
): Promise<{ row: WebhookRow; secret: string }> {
  const [counted] = await tx.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(webhooks)
  if ((counted?.count ?? 0) >= MAX_WEBHOOKS)
    throw new Problem('conflict', `there are ${MAX_WEBHOOKS} webhooks already, which is the limit`)
  const [id, secret] = [newId(), newSigningSecret()]
  const row: WebhookRow = {
    id,
    ...input,
    version: 1,
    secret: secrets.encrypt(secret, id),
    oldSecret: null,
    oldSecretUntil: null,
    status: 'active',
    reason: null,
    statusSince: context.now,
    cursor: await lastSeq(tx),
    lastSuccessAt: null,
    lastFailureAt: null,
    failingSince: null,
    createdAt: context.now,
    updatedAt: context.now,
  }
  await tx.insert(webhooks).values(row)
  await audit(tx, context, { action: 'webhook.create', target: id, to: 1 })
  return { row, secret }
}

/** The webhook with this id. Throws `not-found`. */
export async function readWebhook(db: Reader, id: string): Promise<WebhookRow> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id))
  if (!row) throw notFound('webhook')
  return row
}

/** Updates a webhook. If that makes it active, its pending deliveries are due at once, with all their attempts anew. */
export async function updateWebhook(
  tx: Writer,
  before: WebhookRow,
  change: WebhookInput & { status: string },
  context: WriteContext,
): Promise<WebhookRow> {
  const { id, status } = before
  const statusChange = change.status === status ? {} : { reason: null, statusSince: context.now, failingSince: null }
  const after = { ...before, ...change, ...statusChange, version: before.version + 1, updatedAt: context.now }
  await tx.update(webhooks).set(after).where(eq(webhooks.id, id))
  if (change.status === 'active' && status !== 'active')
    await tx
      .update(webhookDeliveries)
      .set({ attempts: 0, nextAt: context.now })
      .where(and(eq(webhookDeliveries.webhook, id), eq(webhookDeliveries.status, 'pending')))
  await audit(tx, context, { action: 'webhook.update', target: id, from: before.version, to: after.version })
  return after
}

/**
 * Gives a webhook a new secret; for a day the previous one signs as well, and those before it until their days are over.
 * Throws `conflict` if too many sign already.
 */
export async function rotateSecret(
  tx: Writer,
  before: WebhookRow,
  secrets: SecretEncryption,
  context: WriteContext,
): Promise<{ row: WebhookRow; secret: string }> {
  const { id } = before
  const secret = newSigningSecret()
  const until = new Date(Date.parse(context.now) + ROTATION_OVERLAP).toISOString()
  const previous = secrets.decrypt(before.secret, id)
  const former = [
    ...(previous === undefined ? [] : [{ secret: previous, until }]),
    ...formerSecrets(before, secrets, context.now),
  ]
  if (former.length >= MAX_SECRETS) {
    const detail = `${former.length} secrets sign already; rotate again after ${former.at(-1)?.until}`
    throw new Problem('conflict', detail)
  }
  const row: WebhookRow = {
    ...before,
    secret: secrets.encrypt(secret, id),
    oldSecret: former.length === 0 ? null : secrets.encrypt(JSON.stringify(former), id),
    oldSecretUntil: former[0]?.until ?? null,
    version: before.version + 1,
    updatedAt: context.now,
  }
  await tx.update(webhooks).set(row).where(eq(webhooks.id, row.id))
  await audit(tx, context, { action: 'webhook.rotate', target: row.id, from: before.version, to: row.version })
  return { row, secret }
}

/** The secrets that sign now, the newest first; none if they cannot be decrypted. */
export function signingSecrets(row: WebhookRow, secrets: SecretEncryption, now: string): string[] {
  const current = secrets.decrypt(row.secret, row.id)
  return [...(current === undefined ? [] : [current]), ...formerSecrets(row, secrets, now).map(({ secret }) => secret)]
}

/** A secret that was replaced, and signs until this time. */
interface FormerSecret {
  secret: string
  until: string
}

/** The secrets that were replaced and still sign, the newest first; none if they cannot be decrypted. */
function formerSecrets(
  { id, oldSecret, oldSecretUntil }: WebhookRow,
  secrets: SecretEncryption,
  now: string,
): FormerSecret[] {
  const text = oldSecret && oldSecretUntil && now < oldSecretUntil ? secrets.decrypt(oldSecret, id) : undefined
  if (text === undefined || oldSecretUntil === null) return []
  // An earlier version stored one secret as it is.
  const former: FormerSecret[] = text.startsWith('[') ? JSON.parse(text) : [{ secret: text, until: oldSecretUntil }]
  return former.filter(({ until }) => now < until)
}

/** Deletes a webhook permanently, with its deliveries. */
export async function deleteWebhook(tx: Writer, { id, version }: WebhookRow, context: WriteContext): Promise<void> {
  await tx.delete(webhooks).where(eq(webhooks.id, id))
  await audit(tx, context, { action: 'webhook.delete', target: id, from: version })
}

/** The webhooks, newest first. */
export async function listWebhooks(db: Reader, request: PageRequest): Promise<Page<WebhookRow>> {
  const order = { kind: 'time', column: webhooks.createdAt, id: webhooks.id, descending: true } as const
  const { where, orderBy, limit } = keyset(order, request)
  const rows = await db
    .select()
    .from(webhooks)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
  return pageOf(rows, request, (row) => [row.createdAt, row.id])
}

/** A webhook as the API shows it: without its secret, with the numbers of pending and dead deliveries. */
export async function presentWebhook(db: Reader, row: WebhookRow, now: string) {
  return present(row, await countDeliveries(db, [row.id]), await lastSeq(db), now)
}

/** Several webhooks as the API shows them. */
export async function presentWebhooks(db: Reader, rows: WebhookRow[], now: string) {
  const ids = rows.map(({ id }) => id)
  const [counts, lastChange] = [await countDeliveries(db, ids), await lastSeq(db)]
  return rows.map((row) => present(row, counts, lastChange, now))
}

function present(webhook: WebhookRow, counts: Map<string, number>, lastChange: number, now: string) {
  const { secret: _, oldSecret: __, withEdition, mediaAccess, cursor, oldSecretUntil, status, events, ...row } = webhook
  return {
    ...row,
    status: status as Webhook['status'],
    events: events as Webhook['events'],
    include: withEdition ? (['edition'] satisfies Webhook['include']) : [],
    media: mediaAccess,
    oldSecretUntil: oldSecretUntil && now < oldSecretUntil ? oldSecretUntil : null,
    pending: counts.get(`${row.id} pending`) ?? 0,
    dead: counts.get(`${row.id} dead`) ?? 0,
    behind: lastChange - cursor,
  }
}

/** The numbers of pending and dead deliveries, by `<webhook> <status>`. */
async function countDeliveries(db: Reader, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const { webhook, status } = webhookDeliveries
  const rows = await db
    .select({ webhook, status, count: sql<number>`count(*)`.mapWith(Number) })
    .from(webhookDeliveries)
    .where(and(inArray(webhook, ids), inArray(status, ['pending', 'dead'])))
    .groupBy(webhook, status)
  return new Map(rows.map((row) => [`${row.webhook} ${row.status}`, row.count]))
}
