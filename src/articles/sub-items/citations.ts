import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import type { Article } from '../../editions/article.ts'
import { ByArticle } from '../../editions/article.ts'
import { Citation } from '../../editions/article-parts.ts'
import { versionParameter } from '../../editions/projection.ts'
import { Retracted, redirectOrGone } from '../../editions/redirect-or-gone.ts'
import { readEdition } from '../../editions/store.ts'
import { requireDrafts } from '../../http/access.ts'
import { ConditionalHeaders, NoContent, NoQuery, PermanentRedirect } from '../../http/common-schemas.ts'
import { parseBody, type ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { mergePatch } from '../../lib/merge-patch.ts'
import { Id } from '../../lib/schemas.ts'
import type { Reader } from '../../storage/storage.ts'
import { storedCitation } from '../draft.ts'
import { presentArticle } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { CitationPatch, NewCitation } from '../schemas.ts'
import { type ArticleRow, findArticle } from '../store.ts'
import { changeSubItem, insertAt, type SubItemChange, subItem } from './sub-items.ts'

const ByCitation = ByArticle.extend({ citation: Id.meta({ description: 'The id of the citation.' }) })
const Citations = z
  .object({ data: z.array(Citation).meta({ description: 'The citations, in their order.' }) })
  .meta({ id: 'CitationList', description: 'All citations of an article, in their order.' })
const tags = ['Citations']

/** The citations of an article, one by one. */
export function registerCitations(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { storage } = deps
  const citing = ({ caller }: FastifyRequest, article: string) => ({
    find: (tx: Parameters<typeof findArticle>[0]) => findArticle(tx, article, caller),
  })

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
    async (request, reply) => {
      const { position, ...input } = request.body
      const wanted: SubItemChange = {
        ...citing(request, request.params.article),
        async change(content, resolve) {
          const made = await storedCitation(resolve, input, [])
          return { id: made.id, content: { ...content, citations: insertAt(content.citations, made, position) } }
        },
      }
      return deps.once(request, reply, async (tx) => {
        const { row, id } = await changeSubItem(tx, deps, request, wanted)
        return {
          status: 201,
          location: `/v1/articles/${row.id}/citations/${id}`,
          version: row.version,
          body: await shown(tx, row, id, request.caller),
        }
      })
    },
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
    async (request, reply) => {
      const wanted: SubItemChange = {
        ...citing(request, request.params.article),
        async change(content, resolve) {
          const { id, ...before } = subItem(content.citations, request.params.citation, 'citation')
          const { position, ...input } = parseBody(NewCitation, mergePatch(before, request.body))
          const after = await storedCitation(resolve, { id, ...input }, [])
          return { id, content: { ...content, citations: insertAt(content.citations, after, position) } }
        },
      }
      return storage.transaction(async (tx) => {
        const { row, id } = await changeSubItem(tx, deps, request, wanted)
        reply.version = row.version
        return shown(tx, row, id, request.caller)
      })
    },
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
      const wanted: SubItemChange = {
        ...citing(request, request.params.article),
        async change(content) {
          const { id } = subItem(content.citations, request.params.citation, 'citation')
          return { id, content: { ...content, citations: content.citations.filter((one) => one.id !== id) } }
        },
      }
      await storage.transaction((tx) => changeSubItem(tx, deps, request, wanted))
      return reply.code(204).send(null)
    },
  )

  async function shown(db: Reader, row: ArticleRow, id: string, caller: Caller) {
    return subItem((await presentArticle(db, row, caller)).citations, id, 'citation')
  }
}
