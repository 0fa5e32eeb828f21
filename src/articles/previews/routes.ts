import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { type Article, ArticleOrFields, ByArticle } from '../../editions/article.ts'
import { compileArticle } from '../../editions/compile.ts'
import { projectionParameters } from '../../editions/projection.ts'
import { loadReferences } from '../../editions/reference-loader.ts'
import { NoContent, NoQuery } from '../../http/common-schemas.ts'
import { ProblemReply } from '../../http/problems.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { Idempotent } from '../../idempotency/idempotency.ts'
import { notFound } from '../../lib/problem.ts'
import { Id, Timestamp } from '../../lib/schemas.ts'
import { sendArticle } from '../draft-reads.ts'
import type { ArticleDeps } from '../routes.ts'
import { findArticle } from '../store.ts'
import { createPreview, deletePreview, findPreviewed } from './store.ts'

/** How long a preview is valid by default, and at most; in seconds. */
const HOUR = 3_600
const WEEK = 7 * 24 * HOUR

const NewPreview = z
  .strictObject({
    expiresIn: z
      .int()
      .min(60)
      .max(WEEK)
      .optional()
      .meta({ description: 'How long the link works, in seconds; an hour if left out. Never longer than the key.' }),
  })
  .meta({ id: 'NewPreview', description: 'A preview to create.', examples: [{ expiresIn: 7200 }] })

const Preview = z
  .object({
    id: Id,
    url: z.string().meta({
      description: 'The link. Everyone who has it sees the working copy until it expires; it is shown only once.',
      examples: ['/v1/previews/01a20b7c44cd73539e2fd39000b30c60_Byjacq'],
    }),
    expiresAt: Timestamp.meta({ description: 'When the link stops working.' }),
  })
  .meta({ id: 'Preview', description: 'A link that shows one working copy to somebody without a key.' })

const tags = ['Previews']

/** Links that show a working copy to somebody without a key. They expire, and can be revoked. */
export function registerPreviews(
  server: FastifyInstance,
  { storage, clock, idempotent, bodyTasksOf, publicUrl }: ArticleDeps,
): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.post(
    '/articles/:article/preview',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'createPreview',
        summary: 'Create a preview',
        description:
          'Creates a link that shows the working copy to somebody without a key, until it expires or is revoked.',
        tags,
        params: ByArticle,
        headers: Idempotent,
        querystring: NoQuery,
        body: NewPreview.optional(),
        response: { 201: Preview },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const { id: article } = await findArticle(tx, request.params.article, request.caller)
        const expiresIn = request.body?.expiresIn ?? HOUR
        const { id, token, expiresAt } = await createPreview(tx, {
          article,
          by: request.caller,
          now: clock.now(),
          expiresIn,
        })
        const url = `${publicUrl}/v1/previews/${token}`
        return { status: 201, location: `/v1/articles/${article}/preview/${id}`, body: { id, url, expiresAt } }
      }),
  )

  app.delete(
    '/articles/:article/preview/:preview',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'revokePreview',
        summary: 'Revoke a preview',
        description: 'The link stops working at once.',
        tags,
        params: ByArticle.extend({ preview: Id.meta({ description: 'The id of the preview.' }) }),
        querystring: NoQuery,
        response: { 204: NoContent },
      },
    },
    async ({ params, caller }, reply) => {
      await storage.transaction(async (tx) => {
        const { id } = await findArticle(tx, params.article, caller)
        await deletePreview(tx, { id: params.preview, article: id })
      })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/previews/:token',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'getPreview',
        summary: 'Get a preview',
        description:
          'Gives the working copy that a preview link shows, as it would go live. With neither `fields` nor `body` the reply is an `Article`.',
        tags,
        params: z.strictObject({
          token: z
            .string()
            .max(200)
            .meta({ description: 'The token in the link.', examples: ['01a20b7c44cd73539e2fd39000b30c60_Byjacq'] }),
        }),
        querystring: z.strictObject(projectionParameters),
        response: { 200: ArticleOrFields, 503: ProblemReply },
      },
    },
    async ({ params, query, caller }, reply) => {
      const row = await findPreviewed({ storage, clock }, params.token)
      if (!row) throw notFound('preview')
      reply.headers({ 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex, nofollow' })
      const references = await loadReferences(storage.reader, [row])
      const article = compileArticle({ ...row, status: row.status as Article['status'] }, row.content, references)
      return sendArticle(reply, article, query, bodyTasksOf(caller))
    },
  )
}
