import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { ProblemReply } from '../http/problems.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { JobReply } from '../jobs/schemas.ts'
import { createJob, presentJob, unfinishedJob } from '../jobs/store.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { Storage } from '../storage/storage.ts'
import { type BackupOptions, backupName, backupWork } from './work.ts'

const NewBackup = z
  .strictObject({
    to: z
      .string()
      .max(100)
      .regex(/^\w[\w.-]*\.db$/, 'must be the name of a file that ends with .db, without a folder')
      .optional()
      .meta({
        description: 'The name of the file in the folder of backups; the service gives one with the time if left out.',
        examples: ['before-the-election.db'],
      }),
  })
  .meta({ id: 'NewBackup', description: 'How a backup is called.' })

interface BackupDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  jobs: JobRunner
  backups: BackupOptions
}

/** Registers the beginning of a backup. */
export function registerBackups(
  server: FastifyInstance,
  { storage, clock, idempotent, jobs, backups }: BackupDeps,
): void {
  server.withTypeProvider<ZodTypes>().post(
    '/backups',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'createBackup',
        summary: 'Back the database up',
        description:
          'Begins a job that copies the SQLite database to a file in `BACKUP_DIR` of the server, while it is written to, and verifies the copy. The backup has everything that was written before this request. One is made at a time. On PostgreSQL, and without that setting, this is 409.',
        tags: ['Operations'],
        headers: Idempotent,
        querystring: NoQuery,
        body: NewBackup.optional(),
        response: { 202: JobReply, 409: ProblemReply },
      },
    },
    async (request, reply) => {
      const context = writeContext(request, clock)
      const work = backupWork(storage, backups, request.body?.to ?? backupName(context.now))
      let created: string | undefined
      try {
        return await idempotent(request, reply, async (tx) => {
          const other = await unfinishedJob(tx, 'backup')
          if (other) throw new Problem('conflict', `a backup is being made: see /v1/jobs/${other.id}`)
          const job = await createJob(tx, 'backup', clock, context)
          created = job.id
          return { status: 202, location: `/v1/jobs/${job.id}`, body: presentJob(job) }
        })
      } finally {
        // Whether or not the reply has arrived. If the transaction has failed there is no such job, and nothing is done.
        if (created !== undefined) void jobs.run(created, work)
      }
    },
  )
}
