import { and, eq, gte, inArray, lt, type SQL } from 'drizzle-orm'
import { anonymous } from '../access/roles.ts'
import { type WriteContext, writeContext } from '../access/write-context.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { insertRow } from '../storage/prepared-statements.ts'
import { auditLog } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

/** One action for the audit log. */
export interface AuditedAction {
  /** Noun and verb: `article.publish`, `author.update`, `key.revoke`. */
  action: string
  target: string
  /** The versions before and after, where the target has versions. */
  from?: number | null
  to?: number | null
}

export type AuditRow = typeof auditLog.$inferSelect

/** Adds an action to the audit log, in the transaction of that action. */
export async function audit(
  tx: Writer,
  { caller, now, requestId }: WriteContext,
  audited: AuditedAction,
): Promise<void> {
  const { action, target, from = null, to = null } = audited
  const { id, name, role } = caller
  const entry = { id: newId(), at: now, action, target, fromVersion: from, toVersion: to, requestId }
  await insertRow(tx, auditLog, { ...entry, actor: id ?? role, actorName: name })
}

/** How many refused sign-ins are logged in a minute: guessing keys must not fill the disk. */
const REFUSALS_A_MINUTE = 60

/** How many of them wait to be written at most. */
const MAX_WAITING = 200

/**
 * A function that logs the refused sign-in of a request in the background: a refusal does not wait for the database. What
 * cannot be written is tried again with the next refusal; `onError` gets the error. `onDropped` gets the number of those
 * that were not logged, because there were too many, once others are.
 */
export function auditRefusals(
  { storage, clock, withAddresses }: { storage: Storage; clock: Clock; withAddresses: boolean },
  { onError, onDropped }: { onError: (error: unknown) => void; onDropped: (count: number) => void },
): (request: { id: string; ip: string }) => void {
  let [minute, count] = [0, 0]
  let waiting: { context: WriteContext; target: string }[] = []
  let dropped = 0
  let isWriting = false

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_WAITING)
      await storage.transaction(async (tx) => {
        for (const { context, target } of batch) await audit(tx, context, { action: 'sign-in.refuse', target })
      })
      waiting = waiting.slice(batch.length)
      if (dropped > 0) onDropped(dropped)
      dropped = 0
    }
  }

  return ({ id, ip }) => {
    const now = Math.floor(clock.now().getTime() / 60_000)
    if (now !== minute) [minute, count] = [now, 0]
    count += 1
    if (count > REFUSALS_A_MINUTE || waiting.length >= MAX_WAITING) {
      dropped += 1
      return
    }
    waiting.push({ context: writeContext({ caller: anonymous, id }, clock), target: withAddresses ? ip : 'withheld' })
    if (isWriting) return
    isWriting = true
    void writeWaiting()
      .catch(onError)
      .finally(() => {
        isWriting = false
      })
  }
}

export interface AuditFilters {
  actor?: string | undefined
  action?: string | undefined
  target?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** A page of the audit log, newest first. */
export async function listAudit(db: Reader, filters: AuditFilters, request: PageRequest): Promise<Page<AuditRow>> {
  const order = { kind: 'time', column: auditLog.at, id: auditLog.id, descending: true } as const
  const slice = keyset(order, request)
  const { actor, action, target, since, until } = filters
  const conditions: (SQL | undefined)[] = [
    actor === undefined ? undefined : eq(auditLog.actor, actor),
    action === undefined ? undefined : eq(auditLog.action, action),
    target === undefined ? undefined : eq(auditLog.target, target),
    since === undefined ? undefined : gte(auditLog.at, since),
    until === undefined ? undefined : lt(auditLog.at, until),
  ]
  const rows = await db
    .select()
    .from(auditLog)
    .where(and(...conditions, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(rows, request, ({ at, id }) => [at, id])
}

/** How many entries one transaction deletes. */
const SWEEP_BATCH = 1_000

/** Deletes entries older than so many days; with 0 it deletes none. */
export async function sweepAudit({ storage, clock }: { storage: Storage; clock: Clock }, days: number): Promise<void> {
  if (days === 0) return
  const before = new Date(clock.now().getTime() - days * 86_400_000).toISOString()
  for (let deleted = SWEEP_BATCH; deleted === SWEEP_BATCH; ) {
    const old = await storage.reader
      .select({ id: auditLog.id })
      .from(auditLog)
      .where(lt(auditLog.at, before))
      .limit(SWEEP_BATCH)
    const ids = old.map(({ id }) => id)
    if (ids.length > 0)
      await storage.transaction(async (tx) => void (await tx.delete(auditLog).where(inArray(auditLog.id, ids))))
    deleted = ids.length
  }
}
