import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Id, Moment, Timestamp } from '../lib/schemas.ts'
import type { Storage } from '../storage/storage.ts'
import { listAudit } from './log.ts'

const AuditEntry = z
  .object({
    id: Id,
    at: Timestamp.meta({ description: 'When it was done.' }),
    actor: z
      .object({
        id: z.string().meta({ description: 'The id of the key.', examples: ['01a20b7c-44cd-7353-9e2f-d39000b30c60'] }),
        name: z.string().meta({ description: 'The name of the key.', examples: ['Night desk'] }),
      })
      .meta({ description: 'The key that did it.' }),
    action: z.string().meta({ description: 'What was done, as a noun and a verb.', examples: ['article.publish'] }),
    target: z.string().meta({
      description: 'The id of what it was done to.',
      examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'],
    }),
    fromVersion: z.int().nullable().meta({ description: 'The version before, where there is one.' }),
    toVersion: z.int().nullable().meta({ description: 'The version after, where there is one.' }),
    requestId: z.string().nullable().meta({ description: 'The id of the request.' }),
  })
  .meta({ id: 'AuditEntry', description: 'An action on record.' })

const exactMatch = z.string().max(200).optional()

/** The audit log is read only. */
export function registerAudit(server: FastifyInstance, { storage }: { storage: Storage }): void {
  server.withTypeProvider<ZodTypes>().get(
    '/audit-log',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listAuditLog',
        summary: 'List the audit log',
        description:
          'Every write, and who made it, newest first. Keys that were refused are on record too, as `sign-in.refuse`.',
        tags: ['Audit'],
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          actor: exactMatch.meta({ description: 'Only what the key of this id did.' }),
          action: exactMatch.meta({ description: 'Only this action, such as `article.publish`.' }),
          target: exactMatch.meta({ description: 'Only what was done to the thing of this id.' }),
          since: Moment.optional().meta({ description: 'Only what was done at this time or later.' }),
          until: Moment.optional().meta({ description: 'Only what was done before this time.' }),
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
