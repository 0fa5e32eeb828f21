import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { listOf, pageParameters, pageRequest } from '../http/paging.ts'
import type { ZodTypes } from '../http/zod.ts'
import { Id, Slug, Timestamp } from '../lib/shapes.ts'
import type { Storage } from '../storage/storage.ts'
import { listTrash, trashKinds } from './bin.ts'

const Trashed = z
  .object({ kind: z.enum(trashKinds), id: Id, slug: Slug, name: z.string(), deletedAt: Timestamp })
  .meta({ id: 'Trashed', description: 'A thing in the trash: restore it at its own address.' })

/** What is in the trash. */
export function registerTrash(server: FastifyInstance, { storage }: { storage: Storage }): void {
  server.withTypeProvider<ZodTypes>().get(
    '/trash',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'listTrash',
        summary: 'See what is in the trash',
        description: 'Last thrown away first. `POST /v1/{resource}/{id}/restore` brings a thing back.',
        tags: ['Trash'],
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          kind: z.enum(trashKinds).optional(),
        }),
        response: { 200: listOf(Trashed, 'TrashList') },
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
