/**
 * The cache of public replies. The reply to a GET without a key depends on its URL and on the last change of what the
 * public reads, and on nothing else. So before all other hooks and handlers a request is answered
 *
 * 1. from the cache, if nothing that the cached reply depends on has changed since it was built;
 * 2. with 304 and without any query, if it names the ETag that the URL and the last change give;
 * 3. with a reply that the route has prebuilt, from JSON that is stored in the database.
 *
 * A reply that is requested again is compressed in a thread, and cached beside the other. Everything else takes the way through hooks and handler, which gives the same reply, and that is then cached. No reply
 * is ever stale, whichever process writes.
 */
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { etagOfChange, varyOf } from '../http/caching.ts'
import { matchesEtag } from '../http/conditional-requests.ts'
import { preferredFormat } from '../http/negotiation.ts'
import { isOverLimit, rateLimitHeaders } from '../http/rate-limit.ts'
import { getOrCreate } from '../lib/cache.ts'
import { codedResponse, type PrebuiltReply, type ReplyHeaders, responseOf, unchangedFor } from './cached-response.ts'
import { acceptedCoding, type Coding, compress, isCompressible } from './content-coding.ts'
import { type CachedResponse, responseCache } from './response-cache.ts'

/** Replies that a route can give without its handler; undefined for a request that only the handler can answer. */
export interface PrebuiltReplies {
  /** The headers of a 304 alone, without the cost of the body. */
  headers?(
    request: FastifyRequest,
  ): Promise<{ headers: ReplyHeaders & { etag: string }; dependsOn: string | null } | undefined>
  reply(request: FastifyRequest): Promise<PrebuiltReply | undefined>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    prebuilt?: PrebuiltReplies
    /** Whether replies depend on the time of day, too: then none is cached. */
    dependsOnTime?: boolean
    /** Whether the handler answers `If-Modified-Since`. */
    handlesIfModifiedSince?: boolean
  }
  interface FastifyRequest {
    /** The token of the last change when the request arrived, if the reply depends only on it and the URL; else empty. */
    changeToken: string
  }
  interface FastifyReply {
    /** The id of the one article that the reply depends on; null if any change may alter it. */
    dependsOn: string | null
  }
}

export interface PublicCacheOptions {
  /** The size of the cache in memory, in bytes; 0 caches no reply. */
  maxBytes: number
  follower: ChangeFollower
  /** `Cache-Control` of a public reply that is sent now. */
  cacheControl: () => string
  /** The origins whose pages may read replies; empty if any may, which the common headers say. */
  allowedOrigins: readonly string[]
  /** Counts replies that the cache had, and those that it did not have. */
  counts: { hits: number; misses: number }
  /** Headers that all public replies have in common. */
  commonHeaders: ReplyHeaders
}

/** The longest URL whose reply is cached, in characters: longer ones are hardly ever requested twice. */
const MAX_URL = 500

/** How many replies are compressed at a time: the threads have other work, too. */
const MAX_COMPRESSING = 2

/** Has to be registered before all other hooks but the one that counts requests. */
export function registerPublicCache(app: FastifyInstance, options: PublicCacheOptions): void {
  const { follower, allowedOrigins, counts } = options
  const cache = responseCache(options.maxBytes)
  follower.onChange(cache.invalidate)

  app.decorateRequest('changeToken', '')
  app.decorateReply('dependsOn', null)

  /** Answers the request, or calls `next`. */
  function handle(request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void) {
    if (!isPublicRead(request) || (request.rateWindow && isOverLimit(request.rateWindow))) return next()
    const token = follower.latest()
    if (typeof token === 'string') answer(token, request, reply, next)
    else
      token.then(
        (later) => answer(later, request, reply, next),
        // The handler will meet the same fault, and there it is reported.
        () => next(),
      )
  }

  function answer(token: string, request: FastifyRequest, reply: FastifyReply, next: () => void) {
    request.changeToken = token
    if (!isAnswerable(request)) return next()
    const known = cached(request) ?? unchanged(request)
    if (known) {
      counts.hits += 1
      return send(request, reply, known)
    }
    counts.misses += 1
    const { prebuilt } = request.routeOptions.config
    if (!prebuilt) return next()
    fromPrebuilt(prebuilt, request).then(
      (response) => (response ? send(request, reply, response) : next()),
      // The handler will meet the same fault, and there it is reported.
      () => next(),
    )
  }

  /** Whether a reply can be given without the handler: replies to HEAD and by date, for example, cannot. */
  const isAnswerable = ({ method, headers, routeOptions: { config } }: FastifyRequest): boolean =>
    method === 'GET' && !(config.handlesIfModifiedSince && isConditionalByDate(headers))

  /** The cached reply; one whose body is unknown can only be a 304. */
  function cached({ url, changeToken, headers }: FastifyRequest): CachedResponse | undefined {
    const coding = acceptedCoding(headers['accept-encoding'])
    const coded = coding && cache.get(codedKey(url, coding), changeToken)
    if (coded) return coded
    const response = cache.get(url, changeToken)
    if (!response?.body) return response && matchesEtag(headers, response.etag) ? response : undefined
    if (coding && isCompressible(response.body)) void compressLater(url, response, response.body, coding)
    return response
  }

  const compressing = new Set<string>()

  /** Caches the reply in a coding, for the requests that come when it is compressed. */
  async function compressLater(url: string, identity: CachedResponse, body: Buffer, coding: Coding): Promise<void> {
    const key = codedKey(url, coding)
    if (compressing.has(key) || compressing.size >= MAX_COMPRESSING) return
    compressing.add(key)
    try {
      const response = codedResponse(identity, await compress(body, coding), coding)
      if (cache.get(url, identity.changeToken) === identity) cache.set(key, response)
    } finally {
      compressing.delete(key)
    }
  }

  /** The 304 for a client that has the reply since the last change, on routes whose ETags say no more than that. */
  function unchanged(request: FastifyRequest): CachedResponse | undefined {
    if (request.routeOptions.config.prebuilt?.headers) return undefined
    const etag = request.headers['if-none-match']
    if (etag === undefined || etag !== etagOfChange(request.changeToken, request.url)) return undefined
    return store(request, { headers: { etag }, dependsOn: null })
  }

  async function fromPrebuilt(prebuilt: PrebuiltReplies, request: FastifyRequest): Promise<CachedResponse | undefined> {
    if (prebuilt.headers && request.headers['if-none-match'] !== undefined) {
      const found = await prebuilt.headers(request)
      if (!found) return undefined
      if (matchesEtag(request.headers, found.headers.etag)) return store(request, found)
    }
    const found = await prebuilt.reply(request)
    return found && store(request, found)
  }

  /** Caches a reply, unless something has changed since the request arrived. */
  function store(request: FastifyRequest, reply: Omit<PrebuiltReply, 'body'> & { body?: Buffer }): CachedResponse {
    const { url, changeToken, routeOptions } = request
    const response = responseOf(changeToken, url, commonHeadersOf(routeOptions.config), reply)
    if (url.length <= MAX_URL && changeToken === follower.lastSeen()) cache.set(url, response)
    return response
  }

  /** The headers that all replies of a route have in common, by its config. */
  const commonByRoute = new WeakMap<FastifyContextConfig, ReplyHeaders>()
  const commonHeadersOf = (route: FastifyContextConfig): ReplyHeaders =>
    getOrCreate(commonByRoute, route, () => {
      const vary = [options.commonHeaders.vary, varyOf(route)].filter(Boolean).join(', ')
      return { ...options.commonHeaders, vary }
    })

  function send(request: FastifyRequest, reply: FastifyReply, response: CachedResponse): void {
    const own = ['x-request-id', request.id, 'cache-control', options.cacheControl()]
    if (request.rateWindow) own.push(...rateLimitHeaders(request.rateWindow))
    const { origin } = request.headers
    if (origin !== undefined && allowedOrigins.includes(origin)) own.push('access-control-allow-origin', origin)
    reply.hijack()
    const unchanged = unchangedFor(request.headers, response)
    if (unchanged) {
      reply.raw.writeHead(304, [...unchanged.notModifiedHeaders, ...own])
      reply.raw.end()
    } else {
      reply.raw.writeHead(200, [...response.okHeaders, ...own])
      reply.raw.end(response.body)
    }
  }

  app.addHook('onRequest', handle)

  /** Caches what the handler has answered. */
  const storeReply: onSendHookHandler = (request, reply, payload, done) => {
    const isCacheable = request.changeToken !== '' && request.method === 'GET' && reply.statusCode === 200
    if (!isCacheable || !(typeof payload === 'string' || Buffer.isBuffer(payload))) return done(null, payload)
    const body = Buffer.from(payload as string)
    const headers = ownHeaders(reply.getHeaders(), commonHeadersOf(request.routeOptions.config))
    store(request, { headers, dependsOn: reply.dependsOn, body })
    done(null, body)
  }
  // Behind the `onSend` hooks of the app: only then are the headers complete.
  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'live:read')
      route.onSend = [route.onSend ?? [], storeReply].flat() as onSendHookHandler[]
  })
}

/** Whether the reply depends on nothing but the URL and the last change: cached and prebuilt replies are JSON. */
function isPublicRead({ method, headers, routeOptions: { config } }: FastifyRequest): boolean {
  if (config.access !== 'live:read' || config.dependsOnTime) return false
  if ((method !== 'GET' && method !== 'HEAD') || headers.authorization !== undefined) return false
  return !(config.alternativeFormats && preferredFormat(headers, config.alternativeFormats))
}

const isConditionalByDate = (headers: FastifyRequest['headers']): boolean =>
  headers['if-modified-since'] !== undefined && headers['if-none-match'] === undefined

/** The key of a reply in a coding: a URL has no space. */
const codedKey = (url: string, coding: Coding): string => `${coding} ${url}`

/** Headers that depend on the request, beside its URL. */
const OF_REQUEST = /^(x-request-id|cache-control|access-control-allow-origin|ratelimit(-policy)?)$/

/** The headers of a reply that its URL and the last change determine, and that other replies of its route lack. */
const ownHeaders = (headers: object, common: ReplyHeaders): ReplyHeaders =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !(name in common || OF_REQUEST.test(name)))
      .map(([name, value]) => [name, String(value)]),
  )
