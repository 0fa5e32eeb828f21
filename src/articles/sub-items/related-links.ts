import { and, eq } from 'drizzle-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import type { Article } from '../../editions/article.ts'
import { PlacedRelatedLink } from '../../editions/article-parts.ts'
import { versionParameter } from '../../editions/projection.ts'
import { Retracted, readEditionOrMoved } from '../../editions/redirect-or-gone.ts'
import { readEdition } from '../../editions/store.ts'
import { requireDrafts } from '../../http/access.ts'
import { ConditionalHeaders, NoContent, NoQuery } from '../../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../../http/pagination.ts'
import { parseBody, type ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { mergePatch } from '../../lib/merge-patch.ts'
import { notFound } from '../../lib/problem.ts'
import { Id } from '../../lib/schemas.ts'
import { keyset, pageOf } from '../../storage/keyset.ts'
import { articleRefs, editionRefs } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'
import { storedLink } from '../draft.ts'
import { presentArticle } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { NewRelatedLink, RelatedLinkPatch } from '../schemas.ts'
import { type ArticleRow, findArticle, findIfVisible } from '../store.ts'
import { changeSubItem, insertAt, type SubItemChange, subItem } from './sub-items.ts'

const ByLink = z.strictObject({ link: Id.meta({ description: 'The id of the related link.' }) })
const beside = z.string().max(200).meta({ description: 'The id or slug of the article that the links stand beside.' })
const tags = ['Related links']

/** Related links, one by one. Each change is a save of the working copy that the link stands beside. */
export function registerRelatedLinks(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { storage } = deps

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
          article: beside.optional(),
          version: versionParameter,
        }),
        response: { 200: listOf(PlacedRelatedLink, 'RelatedLinkList'), 410: Retracted },
      },
    },
    async (request, reply) => {
      const { query, caller } = request
      const beside = parents(storage.reader, caller, query.version)
      const parent = query.article === undefined ? undefined : await namedBy(query.article, query.version, caller)
      const paging = pageRequest(request, query.limit)
      const table = query.version === 'draft' ? articleRefs : editionRefs
      const slice = keyset({ kind: 'text', column: table.ref, id: table.article, descending: true }, paging)
      const found = await storage.reader
        .select({ ref: table.ref, article: table.article })
        .from(table)
        .where(and(eq(table.kind, 'related-link'), parent ? eq(table.article, parent) : undefined, slice.where))
        .orderBy(...slice.orderBy)
        .limit(slice.limit)
      const page = pageOf(found, paging, ({ ref, article }) => [ref, article])
      const data: PlacedRelatedLink[] = []
      for (const { ref, article } of page.rows)
        data.push(...linksOf(await beside(article)).filter(({ id }) => id === ref))
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
        querystring: z.strictObject({ article: beside }),
        body: NewRelatedLink,
        response: { 201: PlacedRelatedLink },
      },
    },
    async (request, reply) => {
      const { position, ...input } = request.body
      const wanted: SubItemChange = {
        find: (tx) => findArticle(tx, request.query.article, request.caller),
        async change(content, resolve) {
          const made = await storedLink(resolve, input, [])
          return { id: made.id, content: { ...content, relatedLinks: insertAt(content.relatedLinks, made, position) } }
        },
      }
      return deps.once(request, reply, async (tx) => {
        const { row, id } = await changeSubItem(tx, deps, request, wanted)
        return {
          status: 201,
          location: `/v1/related-links/${id}`,
          version: row.version,
          body: await shown(tx, row, id, request.caller),
        }
      })
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
        response: { 200: PlacedRelatedLink },
      },
    },
    async ({ params, query, caller }) => {
      const table = query.version === 'draft' ? articleRefs : editionRefs
      const owner = await ownerOf(storage.reader, table, params.link)
      const parent = owner === undefined ? undefined : await parents(storage.reader, caller, query.version)(owner)
      return subItem(linksOf(parent), params.link, 'related link')
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
    async (request, reply) => {
      const wanted: SubItemChange = {
        find: (tx) => articleWith(tx, request.params.link, request),
        async change(content, resolve) {
          const { id, ...before } = subItem(content.relatedLinks, request.params.link, 'related link')
          const { position, ...input } = parseBody(NewRelatedLink, mergePatch(before, request.body))
          const after = await storedLink(resolve, { id, ...input }, [])
          return { id, content: { ...content, relatedLinks: insertAt(content.relatedLinks, after, position) } }
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
      const { link: id } = request.params
      const wanted: SubItemChange = {
        find: (tx) => articleWith(tx, id, request),
        change: async (content) => ({
          id,
          content: { ...content, relatedLinks: content.relatedLinks.filter((one) => one.id !== id) },
        }),
      }
      await storage.transaction((tx) => changeSubItem(tx, deps, request, wanted))
      return reply.code(204).send(null)
    },
  )

  /** The id of an article, live or as a working copy. Throws `retracted` or `not-found`. */
  async function namedBy(reference: string, version: 'live' | 'draft', caller: Caller): Promise<string> {
    if (version === 'draft') return (await findArticle(storage.reader, reference, caller)).id
    return (await readEditionOrMoved(storage.reader, reference)).article
  }

  async function articleWith(db: Reader, link: string, { caller }: FastifyRequest): Promise<ArticleRow> {
    const owner = await ownerOf(db, articleRefs, link)
    if (!owner) throw notFound('related link')
    return findArticle(db, owner, caller)
  }

  async function shown(db: Reader, row: ArticleRow, id: string, caller: Caller) {
    return subItem(linksOf(await presentArticle(db, row, caller)), id, 'related link')
  }
}

/** The article that has the link: in its working copy, or in its live edition. */
async function ownerOf(
  db: Reader,
  table: typeof articleRefs | typeof editionRefs,
  link: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ article: table.article })
    .from(table)
    .where(and(eq(table.kind, 'related-link'), eq(table.ref, link)))
  return row?.article
}

/** Gives articles by id or slug, live or as working copies that the caller may see, each looked up once. */
function parents(db: Reader, caller: Caller, version: 'live' | 'draft') {
  if (version === 'draft') requireDrafts(caller)
  const known = new Map<string, Article | undefined>()
  const lookUp = async (reference: string): Promise<Article | undefined> => {
    if (version === 'live') {
      const edition = await readEdition(db, reference)
      return edition && (JSON.parse(edition.document) as Article)
    }
    const row = await findIfVisible(db, reference, caller)
    return row && presentArticle(db, row, caller)
  }
  return async (reference: string) => {
    if (!known.has(reference)) known.set(reference, await lookUp(reference))
    return known.get(reference)
  }
}

function linksOf(parent: Article | undefined): PlacedRelatedLink[] {
  if (!parent) return []
  const { id, slug, headline } = parent
  return parent.relatedLinks.map((link) => ({ ...link, parent: { id, slug, headline } }))
}
