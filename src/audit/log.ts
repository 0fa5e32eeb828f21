import { and, eq, gte, lt, type SQL } from 'drizzle-orm'
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

/** A function that logs the refused sign-in of a request. It never throws: errors go to `onError`. */
export function auditRefusals(
  { storage, clock }: { storage: Storage; clock: Clock },
  onError: (error: unknown) => void,
): (request: { id: string; ip: string }) => Promise<void> {
  let [minute, count] = [0, 0]
  return async ({ id, ip }) => {
    const now = Math.floor(clock.now().getTime() / 60_000)
    if (now !== minute) [minute, count] = [now, 0]
    count += 1
    if (count > REFUSALS_A_MINUTE) return
    const context = writeContext({ caller: anonymous, id }, clock)
    await storage.transaction((tx) => audit(tx, context, { action: 'sign-in.refuse', target: ip })).catch(onError)
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
