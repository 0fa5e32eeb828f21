import { and, desc, eq, inArray } from 'drizzle-orm'
import { serviceContext } from '../access/write-context.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { createJob, type JobRow, unfinishedJob } from '../jobs/store.ts'
import type { Clock } from '../lib/clock.ts'
import { jobs as jobTable } from '../storage/schema.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { type BackupOptions, backupName, backupWork } from './work.ts'

const HOUR = 3_600_000

interface ScheduleDeps {
  storage: Storage
  clock: Clock
  jobs: JobRunner
}

/**
 * Backs the database up if the last backup is `hours` old, of a request or of the schedule, and none is being made. One
 * process of several does it, since the job is created in the transaction that finds none. A backup that failed is tried
 * again at the next call.
 */
export async function backUpIfDue(
  { storage, clock, jobs }: ScheduleDeps,
  options: BackupOptions,
  hours: number,
): Promise<void> {
  if (!(await isDue(storage.reader, clock, hours))) return
  const context = serviceContext('schedule', clock)
  const work = backupWork(storage, options, backupName(context.now))
  const job = await storage.transaction(async (tx): Promise<JobRow | undefined> => {
    if (!(await isDue(tx, clock, hours)) || (await unfinishedJob(tx, 'backup'))) return undefined
    return createJob(tx, 'backup', clock, context)
  })
  if (job) await jobs.run(job.id, work)
}

async function isDue(db: Reader, clock: Clock, hours: number): Promise<boolean> {
  const [last] = await db
    .select({ createdAt: jobTable.createdAt })
    .from(jobTable)
    .where(and(eq(jobTable.kind, 'backup'), inArray(jobTable.state, ['queued', 'running', 'done'])))
    .orderBy(desc(jobTable.createdAt))
    .limit(1)
  return last === undefined || Date.parse(last.createdAt) + hours * HOUR <= clock.now().getTime()
}
