import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'
import type { Storage } from '../storage/storage.ts'
import { listTrash, trashKinds } from './store.ts'

const TrashItem = z
  .object({
    kind: z.enum(trashKinds).meta({ description: 'What kind of thing it is.' }),
    id: Id,
    slug: Slug,
    name: z.string().meta({ description: 'Its name or headline.', examples: ['Harbour bridge reopens'] }),
    deletedAt: Timestamp.meta({ description: 'When it was moved to the trash.' }),
  })
  .meta({ id: 'TrashItem', description: 'Something in the trash.' })

/** Registers the list of the trash. */
export function registerTrash(server: FastifyInstance, { storage }: { storage: Storage }): void {
  server.withTypeProvider<ZodTypes>().get(
    '/trash',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'listTrash',
        summary: 'List the trash',
        description:
          'Everything in the trash, the last deleted first. `POST /v1/{resource}/{id}/restore` brings something back.',
        tags: ['Trash'],
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          kind: z.enum(trashKinds).optional().meta({ description: 'Only things of this kind.' }),
        }),
        response: { 200: listOf(TrashItem, 'TrashList') },
      },
    },
    async (request, reply) => {
      const { limit, kind } = request.query
      const paging = pageRequest(request, limit)
      const page = await listTrash(storage.reader, kind === undefined ? trashKinds : [kind], paging)
      return { data: page.rows, page: paging.info(reply, page) }
    },
  )
}
