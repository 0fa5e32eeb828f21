import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { type Caller, may } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import { ConditionalHeaders, PermanentRedirect } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { addLinks } from '../http/link-header.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import { Ambiguous } from '../http/problems.ts'
import { parseBody, type ZodTypes } from '../http/validation.ts'
import { Idempotent } from '../idempotency/idempotency.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { feedFilters, feedLinks } from '../lib/feed-urls.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { notFound } from '../lib/problem.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'
import { entryViews, type LoadImages } from './images.ts'
import { capitalized, withArticle } from './noun.ts'
import { slugOrPathOf } from './resolve.ts'
import { createEntry, findEntry, isCurrentReference, listEntries, updateEntry } from './store.ts'
import { type DeletionDeps, registerDeletion } from './trash-routes.ts'
import { type LatestArticles, latestLimit, withLatest, withLatestParameters } from './with-latest.ts'

export interface EntryDeps extends DeletionDeps {
  latestArticles: LatestArticles
  loadImages: LoadImages
}

/** Registers the operations of one kind of entry: list, create, get, update, delete and restore. */
export function registerEntries<Row extends EntryRow, Input extends EntryInput>(
  server: FastifyInstance,
  kind: EntryKind<Row, Input>,
  deps: EntryDeps,
): void {
  const { storage, clock, idempotent, latestArticles, loadImages } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const { noun, plural, title, readAccess = 'live:read' } = kind
  const path = `/${plural}`
  const tags = [capitalized(plural)]
  const One = z.strictObject({
    [noun]: z
      .string()
      .max(200)
      .meta({
        description: `The id or the slug of the ${noun}${kind.slugScope ? '; or its path, as one segment: a longer one is found with `?path=` of the list' : ''}.`,
        examples: [kind.example],
      }),
  })
  const sorts = Object.keys(kind.sorts).flatMap((name) => [name, `-${name}`])
  const Query = z.strictObject({
    ...pageParameters,
    sort: z.enum(sorts).default(kind.defaultSort).meta({ description: 'The order; `-` is descending.' }),
    ...kind.filters,
    q: z
      .string()
      .max(200)
      .optional()
      .meta({
        description:
          kind.search?.description ?? 'The beginning of a name, or of a word in it; case and diacritics do not matter.',
      }),
    ...withLatestParameters,
  })
  const hasFeeds = (feedFilters as readonly string[]).includes(noun)
  const expanded = withLatest(kind, latestArticles)
  const { View } = expanded
  const referenceIn = (params: Record<string, string>) => params[noun] ?? ''
  const seesInternal = (caller: Caller) => may(caller, 'content:write')
  const views = entryViews(kind, loadImages)
  const view = async (db: Reader, row: Row, caller: Caller) => (await views(db, [row], seesInternal(caller)))[0]

  app.get(
    path,
    {
      config: { access: readAccess },
      schema: {
        operationId: `list${capitalized(plural)}`,
        summary: `List ${plural}`,
        description: `All ${plural}, ordered by \`sort\`. With \`include=latest\` each comes with its newest articles.`,
        tags,
        querystring: Query,
        replyHeaders: ['Cache-Tag'],
        response: { 200: listOf(View, `${title}List`) },
      },
    },
    async (request, reply) => {
      const { limit, count, cursor: _, sort, include, latest, ...filters } = request.query
      const latestCount = latestLimit({ include, latest })
      const paging = pageRequest(request, limit)
      const page = await listEntries(storage.reader, kind, { sort, count, filters }, paging)
      const data = await views(storage.reader, page.rows, seesInternal(request.caller))
      const info = paging.info(reply, page, page.total)
      // Articles change the counts, and the order by them.
      reply.header('cache-tag', cacheTagOf(['articles', ...page.rows.map(({ id }) => id)]))
      if (latestCount === undefined) return { data, page: info } as never
      const items = await expanded.many(data, latestCount)
      return json(reply, `{"data":[${items.join(',')}],"page":${JSON.stringify(info)}}`)
    },
  )

  const creation = {
    operationId: `create${title}`,
    summary: `Create ${withArticle(noun)}`,
    description: `Creates ${withArticle(noun)}. Its slug is derived from the name, unless one is sent.`,
    tags,
    headers: Idempotent,
    body: kind.Input,
    response: { 201: View },
  }
  if (!kind.isUploaded)
    app.post(path, { config: { access: 'content:write' }, schema: creation }, async (request, reply) => {
      return idempotent(request, reply, async (tx) => {
        const row = await createEntry(tx, kind, request.body as Input, writeContext(request, clock))
        const body = await view(tx, row, request.caller)
        return { status: 201, location: `/v1${path}/${row.id}`, version: row.version, body }
      })
    })

  app.get(
    `${path}/:${noun}`,
    {
      config: { access: readAccess },
      schema: {
        operationId: `get${title}`,
        summary: `Get ${withArticle(noun)}`,
        description: `Gives one ${noun}, by id or slug. A former slug is answered with 308 and the present address.${hasFeeds ? ' The `Link` header leads to the feeds of its articles.' : ''}`,
        tags,
        params: One,
        querystring: z.strictObject(withLatestParameters),
        replyHeaders: ['Last-Modified', 'Cache-Tag', ...(hasFeeds ? (['Link'] as const) : [])],
        response: { 200: View, 308: PermanentRedirect, ...(kind.slugScope && { 409: Ambiguous }) },
      },
    },
    async (request, reply) => {
      const latestCount = latestLimit(request.query)
      const reference = referenceIn(request.params)
      const row = await findEntry<Row>(storage.reader, kind, reference)
      if (!row) throw notFound(noun)
      const name = await slugOrPathOf(storage.reader, noun, row)
      if (!isCurrentReference(row, reference)) {
        const [, search = ''] = request.url.split(/(?=\?)/)
        const location = `/v1${path}/${name === row.slug ? name : row.id}${search}`
        return reply.header('cache-tag', cacheTagOf([row.id])).redirect(location, 308) as never
      }
      if (hasFeeds) addLinks(reply, feedLinks({ [noun]: name }))
      // Without a version the ETag comes from the body: changes that only editors see do not change it for the public.
      if (seesInternal(request.caller)) reply.version = row.version
      if (latestCount !== undefined) {
        const viewsOf = (rows: Row[]) => views(storage.reader, rows, seesInternal(request.caller))
        const { ids, json: text } = await expanded.one(storage.reader, row, viewsOf, latestCount)
        return json(reply.header('cache-tag', cacheTagOf(['articles', ...ids])), text)
      }
      reply.headers({ 'last-modified': new Date(row.updatedAt).toUTCString(), 'cache-tag': cacheTagOf([row.id]) })
      return (await view(storage.reader, row, request.caller)) as never
    },
  )

  app.patch(
    `${path}/:${noun}`,
    {
      config: { access: kind.checkOwner ? 'drafts:write' : 'content:write' },
      schema: {
        operationId: `update${title}`,
        summary: `Update ${withArticle(noun)}`,
        description: 'A JSON merge patch (RFC 7396): `null` clears, what is absent stays, arrays replace.',
        tags,
        params: One,
        headers: ConditionalHeaders,
        body: kind.Patch,
        response: { 200: View },
      },
    },
    async (request, reply) => {
      const patch = request.body as Record<string, unknown>
      const check = ifMatch(request)
      const change = (before: Row) => {
        check(before.version)
        return parseBody(kind.Input, mergePatch({ ...kind.inputOf(before) } as Record<string, unknown>, patch))
      }
      const row = await storage.transaction((tx) =>
        updateEntry(tx, kind, referenceIn(request.params), change, writeContext(request, clock)),
      )
      reply.version = row.version
      return (await view(storage.reader, row, request.caller)) as never
    },
  )

  registerDeletion(app, kind, deps, { One, View, view })
}

/** Sends serialised JSON. */
const json = (reply: FastifyReply, text: string): never =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text) as never
