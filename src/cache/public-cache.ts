/**
 * The cache of public replies. The reply to a GET without a key depends on its URL and on the last change of what the
 * public reads, and on nothing else. So a request is answered
 *
 * 1. in front of the application, from the cache, if nothing that the cached reply depends on has changed since it was
 *    built;
 * 2. before all other hooks and handlers, with 304 and without any query, if it names the ETag that the URL and the last
 *    change give;
 * 3. there, too, with a reply that the route has prebuilt, from JSON that is stored in the database.
 *
 * Everything else takes the way through hooks and handler, which gives the same reply, and that is then cached. No reply is
 * ever stale, whichever process writes. A reply that is requested again is compressed in a thread, and cached beside the
 * other.
 */
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import type { Dependencies } from '../changes/dependencies.ts'
import { etagOfChange, varyOf } from '../http/caching.ts'
import { matchesEtag } from '../http/conditional-requests.ts'
import { isOverLimit } from '../http/rate-limit.ts'
import type { EarlyAnswer } from '../http/shortcut.ts'
import { getOrCreate } from '../lib/cache.ts'
import { isPublicRead, isWithoutHandler } from './answerable.ts'
import { type CachedRepliesOptions, cachedReplies } from './cached-replies.ts'
import type { PrebuiltReply, ReplyHeaders } from './cached-response.ts'
import { type EarlyAnswerOptions, earlyAnswer } from './early-answer.ts'
import type { CachedResponse } from './response-cache.ts'

/** Replies that a route can give without its handler; undefined for a request that only the handler can answer. */
export interface PrebuiltReplies {
  /** The headers of a 304 alone, without the cost of the body. */
  headers?(
    request: FastifyRequest,
  ): Promise<{ headers: ReplyHeaders & { etag: string }; dependsOn: Dependencies } | undefined>
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
    /** What the reply depends on; null if any change may alter it. */
    dependsOn: Dependencies
  }
}

export interface PublicCacheOptions extends CachedRepliesOptions, EarlyAnswerOptions {
  /** Counts replies that the cache had, and those that it did not have. */
  counts: { hits: number; misses: number }
  /** Headers that all public replies have in common. */
  commonHeaders: ReplyHeaders
}

/** Has to be registered before all other hooks but the one that counts requests. Gives what answers in front of them. */
export function registerPublicCache(app: FastifyInstance, options: PublicCacheOptions): EarlyAnswer {
  const { follower, counts } = options
  const replies = cachedReplies(options)

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
    const { headers, routeOptions } = request
    if (!isWithoutHandler(headers, routeOptions.config)) return next()
    const known = replies.find(request, token) ?? unchanged(request)
    if (known) {
      counts.hits += 1
      return send(request, reply, known)
    }
    counts.misses += 1
    const { prebuilt } = routeOptions.config
    if (!prebuilt) return next()
    fromPrebuilt(prebuilt, request).then(
      (response) => (response ? send(request, reply, response) : next()),
      // The handler will meet the same fault, and there it is reported.
      () => next(),
    )
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

  const store = (request: FastifyRequest, reply: Omit<PrebuiltReply, 'body'> & { body?: Buffer }): CachedResponse => {
    const { config } = request.routeOptions
    return replies.store(request, { config, commonHeaders: commonHeadersOf(config) }, reply)
  }

  /** The headers that all replies of a route have in common, by its config. */
  const commonByRoute = new WeakMap<FastifyContextConfig, ReplyHeaders>()
  const commonHeadersOf = (route: FastifyContextConfig): ReplyHeaders =>
    getOrCreate(commonByRoute, route, () => {
      const vary = [options.commonHeaders.vary, varyOf(route)].filter(Boolean).join(', ')
      return { ...options.commonHeaders, vary }
    })

  function send(request: FastifyRequest, reply: FastifyReply, response: CachedResponse): void {
    reply.hijack()
    replies.send(request, request, reply.raw, response)
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
  return earlyAnswer(replies, options)
}

/** Headers that depend on the request, beside its URL. */
const OF_REQUEST = /^(x-request-id|cache-control|access-control-allow-origin|ratelimit(-policy)?)$/

/** The headers of a reply that its URL and the last change determine, and that other replies of its route lack. */
const ownHeaders = (headers: object, common: ReplyHeaders): ReplyHeaders =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !(name in common || OF_REQUEST.test(name)))
      .map(([name, value]) => [name, String(value)]),
  )
