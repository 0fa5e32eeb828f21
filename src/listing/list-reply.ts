/** Lists of live articles as finished bytes. */
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { PrebuiltReplies, PrebuiltReply } from '../cache/public-cache.ts'
import { ArticleCard, ArticleFields } from '../editions/article.ts'
import { documentsOf } from '../editions/cards.ts'
import { isCardOnly, itemJson, listReplyParameters } from '../editions/projection.ts'
import { linkHeader } from '../http/link-header.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import { BoundedMap } from '../lib/cache.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import type { Storage } from '../storage/storage.ts'
import type { CardCache } from './card-cache.ts'
import {
  type ArticleSort,
  articleParameters,
  articleSorts,
  draftParameters,
  draftSorts,
  feedsOf,
  filtersIn,
} from './filters.ts'
import { countList, listPage } from './page.ts'

/** The query of a list of articles. */
export const ArticleListQuery = z
  .strictObject({
    ...pageParameters,
    ...listReplyParameters,
    ...articleParameters,
    ...draftParameters,
    sort: z
      .enum([...articleSorts, ...draftSorts])
      .default('-publishedAt')
      .meta({
        description: 'The order; `-` is descending. `publishAt` is for `version=draft`, and lists what is scheduled.',
      }),
  })
  .check(draftsOnly)
type Query = z.output<typeof ArticleListQuery>

/** A page of articles: of cards, or of no more than the fields that are named. */
export const ArticleList = listOf(z.union([ArticleCard, ArticleFields]), 'ArticleList')
/** What is known of working copies alone is no filter of what is live. */
function draftsOnly({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
  if (value.version === 'draft') return
  const fault = (name: string) =>
    issues.push({ code: 'custom', message: 'goes with version=draft', path: [name], input: value })
  for (const name of Object.keys(draftParameters)) if (value[name] !== undefined) fault(name)
  if (!isLive(String(value.sort))) fault('sort')
}

const isLive = (sort: string): sort is ArticleSort => (articleSorts as readonly string[]).includes(sort)

export interface ListDependencies {
  storage: Storage
  cardCache: CardCache
}

/** What a request for a page of live articles asks for: all that its address says. Throws `invalid-cursor`. */
export const parseListRequest = (url: string, query: Query) => ({
  query,
  filters: filtersIn(query),
  sort: isLive(query.sort) ? query.sort : articleSorts[0],
  paging: pageRequest({ url }, query.limit),
  feeds: feedsOf(query),
})
type ListRequest = ReturnType<typeof parseListRequest>

/** A page of live articles. Throws `invalid-cursor`. */
export async function listReply(
  { storage, cardCache: shelf }: ListDependencies,
  { query, filters, sort, paging, feeds }: ListRequest,
): Promise<PrebuiltReply> {
  const db = storage.reader
  const { rows, ...neighbours } = await listPage(db, { filters, sort }, paging)
  const items = isCardOnly(query)
    ? await shelf.cards(rows)
    : (await documentsOf(db, rows)).map(({ article, json }) => ({ article, json: Buffer.from(itemJson(json, query)) }))
  const { info, links } = paging.describe(neighbours, query.count ? await countList(db, filters) : undefined)
  const link = linkHeader([...links, ...feeds])
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-tag': cacheTagOf(['articles', ...items.map(({ article }) => article)]),
    ...(link !== '' && { link }),
  }
  return { headers, body: joined(items, info), dependsOn: null }
}

const BEGIN = Buffer.from('{"data":[')
const COMMA = ','.charCodeAt(0)

/** The bytes of the reply, each copied once. */
function joined(items: { json: Buffer }[], page: object): Buffer {
  const end = Buffer.from(`],"page":${JSON.stringify(page)}}`)
  let length = BEGIN.length + end.length + Math.max(0, items.length - 1)
  for (const { json } of items) length += json.length
  const body = Buffer.allocUnsafe(length)
  let at = BEGIN.copy(body)
  for (const [index, { json }] of items.entries()) {
    if (index > 0) body[at++] = COMMA
    at += json.copy(body, at)
  }
  end.copy(body, at)
  return body
}

/** How many requests are remembered by their address, and how long that may be. */
const MOST_REQUESTS = 500
const LONGEST = 500

/** The lists that lie ready: those of what is live, if there is nothing wrong with what is asked. */
export function prebuiltLists(deps: ListDependencies): PrebuiltReplies {
  const known = new BoundedMap<string, ListRequest>(MOST_REQUESTS)

  function requestOf(request: FastifyRequest): ListRequest | undefined {
    const before = known.get(request.url)
    if (before) return before
    const query = checked(request)
    if (query?.version !== 'live') return undefined
    const made = parseListRequest(request.url, query)
    if (request.url.length <= LONGEST) known.set(request.url, made)
    return made
  }

  return {
    async reply(request) {
      const asked = requestOf(request)
      return asked && listReply(deps, asked)
    },
  }
}

/** The query as the route takes it; undefined if it does not. */
function checked(request: FastifyRequest): Query | undefined {
  const check = request.getValidationFunction('querystring') as unknown as
    | ((query: unknown) => { value?: Query })
    | undefined
  return check?.(request.query).value
}
