import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Article } from '../../editions/article.ts'
import { listOf, pageParameters, pageRequest } from '../../http/pagination.ts'
import type { ZodTypes } from '../../http/validation.ts'
import type { ArticleDeps } from '../routes.ts'
import { listAdvanceCopies } from './store.ts'

/** Advance copies: scheduled articles, under embargo, for partners whose grant allows that. */
export function registerAdvanceCopies(server: FastifyInstance, { storage, clock }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  app.get(
    '/advance',
    {
      config: { access: 'changes:read' },
      schema: {
        operationId: 'listAdvance',
        summary: 'List advance copies',
        description:
          'Scheduled articles, the next first: for a partner those that its grant covers, as far ahead as its grant says; for editors all. They are under embargo until `publishAt`, and may still change or be cancelled. Until then the changes do not mention them.',
        tags: ['Changes'],
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(Article, 'AdvanceList') },
      },
    },
    async (request, reply) => {
      const { caller } = request
      const paging = pageRequest(request, request.query.limit)
      const { data, page } = await listAdvanceCopies(storage.reader, caller, clock.now(), paging)
      return { data, page: paging.info(reply, page) } as never
    },
  )
}
