import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { onArticle } from '../changes/dependencies.ts'
import { PermanentRedirect } from '../http/common-schemas.ts'
import { matchesEtag, notModified } from '../http/conditional-requests.ts'
import type { AlternativeFormats } from '../http/negotiation.ts'
import { asSent, type Sent, sendJson } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { Clock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { ArticleOrFields, ByArticle } from './article.ts'
import { asOfParameter, checkAsOf, editionAsOf, type ReadContent } from './as-of.ts'
import { articleHeaders, prebuiltArticles } from './prebuilt-article.ts'
import { articleReplyParameters, isWholeArticle, type Projection } from './projection.ts'
import { Retracted, redirectOrGone } from './redirect-or-gone.ts'
import { readEdition } from './store.ts'

const ArticleQuery = z.strictObject({ ...articleReplyParameters, asOf: asOfParameter })
export type ArticleQuery = z.output<typeof ArticleQuery>

/** What an article is read with. Working copies and revisions are read by functions that are handed in. */
export interface EditionDependencies {
  storage: Storage
  clock: Clock
  otherForms: AlternativeFormats
  /** Answers a request with `version=draft`. */
  answerDraft(request: FastifyRequest, reply: FastifyReply, reference: string, query: ArticleQuery): Promise<Sent>
  readContent: ReadContent
  /** Projects the JSON of an article; gives JSON. */
  projectJson(request: FastifyRequest, json: string, projection: Projection): Promise<string>
}

/** One live article. */
export function registerEditions(server: FastifyInstance, deps: EditionDependencies): void {
  server.withTypeProvider<ZodTypes>().get(
    '/articles/:article',
    {
      config: {
        access: 'live:read',
        prebuilt: prebuiltArticles(deps.storage.reader),
        alternativeFormats: deps.otherForms.schemas,
      },
      schema: {
        operationId: 'getArticle',
        summary: 'Get an article',
        description:
          'Gives the live edition; with `version=draft` the working copy; with `asOf` what was live at that time, while the article is live now. Then text and corrections are those of that time, and what the article refers to is shown as it is now. A former slug is answered with 308 and the present address. With neither `fields` nor `body` the reply is an `Article`. Without parameters, `Accept: application/ld+json` and `Accept: application/ninjs+json` give the other forms, which have addresses of their own.',
        tags: ['Articles'],
        params: ByArticle,
        querystring: ArticleQuery,
        replyHeaders: ['Last-Modified', 'Cache-Tag'],
        response: { 200: ArticleOrFields, 308: PermanentRedirect, 410: Retracted },
      },
    },
    (request, reply) => getArticle(deps, request, reply, request.params.article, request.query),
  )
}

async function getArticle(
  { storage, clock, otherForms, answerDraft, readContent, projectJson }: EditionDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  reference: string,
  query: ArticleQuery,
): Promise<Sent> {
  if (await otherForms.send(request, reply, reference)) return asSent(reply)
  const { version, asOf } = query
  checkAsOf(asOf, { version, now: clock.now() })
  if (version === 'draft') return answerDraft(request, reply, reference, query)
  const live = await readEdition(storage.reader, reference)
  if (!live) return await redirectOrGone(storage.reader, request, reply, reference)
  const edition = asOf === undefined ? live : await editionAsOf(storage.reader, live, asOf, readContent)
  const { etag, ...headers } = articleHeaders(edition)
  reply.headers(headers)
  if (asOf === undefined) reply.dependsOn = onArticle(edition.article)
  if (!isWholeArticle(query)) {
    reply.version = edition.version
    return sendJson(reply, await projectJson(request, edition.document, query))
  }
  if (matchesEtag(request.headers, etag)) return notModified(reply, etag)
  return sendJson(reply.header('etag', etag), edition.document)
}
