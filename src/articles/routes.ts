import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import { Article, ArticleFields, ByArticle } from '../editions/article.ts'
import { articleHeaders, prebuiltArticles } from '../editions/prebuilt-article.ts'
import { articleReplyParameters, isWholeArticle, project, projectItem } from '../editions/projection.ts'
import { Retracted, redirectOrGone } from '../editions/redirect-or-gone.ts'
import { type Edition, readEdition } from '../editions/store.ts'
import { requireAdmin, requireDrafts } from '../http/access.ts'
import { ifMatch, matchesEtag, notModified } from '../http/caching.ts'
import { ConditionalHeaders, DeletionQuery, NoContent, PermanentRedirect } from '../http/common-schemas.ts'
import type { AlternativeFormats } from '../http/negotiation.ts'
import { pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { Clock } from '../lib/clock.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import type { CardCache } from '../listing/card-cache.ts'
import { draftFiltersIn } from '../listing/filters.ts'
import { ArticleList, ArticleListQuery, listReply, parseListRequest, prebuiltLists } from '../listing/list-reply.ts'
import type { Storage } from '../storage/storage.ts'
import { createCommand, type PublishScope, patchCommand, publishScope, requirePublisher } from './commands.ts'
import { countDrafts, listDrafts } from './draft-list.ts'
import type { Releases } from './lifecycle/scheduler.ts'
import { deletePermanently, trash } from './lifecycle/trash.ts'
import { presentArticle, presentArticles } from './presenter.ts'
import type { MayBackdate } from './publication-dates.ts'
import { asOfParameter, checkAsOf, editionAsOf } from './revisions/as-of.ts'
import { ArticlePatch, NewArticle } from './schemas.ts'
import { findArticle } from './store.ts'

export interface ArticleDeps {
  storage: Storage
  clock: Clock
  releases: Releases
  once: IdempotentRun
  shelf: CardCache
  mayBackdate: MayBackdate
  /** Where the service is reached from outside, without a slash at the end; empty if that is not known. */
  publicUrl: string
}

const Publishing = z.strictObject({
  publish: booleanParameter('Publish the article in the same request; for editors.'),
})

const PatchPublishing = z.strictObject({
  publish: z
    .union([booleanParameter('Publish the working copy.'), z.literal('changes')], {
      error: 'must be true, false or changes',
    })
    .meta({
      description:
        'For editors. `true` publishes the whole working copy, earlier unpublished changes among it; `warnings` then names those. `changes` publishes only what this request changes: earlier changes stay unpublished, and what is scheduled stays scheduled. It is 409 where the request changes what they have changed.',
    }),
})

const tags = ['Articles']

/** Articles: lists and single ones, live or as working copies; making, changing, publishing, deleting them. */
export function registerArticles(
  server: FastifyInstance,
  deps: ArticleDeps & { otherForms: AlternativeFormats },
): void {
  const { storage, clock, once, releases, shelf, otherForms, mayBackdate } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const act = (request: FastifyRequest) => writeContext(request, clock)

  app.get(
    '/articles',
    {
      config: { access: 'live:read', prebuilt: prebuiltLists({ storage, cardCache: shelf }) },
      schema: {
        operationId: 'listArticles',
        summary: 'List articles',
        description:
          'Live articles, newest first. With `version=draft` the working copies that the caller may see; there `updatedAt` filters and sorts by the last save. Without `fields` each is an `ArticleCard`, with what `include` adds.',
        tags,
        querystring: ArticleListQuery,
        replyHeaders: ['Cache-Tag'],
        response: { 200: ArticleList },
      },
    },
    async (request, reply) => {
      const { query, caller } = request
      const { sort, limit, fields, include, version } = query
      if (version === 'live') {
        const { headers, body } = await listReply({ storage, cardCache: shelf }, parseListRequest(request.url, query))
        return reply.headers(headers).send(body as never)
      }
      requireDrafts(caller)
      const filters = draftFiltersIn(query)
      const paging = pageRequest(request, limit)
      const page = await listDrafts(storage.reader, { filters, sort, caller }, paging)
      const total = query.count ? await countDrafts(storage.reader, { filters, sort, caller }) : undefined
      const shown = await presentArticles(storage.reader, page.rows, caller)
      const data = shown.map((one) => draftItem(one, { fields, include }))
      return { data, page: paging.info(reply, page, total) } as never
    },
  )

  app.post(
    '/articles',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'createArticle',
        summary: 'Create an article',
        description:
          'Creates a working copy, which only editors and its creator can see until it is published. A body in Markdown, HTML or plain text becomes blocks; `warnings` says what was left out.',
        tags,
        headers: Idempotent,
        querystring: Publishing,
        body: NewArticle,
        response: { 201: Article },
      },
    },
    async (request, reply) => {
      const isLive = wantedOf(request) === 'all'
      const { run } = await createCommand(request.body, { isLive, mayBackdate })
      return once(request, reply, async (tx) => {
        const { row, warnings } = await run(tx, act(request))
        const body = { ...(await presentArticle(tx, row, request.caller)), ...(warnings.length > 0 && { warnings }) }
        return { status: 201, location: `/v1/articles/${row.id}`, version: row.version, body }
      })
    },
  )

  app.get(
    '/articles/:article',
    {
      config: {
        access: 'live:read',
        prebuilt: prebuiltArticles(storage.reader),
        alternativeFormats: otherForms.schemas,
      },
      schema: {
        operationId: 'getArticle',
        summary: 'Get an article',
        description:
          'Gives the live edition; with `version=draft` the working copy; with `asOf` what was live at that time, while the article is live now. Then text and corrections are those of that time, and what the article refers to is shown as it is now. A former slug is answered with 308 and the present address. With neither `fields` nor `body` the reply is an `Article`. Without parameters, `Accept: application/ld+json` and `Accept: application/ninjs+json` give the other forms, which have addresses of their own.',
        tags,
        params: ByArticle,
        querystring: z.strictObject({ ...articleReplyParameters, asOf: asOfParameter }),
        replyHeaders: ['Last-Modified', 'Cache-Tag'],
        response: { 200: z.union([Article, ArticleFields]), 308: PermanentRedirect, 410: Retracted },
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request
      if (await otherForms.send(request, reply, params.article)) return reply as never
      checkAsOf(query.asOf, { version: query.version, now: clock.now() })
      if (query.version === 'draft') {
        requireDrafts(caller)
        const row = await findArticle(storage.reader, params.article, caller)
        reply.version = row.version
        return project(await presentArticle(storage.reader, row, caller), query) as never
      }
      const live = await readEdition(storage.reader, params.article)
      if (!live) return await redirectOrGone(storage.reader, request, reply, params.article)
      const edition = query.asOf === undefined ? live : await editionAsOf(storage.reader, live, query.asOf)
      const { etag, ...headers } = articleHeaders(edition)
      reply.headers(headers)
      if (query.asOf === undefined) reply.dependsOn = edition.article
      if (!isWholeArticle(query)) return shapedEdition(reply, edition, query)
      if (matchesEtag(request, etag)) return notModified(reply, etag) as never
      return json(reply.header('etag', etag), edition.document)
    },
  )

  app.patch(
    '/articles/:article',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'updateArticle',
        summary: 'Update an article',
        description:
          'A JSON merge patch (RFC 7396) of the working copy, saved as a revision: `null` clears, what is absent stays, arrays replace. What is live stays as it is until the working copy is published.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders,
        querystring: PatchPublishing,
        body: ArticlePatch,
        response: { 200: Article },
      },
    },
    async (request, reply) => {
      const { article } = request.params
      const { run } = await patchCommand(article, request.body, {
        publishScope: wantedOf(request),
        mayBackdate,
        check: ifMatch(request),
      })
      const { row, warnings } = await storage.transaction((tx) => run(tx, act(request)))
      await releases.refresh()
      reply.version = row.version
      return {
        ...(await presentArticle(storage.reader, row, request.caller)),
        ...(warnings.length > 0 && { warnings }),
      }
    },
  )

  app.delete(
    '/articles/:article',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'deleteArticle',
        summary: 'Delete an article',
        description: 'Takes the article off the site and moves it to the trash, from which it can be restored.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders,
        querystring: DeletionQuery,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { permanent } = request.query
      if (permanent) requireAdmin(request.caller)
      const check = ifMatch(request)
      await storage.transaction(async (tx) => {
        const article = await findArticle(tx, request.params.article, request.caller, permanent ? 'too' : 'no')
        check(article.version)
        await (permanent ? deletePermanently : trash)(tx, article, act(request))
      })
      await releases.refresh()
      return reply.code(204).send(null as never)
    },
  )
}

const draftItem = (article: Article, wanted: Parameters<typeof projectItem>[1]): Partial<Article> => {
  const { liveVersion, hasUnpublishedChanges, publishAt, embargoUntil, createdAt, createdBy, editedAt } = article
  const item = projectItem(article, wanted)
  const own = { liveVersion, hasUnpublishedChanges, publishAt, embargoUntil, createdAt, createdBy, editedAt }
  return wanted.fields ? item : { ...item, ...own }
}

/** Finished JSON as a reply, sent as it stands. */
const json = (reply: FastifyReply, text: string): never =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text) as never

function shapedEdition(reply: FastifyReply, edition: Edition, wanted: Parameters<typeof project>[1]): never {
  reply.version = edition.version
  return json(reply, JSON.stringify(project(JSON.parse(edition.document) as Article, wanted)))
}

/** What of the article the request is to publish; throws `forbidden` for a caller who may publish nothing. */
function wantedOf({ query, caller }: { query: { publish: boolean | 'changes' }; caller: Caller }): PublishScope {
  if (query.publish !== false) requirePublisher(caller)
  return publishScope[`${query.publish}`]
}
