/** Replies with a page of live articles, as bytes that are concatenated from stored JSON. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { PrebuiltReply } from '../cache/cached-response.ts'
import type { PrebuiltReplies } from '../cache/public-cache.ts'
import { ArticleCard, ArticleFields } from '../editions/article.ts'
import { type ArticleJson, documentsOf } from '../editions/cards.ts'
import { isCardOnly, itemJson, listReplyParameters } from '../editions/projection.ts'
import { linkHeader } from '../http/link-header.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import { type Sent, sendBody } from '../http/reply.ts'
import { BoundedMap } from '../lib/cache.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { inSlices } from '../lib/slices.ts'
import type { Page, PageRequest } from '../storage/keyset.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import type { BoundedRead } from './bounded-reads.ts'
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
import { pageBySize } from './page-by-size.ts'
import type { Criteria } from './predicates.ts'
import { dependenciesOf, resolveFilters } from './query.ts'

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
  .check(checkDraftParameters)
export type ArticleListQuery = z.output<typeof ArticleListQuery>

/** A page of articles: their cards, or the requested members only. */
export const ArticleList = listOf(z.union([ArticleCard, ArticleFields]), 'ArticleList')

/** Adds an issue for each parameter that only working copies have, unless working copies are listed. */
function checkDraftParameters({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
  if (value.version === 'draft') return
  const addIssue = (name: string) =>
    issues.push({ code: 'custom', message: 'goes with version=draft', path: [name], input: value })
  for (const name of Object.keys(draftParameters)) if (value[name] !== undefined) addIssue(name)
  // Everything that is live is published.
  if (typeof value.status === 'string' && !value.status.split(',').includes('published')) addIssue('status')
  if (!isArticleSort(String(value.sort))) addIssue('sort')
}

const isArticleSort = (sort: string): sort is ArticleSort => (articleSorts as readonly string[]).includes(sort)

export interface ListDependencies {
  storage: Storage
  cardCache: CardCache
  boundedRead: BoundedRead
}

/** The parameters of a request for a page of live articles, parsed. They depend on its URL only. Throws `invalid-cursor`. */
export const parseListRequest = (url: string, query: ArticleListQuery) => ({
  query,
  filters: filtersIn(query),
  sort: isArticleSort(query.sort) ? query.sort : articleSorts[0],
  paging: pageRequest({ url }, query.limit),
  feeds: feedsOf(query),
})
type ListRequest = ReturnType<typeof parseListRequest>

/** The reply with a page of live articles; `db` reads which they are. Throws `invalid-cursor`. */
async function listReply(
  deps: ListDependencies,
  request: ListRequest,
  db = deps.storage.reader,
): Promise<PrebuiltReply> {
  const { query, filters, paging, feeds } = request
  const criteria = await resolveFilters(db, filters)
  const { items, neighbours } = await pageItems(deps, { ...request, criteria }, db)
  const { info, links } = paging.describe(neighbours, query.count ? await countList(db, criteria) : undefined)
  const link = linkHeader([...links, ...feeds])
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-tag': cacheTagOf(['articles', ...items.map(({ article }) => article)]),
    ...(link !== '' && { link }),
  }
  return { headers, body: bodyOf(items, info), dependsOn: dependenciesOf(criteria) }
}

/** The items of a page; fewer than its limit where their documents are large. */
async function pageItems(
  deps: Pick<ListDependencies, 'storage' | 'cardCache'>,
  { query, criteria, sort, paging: { limit, from } }: ListRequest & { criteria: Criteria | null },
  db: Reader,
): Promise<{ items: ArticleJson<Buffer>[]; neighbours: Omit<Page<string>, 'rows'> }> {
  const read = (request: PageRequest) => listPage(db, { criteria, sort }, request)
  if (isCardOnly(query)) {
    const { rows: ids, ...neighbours } = await read({ limit, from })
    return { items: await deps.cardCache.cards(ids), neighbours }
  }
  const { page, items: documents } = await pageBySize(
    { limit, from },
    { read, load: (ids) => documentsOf(deps.storage.reader, ids), sizeOf: ({ json }) => json.length },
  )
  const { rows: _, ...neighbours } = page
  return { items: await inSlices(itemsOf(documents, query)), neighbours }
}

function* itemsOf(documents: ArticleJson[], query: ArticleListQuery): Generator<void, ArticleJson<Buffer>[]> {
  const items: ArticleJson<Buffer>[] = []
  for (const { article, json } of documents) {
    items.push({ article, json: Buffer.from(itemJson(json, query)) })
    yield
  }
  return items
}

/** Handles `GET /v1/articles` of live articles. Throws `invalid-cursor`. */
export async function sendList(
  deps: ListDependencies,
  request: FastifyRequest & { query: ArticleListQuery },
  reply: FastifyReply,
): Promise<Sent> {
  const parsed = parseListRequest(request.url, request.query)
  const { headers, body, dependsOn } = await (parsed.filters.q === undefined
    ? listReply(deps, parsed)
    : deps.boundedRead(request, (db) => listReply(deps, parsed, db)))
  reply.dependsOn = dependsOn
  return sendBody(reply.headers(headers), body)
}

const BEGIN = Buffer.from('{"data":[')
const COMMA = ','.charCodeAt(0)

/** The body of the reply; each byte is copied once. */
function bodyOf(items: { json: Buffer }[], page: object): Buffer {
  const end = Buffer.from(`],"page":${JSON.stringify(page)}}`)
  let length = BEGIN.length + end.length + Math.max(0, items.length - 1)
  for (const { json } of items) length += json.length
  const body = Buffer.allocUnsafe(length)
  body.set(BEGIN)
  let at = BEGIN.length
  for (const { json } of items) {
    if (at > BEGIN.length) body[at++] = COMMA
    body.set(json, at)
    at += json.length
  }
  body.set(end, at)
  return body
}

/** How many parsed requests are cached by URL, and the length of the longest URL. */
const MAX_CACHED_REQUESTS = 2_000
const MAX_URL_LENGTH = 500

/** Prebuilt replies with lists of live articles, for requests whose query is valid. */
export function prebuiltLists(deps: ListDependencies): PrebuiltReplies {
  const requestCache = new BoundedMap<string, ListRequest>(MAX_CACHED_REQUESTS)

  function requestOf(request: FastifyRequest): ListRequest | undefined {
    const cached = requestCache.get(request.url)
    if (cached) return cached
    const query = validQuery(request)
    // A search waits in its queue, and so takes the way through the handler.
    if (query?.version !== 'live' || query.q !== undefined) return undefined
    const parsed = parseListRequest(request.url, query)
    if (request.url.length <= MAX_URL_LENGTH) requestCache.set(request.url, parsed)
    return parsed
  }

  return {
    async reply(request) {
      const parsed = requestOf(request)
      return parsed && listReply(deps, parsed)
    },
  }
}

/** The query after validation by the route's schema; undefined if it is invalid. */
function validQuery(request: FastifyRequest): ArticleListQuery | undefined {
  const validate = request.getValidationFunction('querystring') as unknown as
    | ((query: unknown) => { value?: ArticleListQuery })
    | undefined
  return validate?.(request.query).value
}
