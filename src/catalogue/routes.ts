import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { ifMatch } from '../http/caching.ts'
import { addLinks } from '../http/links.ts'
import { listOf, pageParameters, pageRequest } from '../http/paging.ts'
import { Conditional, Moved } from '../http/parameters.ts'
import { Ambiguous } from '../http/problems.ts'
import { parseBody, type ZodTypes } from '../http/zod.ts'
import { Idempotent } from '../idempotency/once.ts'
import { actOf } from '../lib/act.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { feedLinks } from '../lib/feed-links.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { notFound } from '../lib/problem.ts'
import { type Caller, may } from '../lib/roles.ts'
import type { Reader } from '../storage/storage.ts'
import { nameOf } from './addresses.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'
import { frontParameters, fronts, latestWanted, type Newest } from './fronts.ts'
import { withArticle } from './noun.ts'
import { type RemovalDeps, registerRemoval } from './removal-routes.ts'
import { create, find, isCurrent, list, update } from './store.ts'

export interface EntryDeps extends RemovalDeps {
  newest: Newest
}

/** The six operations of one kind of entry: list, make, read, change, delete. */
export function registerEntries<Row extends EntryRow, Input extends EntryInput>(
  server: FastifyInstance,
  kind: EntryKind<Row, Input>,
  { storage, clock, once, newest, reassign }: EntryDeps,
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { noun, plural, title } = kind
  const path = `/${plural}`
  const tags = [`${title}s`]
  const One = z.strictObject({
    [noun]: z
      .string()
      .max(200)
      .meta({ description: `The id or the slug of the ${noun}${kind.scope ? '; or its path, as one segment' : ''}.` }),
  })
  const sorts = Object.keys(kind.sorts).flatMap((name) => [name, `-${name}`])
  const Query = z.strictObject({
    ...pageParameters,
    sort: z.enum(sorts).default(kind.sort).meta({ description: 'The order; `-` is descending.' }),
    ...kind.filters,
    q: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'The beginning of a name, or of a word in it; case and diacritics do not matter.' }),
    ...frontParameters,
  })
  const front = fronts(kind, newest)
  const { View } = front
  const referenceIn = (params: Record<string, string>) => params[noun] ?? ''
  const internal = (caller: Caller) => may(caller, 'content:write')
  const view = async (db: Reader, row: Row, caller: Caller) => (await kind.views(db, [row], internal(caller)))[0]

  app.get(
    path,
    {
      config: { access: 'live:read' },
      schema: {
        operationId: `list${title}s`,
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
      const shown = latestWanted({ include, latest })
      const wanted = pageRequest(request, limit)
      const page = await list(storage.reader, kind, { sort, count, filters }, wanted)
      const data = await kind.views(storage.reader, page.rows, internal(request.caller))
      const info = wanted.info(reply, page, page.total)
      if (shown === undefined) return { data, page: info } as never
      const items = await front.many(data, shown)
      reply.header('cache-tag', cacheTagOf(['articles', ...page.rows.map(({ id }) => id)]))
      return json(reply, `{"data":[${items.join(',')}],"page":${JSON.stringify(info)}}`)
    },
  )

  app.post(
    path,
    {
      config: { access: 'content:write' },
      schema: {
        operationId: `create${title}`,
        summary: `Create ${withArticle(noun)}`,
        description: `Creates ${withArticle(noun)}. Its slug is made from the name, unless one is sent.`,
        tags,
        headers: Idempotent,
        body: kind.Input,
        response: { 201: View },
      },
    },
    async (request, reply) => {
      return once(request, reply, async (tx) => {
        const row = await create(tx, kind, request.body as Input, actOf(request, clock))
        const body = await view(tx, row, request.caller)
        return { status: 201, location: `/v1${path}/${row.id}`, version: row.version, body }
      })
    },
  )

  app.get(
    `${path}/:${noun}`,
    {
      config: { access: 'live:read' },
      schema: {
        operationId: `get${title}`,
        summary: `Get ${withArticle(noun)}`,
        description: `Gives one ${noun}, by id or slug. A former slug is answered with 308 and the present address. The \`Link\` header leads to the feeds of its articles.`,
        tags,
        params: One,
        querystring: z.strictObject(frontParameters),
        replyHeaders: ['Last-Modified', 'Cache-Tag', 'Link'],
        response: { 200: View, 308: Moved, ...(kind.scope && { 409: Ambiguous }) },
      },
    },
    async (request, reply) => {
      const shown = latestWanted(request.query)
      const reference = referenceIn(request.params)
      const row = await find<Row>(storage.reader, kind, reference)
      if (!row) throw notFound(noun)
      const name = await nameOf(storage.reader, noun, row)
      if (!isCurrent(row, reference)) {
        const [, search = ''] = request.url.split(/(?=\?)/)
        const address = `/v1${path}/${name === row.slug ? name : row.id}${search}`
        return reply.header('cache-tag', cacheTagOf([row.id])).redirect(address, 308) as never
      }
      addLinks(reply, feedLinks({ [noun]: name }))
      // To the world a version that changed in what only editors see is the same.
      if (internal(request.caller)) reply.version = row.version
      if (shown !== undefined) {
        const viewsOf = (rows: Row[]) => kind.views(storage.reader, rows, internal(request.caller))
        const { ids, json: text } = await front.one(storage.reader, row, viewsOf, shown)
        return json(reply.header('cache-tag', cacheTagOf(['articles', ...ids])), text)
      }
      reply.headers({ 'last-modified': new Date(row.updatedAt).toUTCString(), 'cache-tag': cacheTagOf([row.id]) })
      return (await view(storage.reader, row, request.caller)) as never
    },
  )

  app.patch(
    `${path}/:${noun}`,
    {
      config: { access: 'content:write' },
      schema: {
        operationId: `update${title}`,
        summary: `Update ${withArticle(noun)}`,
        description: 'A JSON merge patch (RFC 7396): `null` clears, what is absent stays, arrays replace.',
        tags,
        params: One,
        headers: Conditional,
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
        update(tx, kind, referenceIn(request.params), change, actOf(request, clock)),
      )
      reply.version = row.version
      return (await view(storage.reader, row, request.caller)) as never
    },
  )

  registerRemoval(app, kind, { storage, clock, once, reassign }, { One, View })
}

/** Finished JSON as a reply, sent as it stands. */
const json = (reply: FastifyReply, text: string): never =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text) as never
