import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import { ProblemReply } from '../http/problems.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { Clock } from '../lib/clock.ts'
import { Id } from '../lib/schemas.ts'
import type { Storage } from '../storage/storage.ts'
import { JobReply, jobKinds, jobStates } from './schemas.ts'
import { cancelJob, listJobs, presentJob, readJob } from './store.ts'

const tags = ['Operations']
const ByJob = z.strictObject({ job: Id.meta({ description: 'The id of the job.' }) })

interface JobDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
}

/** Registers the list of jobs, one job, and its cancellation. What begins a job has a route of its own. */
export function registerJobs(server: FastifyInstance, { storage, clock, idempotent }: JobDeps): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/jobs',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs',
        description: 'Long work such as backups, the newest first. Jobs are listed until 30 days after their end.',
        tags,
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          kind: z.enum(jobKinds).optional().meta({ description: 'Only jobs of this kind.' }),
          state: z.enum(jobStates).optional().meta({ description: 'Only jobs in this state.' }),
        }),
        response: { 200: listOf(JobReply, 'JobList') },
      },
    },
    async (request, reply) => {
      const { limit, kind, state } = request.query
      const paging = pageRequest(request, limit)
      const page = await listJobs(storage.reader, { kind, state }, paging)
      return { data: page.rows.map(presentJob), page: paging.info(reply, page) }
    },
  )

  app.get(
    '/jobs/:job',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'getJob',
        summary: 'Get a job',
        description:
          'Shows how far it is, and its report when it has ended. The progress is updated every two seconds. An editor sees the jobs that its key has begun.',
        tags,
        params: ByJob,
        querystring: NoQuery,
        response: { 200: JobReply },
      },
    },
    async ({ params, caller }) => presentJob(await readJob(storage.reader, params.job, caller)),
  )

  app.post(
    '/jobs/:job/cancel',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancel a job',
        description: 'Its work ends within two seconds. A job that has ended is 409.',
        tags,
        params: ByJob,
        headers: Idempotent,
        querystring: NoQuery,
        response: { 200: JobReply, 409: ProblemReply },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => ({
        status: 200,
        body: presentJob(await cancelJob(tx, request.params.job, writeContext(request, clock))),
      })),
  )
}
