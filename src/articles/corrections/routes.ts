import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../../access/write-context.ts'
import { ByArticle } from '../../editions/article.ts'
import { Correction } from '../../editions/article-parts.ts'
import { Retracted, redirectOrGone } from '../../editions/redirect-or-gone.ts'
import { readEdition } from '../../editions/store.ts'
import { NoQuery, PermanentRedirect } from '../../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../../http/pagination.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { Idempotent } from '../../idempotency/idempotency.ts'
import { cacheTagOf } from '../../lib/cache-tag.ts'
import type { ArticleDeps } from '../routes.ts'
import { findArticle } from '../store.ts'
import { CorrectionList, NewCorrection, PlacedCorrection } from './schemas.ts'
import { createCorrection, listAllCorrections, listCorrections } from './store.ts'

const tags = ['Corrections']

/** Corrections: public notes on live articles. They are never changed or removed. */
export function registerCorrections(server: FastifyInstance, { storage, clock, idempotent }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/corrections',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listAllCorrections',
        summary: 'List all corrections',
        description: 'All corrections, newest first: of live articles and of retracted ones.',
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        replyHeaders: ['Cache-Tag'],
        response: { 200: listOf(PlacedCorrection, 'PlacedCorrectionList') },
      },
    },
    async (request, reply) => {
      const paging = pageRequest(request, request.query.limit)
      const { data, page } = await listAllCorrections(storage.reader, paging)
      reply.header('cache-tag', cacheTagOf(['articles', ...data.map(({ article }) => article.id)]))
      return { data, page: paging.info(reply, page) }
    },
  )

  app.get(
    '/articles/:article/corrections',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listCorrections',
        summary: 'List corrections',
        description: 'The corrections of an article, newest first; of a retracted one too.',
        tags,
        params: ByArticle,
        querystring: NoQuery,
        replyHeaders: ['Cache-Tag'],
        response: { 200: CorrectionList, 308: PermanentRedirect, 410: Retracted },
      },
    },
    async (request, reply) => {
      const { article: reference } = request.params
      const live = await readEdition(storage.reader, reference)
      if (!live) return await redirectOrGone(storage.reader, request, reply, reference)
      reply.header('cache-tag', cacheTagOf([live.article]))
      return { data: await listCorrections(storage.reader, live.article) }
    },
  )

  app.post(
    '/articles/:article/corrections',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'createCorrection',
        summary: 'Create a correction',
        description: 'Adds a public note to a live article. It is shown at once, and cannot be changed or removed.',
        tags,
        params: ByArticle,
        headers: Idempotent,
        querystring: NoQuery,
        body: NewCorrection,
        response: { 201: Correction },
      },
    },
    async (request, reply) => {
      const context = writeContext(request, clock)
      return idempotent(request, reply, async (tx) => {
        const row = await findArticle(tx, request.params.article, request.caller)
        const id = await createCorrection(tx, row, request.body, context)
        const location = `/v1/articles/${row.id}/corrections`
        return { status: 201, location, body: { id, ...request.body, at: context.now } }
      })
    },
  )
}
