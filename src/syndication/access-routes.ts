import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { findArticle } from '../articles/store.ts'
import { liveAttributes } from '../editions/access-attributes.ts'
import { ByArticle } from '../editions/article.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { ProblemReply } from '../http/problems.ts'
import type { ZodTypes } from '../http/validation.ts'
import { timestamp } from '../lib/clock.ts'
import { Id } from '../lib/schemas.ts'
import { explainAccess } from './access.ts'
import { ArticleAccess, ArticleReceipts } from './access-schemas.ts'
import { articleReceipts } from './receipts.ts'
import type { SyndicationDeps } from './routes.ts'

/** The routes for editors: why a partner's key can read an article or not, and who has acknowledged its last change. */
export function registerArticleAccess(server: FastifyInstance, { storage, clock }: SyndicationDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader

  app.get(
    '/articles/:article/access',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'explainAccess',
        summary: 'Explain the access of a key to an article',
        description: 'Shows rule by rule why a key can read an article, or why it cannot.',
        tags: ['Changes'],
        params: ByArticle,
        querystring: z.strictObject({ key: Id.meta({ description: 'The id of the key.' }) }),
        response: { 200: ArticleAccess, 422: ProblemReply },
      },
    },
    async ({ params, query, caller }) =>
      explainAccess(db, await findArticle(db, params.article, caller), query.key, timestamp(clock)),
  )

  app.get(
    '/articles/:article/receipts',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'listArticleReceipts',
        summary: 'List receipts for an article',
        description:
          'Shows which partners have acknowledged the last change of the article, such as a retraction. It lists the partners whom the change concerns.',
        tags: ['Changes'],
        params: ByArticle,
        querystring: NoQuery,
        response: { 200: ArticleReceipts },
      },
    },
    async ({ params, caller }) => {
      const { id } = await findArticle(db, params.article, caller, 'too')
      return articleReceipts(db, id, (await liveAttributes(db, [id])).get(id))
    },
  )
}
