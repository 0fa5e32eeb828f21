import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Problem } from '../lib/problem.ts'
import { ProblemReply } from './problems.ts'
import type { ZodTypes } from './validation.ts'

const Health = z
  .object({
    status: z.literal('ok').meta({ description: '`ok`, always.' }),
    index: z
      .object({
        done: z.int().meta({ description: 'How many are done.', examples: [12000] }),
        total: z.int().meta({ description: 'How many there are.', examples: [200000] }),
      })
      .optional()
      .meta({
        description:
          'Of readiness only, while the search index is rebuilt after an upgrade: how far that is, in editions and working copies. The index answers meanwhile.',
      }),
  })
  .meta({ id: 'Health', description: 'The service works.' })

export interface Readiness {
  /** Why the service is not ready; absent if it is. */
  reason?: string
  /** The progress of a rebuild of the search index. */
  index?: { done: number; total: number }
}

/** `/livez`: the process answers. `/readyz`: what it depends on is ready too, and no shutdown has begun. */
export function registerHealth(server: FastifyInstance, readiness: () => Promise<Readiness>): void {
  const app = server.withTypeProvider<ZodTypes>()
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })

  app.get(
    '/livez',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'getLiveness',
        summary: 'Check that the process is up',
        description: 'Answers as long as the process runs; it looks at nothing else.',
        tags: ['Operations'],
        response: { 200: Health },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      return { status: 'ok' as const }
    },
  )

  app.get(
    '/readyz',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'getReadiness',
        summary: 'Check that the service is ready',
        description:
          'Answers 503 while the database does not answer, when its disk has failed or its file is damaged, while articles are missing from the search index, and from the beginning of a shutdown.',
        tags: ['Operations'],
        response: { 200: Health, 503: ProblemReply },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (closing) throw notReady('the service is shutting down')
      const { reason, index } = await readiness()
      if (reason !== undefined) throw notReady(reason)
      return { status: 'ok' as const, ...(index && { index }) }
    },
  )
}

const notReady = (why: string) => new Problem('busy', why, { headers: { 'retry-after': '5' } })
