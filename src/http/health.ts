import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Problem } from '../lib/problem.ts'
import { ProblemReply } from './problems.ts'
import type { ZodTypes } from './validation.ts'

/** How long the database may take to answer, in milliseconds. */
const PING_DEADLINE = 1_500

const Health = z
  .object({ status: z.literal('ok').meta({ description: '`ok`, always.' }) })
  .meta({ id: 'Health', description: 'The service works.' })

/**
 * `/livez`: the process answers. `/readyz`: the database answers too, and no shutdown has begun. `ping` rejects while the
 * database does not answer.
 */
export function registerHealth(server: FastifyInstance, ping: () => Promise<void>): void {
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
        description: 'Answers 503 while the database does not answer, and from the beginning of a shutdown.',
        tags: ['Operations'],
        response: { 200: Health, 503: ProblemReply },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      if (closing) throw notReady('the service is shutting down')
      // Who asks gives up after some seconds, and then knows less.
      await Promise.race([ping(), pause(PING_DEADLINE, undefined, { ref: false }).then(() => Promise.reject())]).catch(
        () => {
          throw notReady('the database does not answer')
        },
      )
      return { status: 'ok' as const }
    },
  )
}

const notReady = (why: string) => new Problem('busy', why, { headers: { 'retry-after': '5' } })
