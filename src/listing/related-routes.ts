import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { type Article, ByArticle } from '../editions/article.ts'
import { cardsOf, documentsOf } from '../editions/cards.ts'
import { isCardOnly, itemJson, listReplyParameters } from '../editions/projection.ts'
import { Retracted, redirectOrGone } from '../editions/redirect-or-gone.ts'
import { readEdition } from '../editions/store.ts'
import { PermanentRedirect } from '../http/common-schemas.ts'
import { type Sent, sendJson } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { integerWithDefault } from '../lib/query-parameters.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { ArticleList } from './list-reply.ts'
import { relatedArticles } from './related.ts'

const { fields, include } = listReplyParameters

const Query = z.strictObject({
  limit: integerWithDefault(1, 20, 5, 'How many articles to give.'),
  fields,
  include,
})

/** The route that lists the live articles most similar to one. */
export function registerRelated(server: FastifyInstance, { storage }: { storage: Storage }): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/articles/:article/related',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listRelatedArticles',
        summary: 'List related articles',
        description:
          'Live articles that share tags, sources or the section with an article, the most similar first: a tag counts more than a source, a source more than the section, and what few articles share more than what many do. Among those about as similar the newest come first. There is one page. The links that editors have set are in `relatedLinks` of the article.',
        tags: ['Articles'],
        params: ByArticle,
        querystring: Query,
        replyHeaders: ['Cache-Tag'],
        response: { 200: ArticleList, 308: PermanentRedirect, 410: Retracted },
      },
    },
    (request, reply) => listRelated(storage.reader, request, reply, request.params.article, request.query),
  )
}

async function listRelated(
  db: Reader,
  request: FastifyRequest,
  reply: FastifyReply,
  reference: string,
  query: z.output<typeof Query>,
): Promise<Sent> {
  const edition = await readEdition(db, reference)
  if (!edition) return redirectOrGone(db, request, reply, reference)
  const ids = await relatedArticles(db, JSON.parse(edition.document) as Article, query.limit)
  const related = await (isCardOnly(query) ? cardsOf : documentsOf)(db, ids)
  const items = related.map(({ json }) => itemJson(json, query))
  const page = { limit: query.limit, next: null, previous: null }
  reply.header('cache-tag', cacheTagOf(['articles', edition.article, ...related.map(({ article }) => article)]))
  return sendJson(reply, `{"data":[${items.join(',')}],"page":${JSON.stringify(page)}}`)
}
