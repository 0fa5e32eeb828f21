import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { listOf, pageParameters, pageRequest } from '../http/paging.ts'
import type { ZodTypes } from '../http/zod.ts'
import { Id, Moment, Timestamp } from '../lib/shapes.ts'
import type { Storage } from '../storage/storage.ts'
import { listAudit } from './log.ts'

const AuditEntry = z
  .object({
    id: Id,
    at: Timestamp,
    actor: z.object({ id: z.string(), name: z.string() }).meta({ description: 'The key that did it.' }),
    action: z.string().meta({ examples: ['article.publish'] }),
    target: z.string().meta({ description: 'The id of what it was done to.' }),
    fromVersion: z.int().nullable(),
    toVersion: z.int().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry', description: 'One thing that somebody did.' })

const one = z.string().max(200).optional()

/** The record of who did what: it only grows. */
export function registerAudit(server: FastifyInstance, { storage }: { storage: Storage }): void {
  server.withTypeProvider<ZodTypes>().get(
    '/audit-log',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listAuditLog',
        summary: 'See who did what',
        description: 'Newest first. Keys that were refused are on record too, as `sign-in.refuse`.',
        tags: ['Audit'],
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          actor: one.meta({ description: 'The id of a key.' }),
          action: one.meta({ description: 'Noun and verb, such as `article.publish`.' }),
          target: one.meta({ description: 'The id of what it was done to.' }),
          since: Moment.optional(),
          until: Moment.optional(),
        }),
        response: { 200: listOf(AuditEntry, 'AuditLog') },
      },
    },
    async (request, reply) => {
      const { limit, cursor: _, ...filters } = request.query
      const paging = pageRequest(request, limit)
      const page = await listAudit(storage.reader, filters, paging)
      const data = page.rows.map(({ actor, actorName, ...row }) => ({ ...row, actor: { id: actor, name: actorName } }))
      return { data, page: paging.info(reply, page) }
    },
  )
}
