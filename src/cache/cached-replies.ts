/** The cached public replies: found by URL, and sent in the coding that the client accepts, with headers of the request. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyContextConfig } from 'fastify'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { matchesEtag } from '../http/conditional-requests.ts'
import { acceptedCoding, type Coding, compress, isCompressible } from '../http/content-coding.ts'
import { rateLimitHeaders } from '../http/rate-limit.ts'
import type { RateWindow } from '../lib/rate-windows.ts'
import { codedResponse, type PrebuiltReply, type ReplyHeaders, responseOf, unchangedFor } from './cached-response.ts'
import { type CachedResponse, responseCache } from './response-cache.ts'

export interface CachedRepliesOptions {
  /** The size of the cache in memory, in bytes; 0 caches no reply. */
  maxBytes: number
  follower: ChangeFollower
  /** `Cache-Control` of a public reply that is sent now. */
  cacheControl: () => string
  /** The origins whose pages may read replies; empty if any may, which the common headers say. */
  allowedOrigins: readonly string[]
}

/** What the reply to a request depends on, beside the last change. */
export interface CachedRequest {
  url: string
  headers: IncomingHttpHeaders
}

/** What a reply has that another reply to the same URL has not. */
export interface OwnOfRequest {
  id: string
  rateWindow: RateWindow | null
}

export interface CachedReplies {
  /** Whether a reply to the URL is cached, valid or not. */
  has(url: string): boolean
  /** The cached reply in the best coding that the client accepts; one whose body is unknown can only be a 304. */
  find(request: CachedRequest, changeToken: string): CachedResponse | undefined
  /** Caches a reply, unless something has changed since `changeToken`. */
  store(request: CachedRequest & { changeToken: string }, route: CachedRoute, reply: StorableReply): CachedResponse
  /** Sends the reply, or 304 to a client that has it. Gives the status. */
  send(request: CachedRequest, own: OwnOfRequest, to: ServerResponse, response: CachedResponse): number
}

/** The route that gave a reply: its config, and the headers that all its replies have in common. */
export interface CachedRoute {
  config: FastifyContextConfig
  commonHeaders: ReplyHeaders
}

/** A reply; without a body it can only be sent as 304. */
type StorableReply = Omit<PrebuiltReply, 'body'> & { body?: Buffer }

/** The longest URL whose reply is cached, in characters: longer ones are hardly ever requested twice. */
const MAX_URL = 500
/** How many replies are compressed at a time: the threads have other work, too. */
const MAX_COMPRESSING = 2

export function cachedReplies({
  maxBytes,
  follower,
  cacheControl,
  allowedOrigins,
}: CachedRepliesOptions): CachedReplies {
  const cache = responseCache(maxBytes)
  follower.onChange(cache.invalidate)
  const compressing = new Set<string>()

  /** Caches the reply in a coding, too, for the requests that come when it is compressed. */
  async function compressLater(url: string, identity: CachedResponse, body: Buffer, coding: Coding): Promise<void> {
    if (compressing.has(url) || compressing.size >= MAX_COMPRESSING) return
    compressing.add(url)
    try {
      const coded = codedResponse(identity, await compress(body, coding), coding)
      if (cache.get(url, identity.changeToken) === identity)
        cache.set(url, { ...identity, coded: { ...identity.coded, [coding]: coded } })
    } finally {
      compressing.delete(url)
    }
  }

  return {
    has: cache.has,

    find({ url, headers }, changeToken) {
      const response = cache.get(url, changeToken)
      if (!response?.body) return response && matchesEtag(headers, response.etag) ? response : undefined
      const coding = acceptedCoding(headers['accept-encoding'])
      if (coding === undefined || !isCompressible(response.body)) return response
      const coded = response.coded?.[coding]
      // What cannot be compressed is sent as it is.
      if (coded === undefined) compressLater(url, response, response.body, coding).catch(() => {})
      return coded ?? response
    },

    store({ url, changeToken }, { config, commonHeaders }, reply) {
      const response = responseOf({ changeToken, url, config }, commonHeaders, reply)
      if (url.length <= MAX_URL && changeToken === follower.lastSeen()) cache.set(url, response)
      return response
    },

    send({ headers }, { id, rateWindow }, to, response) {
      const own = ['x-request-id', id, 'cache-control', cacheControl()]
      if (rateWindow) own.push(...rateLimitHeaders(rateWindow))
      const { origin } = headers
      if (origin !== undefined && allowedOrigins.includes(origin)) own.push('access-control-allow-origin', origin)
      const unchanged = unchangedFor(headers, response)
      if (unchanged) {
        to.writeHead(304, [...unchanged.notModifiedHeaders, ...own])
        to.end()
        return 304
      }
      to.writeHead(200, [...response.okHeaders, ...own])
      to.end(response.body)
      return 200
    },
  }
}
