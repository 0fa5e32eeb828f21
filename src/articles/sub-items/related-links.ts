import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import type { Article } from '../../editions/article.ts'
import { PlacedRelatedLink } from '../../editions/article-parts.ts'
import type { StoredRelatedLink } from '../../editions/content.ts'
import { versionParameter } from '../../editions/projection.ts'
import { Retracted, readEditionOrMoved } from '../../editions/redirect-or-gone.ts'
import { readEdition } from '../../editions/store.ts'
import { requireDrafts } from '../../http/access.ts'
import { ConditionalHeaders, NoContent, NoQuery } from '../../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../../http/pagination.ts'
import { ProblemReply } from '../../http/problems.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { cacheTagOf } from '../../lib/cache-tag.ts'
import { notFound } from '../../lib/problem.ts'
import { Id } from '../../lib/schemas.ts'
import type { Reader } from '../../storage/storage.ts'
import { storedLink } from '../draft.ts'
import { presentArticle } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { NewRelatedLink, RelatedLinkPatch } from '../schemas.ts'
import { findArticle, findIfVisible } from '../store.ts'
import { findLinkOwner, listLinkIds } from './related-link-store.ts'
import { findById, type SubItemKind, subItemWrites } from './sub-items.ts'

const ByLink = z.strictObject({ link: Id.meta({ description: 'The id of the related link.' }) })
const articleParameter = z
  .string()
  .max(200)
  .meta({ description: 'The id or slug of the article that the links belong to.', examples: ['storm-closes-harbour'] })
const tags = ['Related links']

type Version = 'live' | 'draft'

const linkKind: SubItemKind<NewRelatedLink, StoredRelatedLink, PlacedRelatedLink> = {
  noun: 'related link',
  New: NewRelatedLink,
  itemsOf: ({ relatedLinks }) => relatedLinks,
  withItems: (content, relatedLinks) => ({ ...content, relatedLinks }),
  toStored: (resolve, input) => storedLink(resolve, input, []),
  shownIn: placedLinks,
  pathOf: (_article, id) => `/v1/related-links/${id}`,
}

/** Related links of all articles, one by one. */
export function registerRelatedLinks(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { storage } = deps
  const writes = subItemWrites(linkKind, deps)
  /** Finds the article whose working copy has the link. Throws `not-found`. */
  const ownerFinder =
    ({ params, caller }: { params: { link: string }; caller: Caller }) =>
    async (tx: Reader) => {
      const owner = await findLinkOwner(tx, 'draft', params.link)
      const article = owner && (await findIfVisible(tx, owner, caller))
      if (!article) throw notFound('related link')
      return article
    }

  app.get(
    '/related-links',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'listRelatedLinks',
        summary: 'List related links',
        description: 'Related links of live articles, newest first; with `version=draft` those of the working copies.',
        tags,
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          article: articleParameter.optional(),
          version: versionParameter,
        }),
        replyHeaders: ['Cache-Tag'],
        response: { 200: listOf(PlacedRelatedLink, 'RelatedLinkList'), 404: ProblemReply, 410: Retracted },
      },
    },
    async (request, reply) => {
      const { query, caller } = request
      const { version } = query
      const findParent = parentFinder(storage.reader, version, caller)
      const article =
        query.article === undefined ? undefined : await articleIdOf(storage.reader, query.article, version, caller)
      const paging = pageRequest(request, query.limit)
      const page = await listLinkIds(storage.reader, { version, article, caller }, paging)
      const data: PlacedRelatedLink[] = []
      for (const { link, article } of page.rows)
        data.push(...placedLinks(await findParent(article)).filter(({ id }) => id === link))
      if (version === 'live')
        reply.header('cache-tag', cacheTagOf(['articles', ...page.rows.map(({ article }) => article)]))
      return { data, page: paging.info(reply, page) }
    },
  )

  app.post(
    '/related-links',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'createRelatedLink',
        summary: 'Create a related link',
        description:
          'Adds a link beside the article that `article` names, in its working copy. The body says where it leads.',
        tags,
        headers: ConditionalHeaders.extend(idempotencyHeader),
        querystring: z.strictObject({ article: articleParameter }),
        body: NewRelatedLink,
        response: { 201: PlacedRelatedLink, 404: ProblemReply },
      },
    },
    (request, reply) => {
      const find = (tx: Reader) => findArticle(tx, request.query.article, request.caller)
      return writes.create(request, reply, find, request.body)
    },
  )

  app.get(
    '/related-links/:link',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'getRelatedLink',
        summary: 'Get a related link',
        description: 'Gives one link of a live article; with `version=draft` one of a working copy.',
        tags,
        params: ByLink,
        querystring: z.strictObject({ version: versionParameter }),
        replyHeaders: ['Cache-Tag'],
        response: { 200: PlacedRelatedLink },
      },
    },
    async ({ params, query, caller }, reply) => {
      const findParent = parentFinder(storage.reader, query.version, caller)
      const owner = await findLinkOwner(storage.reader, query.version, params.link)
      const parent = owner === undefined ? undefined : await findParent(owner)
      const link = findById(placedLinks(parent), params.link, 'related link')
      if (query.version === 'live') reply.header('cache-tag', cacheTagOf([link.parent.id]))
      return link
    },
  )

  app.patch(
    '/related-links/:link',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'updateRelatedLink',
        summary: 'Update a related link',
        description: 'A JSON merge patch (RFC 7396) of one link in the working copy.',
        tags,
        params: ByLink,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        body: RelatedLinkPatch,
        response: { 200: PlacedRelatedLink },
      },
    },
    (request, reply) =>
      writes.update(request, reply, ownerFinder(request), { id: request.params.link, patch: request.body }),
  )

  app.delete(
    '/related-links/:link',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'deleteRelatedLink',
        summary: 'Delete a related link',
        description: 'Removes a link from the working copy. The public sees it until the article is published.',
        tags,
        params: ByLink,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await writes.delete(request, ownerFinder(request), request.params.link)
      return reply.code(204).send(null)
    },
  )
}

/** The id of an article, live or as a working copy. Throws `retracted` or `not-found`. */
async function articleIdOf(db: Reader, reference: string, version: Version, caller: Caller): Promise<string> {
  if (version === 'draft') return (await findArticle(db, reference, caller)).id
  return (await readEditionOrMoved(db, reference)).article
}

/** Finds articles by id, live or as working copies that the caller may see, each read once. Throws `forbidden`. */
function parentFinder(db: Reader, version: Version, caller: Caller) {
  if (version === 'draft') requireDrafts(caller)
  const cache = new Map<string, Article | undefined>()
  const read = async (id: string): Promise<Article | undefined> => {
    if (version === 'live') {
      const edition = await readEdition(db, id)
      return edition && (JSON.parse(edition.document) as Article)
    }
    const row = await findIfVisible(db, id, caller)
    return row && presentArticle(db, row, caller)
  }
  return async (id: string) => {
    if (!cache.has(id)) cache.set(id, await read(id))
    return cache.get(id)
  }
}

/** The related links of an article, each with the article it belongs to. */
function placedLinks(article: Article | undefined): PlacedRelatedLink[] {
  if (!article) return []
  const { id, slug, headline } = article
  return article.relatedLinks.map((link) => ({ ...link, parent: { id, slug, headline } }))
}
