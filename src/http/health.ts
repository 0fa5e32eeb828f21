import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Problem } from '../lib/problem.ts'
import { ProblemReply } from './problems.ts'
import type { ZodTypes } from './validation.ts'

const Health = z
  .object({ status: z.literal('ok').meta({ description: '`ok`, always.' }) })
  .meta({ id: 'Health', description: 'The service works.' })

/**
 * `/livez`: the process answers. `/readyz`: the database answers too, and no shutdown has begun. `whyNotReady` gives the reason
 * why the database cannot be used, if there is one.
 */
export function registerHealth(server: FastifyInstance, whyNotReady: () => Promise<string | undefined>): void {
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
          'Answers 503 while the database does not answer, when its disk has failed or its file is damaged, and from the beginning of a shutdown.',
        tags: ['Operations'],
        response: { 200: Health, 503: ProblemReply },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (closing) throw notReady('the service is shutting down')
      const reason = await whyNotReady()
      if (reason !== undefined) throw notReady(reason)
      return { status: 'ok' as const }
    },
  )
}

const notReady = (why: string) => new Problem('busy', why, { headers: { 'retry-after': '5' } })
