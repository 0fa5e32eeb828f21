import { and, eq, inArray, lt, type SQL } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { jobs } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import type { JobKind, JobReply, JobState } from './schemas.ts'

export type JobRow = typeof jobs.$inferSelect

/** How long a process has a job without renewing its lease, in milliseconds. */
const LEASE = 15_000
/** How long jobs are stored after their end, in milliseconds. */
const RETENTION = 30 * 86_400_000

const unfinished: JobState[] = ['queued', 'running']
const isUnfinished = inArray(jobs.state, unfinished)

const leaseUntil = (clock: Clock): string => new Date(clock.now().getTime() + LEASE).toISOString()

/** The unfinished job of a kind, if there is one. */
export async function unfinishedJob(db: Reader, kind: JobKind): Promise<JobRow | undefined> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(isUnfinished, eq(jobs.kind, kind)))
    .limit(1)
  return row
}

/** Creates a queued job. `JobRunner.run` does its work, after the transaction. */
export async function createJob(tx: Writer, kind: JobKind, clock: Clock, context: WriteContext): Promise<JobRow> {
  const row: JobRow = {
    id: newId(),
    kind,
    state: 'queued',
    done: 0,
    total: 0,
    report: null,
    createdBy: context.caller.id ?? context.caller.role,
    createdAt: context.now,
    finishedAt: null,
    leaseUntil: leaseUntil(clock),
  }
  await tx.insert(jobs).values(row)
  await audit(tx, context, { action: 'job.create', target: row.id })
  return row
}

/** The job with this id, which an editor sees if it has begun it. Throws `not-found`. */
export async function readJob(db: Reader, id: string, caller: Caller): Promise<JobRow> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id))
  if (!row || !(may(caller, 'admin') || row.createdBy === caller.id)) throw notFound('job')
  return row
}

export interface JobFilters {
  kind?: JobKind | undefined
  state?: JobState | undefined
}

/** A page of the jobs, newest first. */
export async function listJobs(db: Reader, { kind, state }: JobFilters, request: PageRequest): Promise<Page<JobRow>> {
  const slice = keyset({ kind: 'time', column: jobs.createdAt, id: jobs.id, descending: true }, request)
  const conditions: (SQL | undefined)[] = [
    kind === undefined ? undefined : eq(jobs.kind, kind),
    state === undefined ? undefined : eq(jobs.state, state),
  ]
  const rows = await db
    .select()
    .from(jobs)
    .where(and(...conditions, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(rows, request, ({ createdAt, id }) => [createdAt, id])
}

/** Stores the progress of a job and renews its lease; false if the job has been finished, such as cancelled. */
export async function renewJob(
  tx: Writer,
  id: string,
  progress: { state?: 'running'; done: number; total: number },
  clock: Clock,
): Promise<boolean> {
  const [row] = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, id), isUnfinished))
  if (!row) return false
  await tx
    .update(jobs)
    .set({ ...progress, leaseUntil: leaseUntil(clock) })
    .where(eq(jobs.id, id))
  return true
}

/** Ends a job, unless it has been finished. */
export async function finishJob(
  tx: Writer,
  id: string,
  end: Pick<JobRow, 'report'> & Partial<JobRow> & { state: 'done' | 'failed' | 'cancelled' },
  now: string,
): Promise<void> {
  await tx
    .update(jobs)
    .set({ ...end, finishedAt: now })
    .where(and(eq(jobs.id, id), isUnfinished))
}

/** Cancels a job; the process that does it notices when it renews the lease. Throws `not-found`, or `conflict` if it has ended. */
export async function cancelJob(tx: Writer, id: string, context: WriteContext): Promise<JobRow> {
  const before = await readJob(tx, id, context.caller)
  if (!unfinished.some((state) => state === before.state))
    throw new Problem('conflict', `the job has ended: it is ${before.state}`)
  await finishJob(tx, id, { state: 'cancelled', report: null }, context.now)
  await audit(tx, context, { action: 'job.cancel', target: id })
  return readJob(tx, id, context.caller)
}

/** Fails the jobs whose process is gone, and deletes those that ended long ago. */
export async function sweepJobs({ storage, clock }: { storage: Storage; clock: Clock }): Promise<void> {
  const now = timestamp(clock)
  const isLost = and(isUnfinished, lt(jobs.leaseUntil, now))
  const isOld = lt(jobs.finishedAt, new Date(clock.now().getTime() - RETENTION).toISOString())
  const found = async (condition: SQL | undefined) =>
    (await storage.reader.select({ id: jobs.id }).from(jobs).where(condition).limit(1)).length > 0
  if (await found(isLost))
    await storage.transaction(async (tx) => {
      const report = { error: 'the process that did it has ended' }
      await tx.update(jobs).set({ state: 'failed', report, finishedAt: now }).where(isLost)
    })
  if (await found(isOld)) await storage.transaction(async (tx) => void (await tx.delete(jobs).where(isOld)))
}

/** A job as replies have it. */
export const presentJob = ({ done, total, leaseUntil: _, ...row }: JobRow): JobReply =>
  ({ ...row, progress: { done, total } }) as JobReply
