import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import { type Article, ByArticle } from '../../editions/article.ts'
import { Citation } from '../../editions/article-parts.ts'
import type { StoredCitation } from '../../editions/content.ts'
import { versionParameter } from '../../editions/projection.ts'
import { Retracted, redirectOrGone } from '../../editions/redirect-or-gone.ts'
import { readEdition } from '../../editions/store.ts'
import { requireDrafts } from '../../http/access.ts'
import { ConditionalHeaders, NoContent, NoQuery, PermanentRedirect } from '../../http/common-schemas.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { storedCacheTag } from '../../lib/cache-tag.ts'
import { Id } from '../../lib/schemas.ts'
import type { Reader } from '../../storage/storage.ts'
import { storedCitation } from '../draft.ts'
import { presentArticle } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { CitationPatch, NewCitation } from '../schemas.ts'
import { findArticle } from '../store.ts'
import { type SubItemKind, subItemWrites } from './sub-items.ts'

const ByCitation = ByArticle.extend({ citation: Id.meta({ description: 'The id of the citation.' }) })
const Citations = z
  .object({ data: z.array(Citation).meta({ description: 'The citations, in their order.' }) })
  .meta({ id: 'CitationList', description: 'All citations of an article, in their order.' })
const tags = ['Citations']

const citationKind: SubItemKind<NewCitation, StoredCitation, z.infer<typeof Citation>> = {
  noun: 'citation',
  New: NewCitation,
  itemsOf: ({ citations }) => citations,
  withItems: (content, citations) => ({ ...content, citations }),
  toStored: (resolve, input) => storedCitation(resolve, input, []),
  shownIn: ({ citations }) => citations,
  pathOf: (article, id) => `/v1/articles/${article.id}/citations/${id}`,
}

/** The citations of an article, one by one. */
export function registerCitations(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { storage } = deps
  const writes = subItemWrites(citationKind, deps)
  const finder =
    ({ params, caller }: { params: { article: string }; caller: Caller }) =>
    (tx: Reader) =>
      findArticle(tx, params.article, caller)

  app.get(
    '/articles/:article/citations',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listCitations',
        summary: 'List citations',
        description: 'The citations of a live article; with `version=draft` those of the working copy.',
        tags,
        params: ByArticle,
        querystring: z.strictObject({ version: versionParameter }),
        replyHeaders: ['Cache-Tag'],
        response: { 200: Citations, 308: PermanentRedirect, 410: Retracted },
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request
      if (query.version === 'draft') {
        requireDrafts(caller)
        const row = await findArticle(storage.reader, params.article, caller)
        return { data: (await presentArticle(storage.reader, row, caller)).citations }
      }
      const edition = await readEdition(storage.reader, params.article)
      if (!edition) return await redirectOrGone(storage.reader, request, reply, params.article)
      reply.header('cache-tag', storedCacheTag(edition.cacheTag))
      return { data: (JSON.parse(edition.document) as Article).citations }
    },
  )

  app.post(
    '/articles/:article/citations',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'createCitation',
        summary: 'Create a citation',
        description: 'Adds a citation to the working copy of an article. It is public once the article is published.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders.extend(idempotencyHeader),
        querystring: NoQuery,
        body: NewCitation,
        response: { 201: Citation },
      },
    },
    (request, reply) => writes.create(request, reply, finder(request), request.body),
  )

  app.patch(
    '/articles/:article/citations/:citation',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'updateCitation',
        summary: 'Update a citation',
        description: 'A JSON merge patch (RFC 7396) of one citation in the working copy.',
        tags,
        params: ByCitation,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        body: CitationPatch,
        response: { 200: Citation },
      },
    },
    (request, reply) =>
      writes.update(request, reply, finder(request), { id: request.params.citation, patch: request.body }),
  )

  app.delete(
    '/articles/:article/citations/:citation',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'deleteCitation',
        summary: 'Delete a citation',
        description: 'Removes a citation from the working copy. The public sees it until the article is published.',
        tags,
        params: ByCitation,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await writes.delete(request, finder(request), request.params.citation)
      return reply.code(204).send(null)
    },
  )
}
