/**
 * The short way of public reads. What a GET without a key is answered depends on its URL and on the last change of what
 * the world reads, and on nothing else. So before all hooks and handlers:
 *
 * - a client that names the ETag made of those two has the reply already: 304, and nothing is looked up;
 * - a reply that no change has altered since it was made is given again from memory;
 * - a reply that a route has ready, from what lies finished in the database, is sent as it stands.
 *
 * Everything else goes the long way, which gives the same reply. No read is ever stale, whichever process writes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import { etagOfChange, matchesEtag } from '../http/caching.ts'
import { preferredForm } from '../http/negotiation.ts'
import { type CachedResponse, responseCache } from './response-cache.ts'

/** Headers that belong to one reply. */
export type ReplyHeaders = Record<string, string>

/** A reply as it is sent, but for the headers that all replies of its route have. */
export interface PrebuiltReply {
  /** Without an ETag it has that of its URL and the last change. */
  headers: ReplyHeaders
  body: Buffer
  /** The one article that it depends on; null if any change may alter it. */
  of: string | null
}

/** What a route has ready: finished replies, and the headers of a 304 alone; undefined for what only the long way knows. */
export interface PrebuiltReplies {
  headers?(
    request: FastifyRequest,
  ): Promise<{ headers: ReplyHeaders & { etag: string }; of: string | null } | undefined>
  reply(request: FastifyRequest): Promise<PrebuiltReply | undefined>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    ready?: PrebuiltReplies
    /** Whether a reply depends on the time of day too: then none is given again. */
    isTimely?: boolean
    /** Whether the route takes `If-Modified-Since`, which is for the long way. */
    isDated?: boolean
  }
  interface FastifyRequest {
    /** The last change when the request came, if the reply depends on nothing but it and the URL; else empty. */
    madeUnder: string
  }
  interface FastifyReply {
    /** The one article that the reply depends on; null if any change may alter it. */
    of: string | null
  }
}

export interface PublicCacheOptions {
  /** How many bytes of replies are kept in memory; 0 keeps none. */
  maxBytes: number
  /** What is known of the changes of what the world reads. */
  news: {
    last(): string | Promise<string>
    seen(): string
    onChange(tell: (changed: ReadonlySet<string> | null) => void): void
  }
  /** `Cache-Control` for a public reply that is sent now. */
  cacheControl: () => string
  /** Whether requests are counted, so that none may be answered before it was. */
  isCounted: boolean
  /** Whether replies differ by the origin of the page that asks. */
  variesByOrigin: boolean
}

/** Addresses longer than this are not kept: nobody asks for them twice. */
const MAX_URL = 500

/** Registered before all other hooks, it spares them; with `isCounted` the rate limit has its say first. */
export function registerPublicCache(app: FastifyInstance, options: PublicCacheOptions): void {
  const { news, isCounted, variesByOrigin } = options
  const memory = responseCache(options.maxBytes)
  news.onChange(memory.forget)
  /** Headers that all replies of a route have, by its config; learned from the first that went the long way. */
  const common = new WeakMap<object, string[]>()

  app.decorateRequest('madeUnder', '')
  app.decorateReply('of', null)

  const shortWay = (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void): unknown => {
    const { config } = request.routeOptions
    if (config.access !== 'live:read' || config.isTimely || !isPublicRead(request)) return next()
    // What is kept and what lies ready is JSON.
    if (config.otherForms && preferredForm(request.headers, config.otherForms)) return next()
    const answer = (change: string): unknown => {
      request.madeUnder = change
      if (request.method !== 'GET' || (variesByOrigin && request.headers.origin !== undefined)) return next()
      if (config.isDated && asksByDate(request)) return next()
      const { url } = request
      const kept = memory.get(url, change)
      if (kept && (kept.body || matchesEtag(request, kept.etag))) return send(request, reply, kept)
      const shared = common.get(config)
      if (!shared) return next()
      const { ready } = config
      const condition = request.headers['if-none-match']
      if (condition !== undefined && !ready?.headers) {
        const etag = etagOfChange(change, url)
        if (condition === etag) return keepAndSend(request, reply, entryOf({ change, of: null }, shared, { etag }))
      }
      if (!ready) return next()
      // Not returned: Fastify would go on when the promise resolves, too. What goes wrong goes wrong on the long way, too,
      // which can say so.
      void fromReady(ready, shared, change, request, reply).then(
        (isSent) => isSent || next(),
        () => next(),
      )
    }
    const change = news.last()
    if (typeof change === 'string') return answer(change)
    change.then(answer, next)
  }

  async function fromReady(
    ready: PrebuiltReplies,
    shared: string[],
    change: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    if (ready.headers && request.headers['if-none-match'] !== undefined) {
      const own = await ready.headers(request)
      if (!own) return false
      if (matchesEtag(request, own.headers.etag)) {
        keepAndSend(request, reply, entryOf({ change, of: own.of }, shared, own.headers))
        return true
      }
    }
    const found = await ready.reply(request)
    if (!found) return false
    const { etag = etagOfChange(change, request.url), ...own } = found.headers
    keepAndSend(request, reply, entryOf({ change, of: found.of }, shared, { etag, ...own }, found.body))
    return true
  }

  /** What was made before something changed is sent, and not kept. */
  function keep(url: string, entry: CachedResponse): void {
    if (url.length <= MAX_URL && entry.change === news.seen()) memory.keep(url, entry)
  }

  function keepAndSend(request: FastifyRequest, reply: FastifyReply, entry: CachedResponse): void {
    keep(request.url, entry)
    send(request, reply, entry)
  }

  function send(request: FastifyRequest, reply: FastifyReply, { etag, found, unchanged, body }: CachedResponse): void {
    const counted = isCounted ? countsIn(reply.getHeaders()) : []
    const now = ['x-request-id', request.id, 'cache-control', options.cacheControl(), ...counted]
    reply.hijack()
    if (matchesEtag(request, etag)) {
      reply.raw.writeHead(304, [...unchanged, ...now])
      reply.raw.end()
    } else {
      reply.raw.writeHead(200, [...found, ...now])
      reply.raw.end(body)
    }
  }

  if (isCounted)
    app.addHook('preParsing', (request, reply, payload, done) => {
      shortWay(request, reply, (error) => done(error ?? null, payload))
    })
  else app.addHook('onRequest', shortWay)

  const learn: onSendHookHandler = (request, reply, payload, done) => {
    const { madeUnder, method, url } = request
    const { statusCode } = reply
    if (madeUnder === '' || method !== 'GET' || !(statusCode === 200 || statusCode === 304)) return done(null, payload)
    const { own, shared } = parted(reply.getHeaders())
    const { config } = request.routeOptions
    if (!common.has(config)) common.set(config, shared)
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return done(null, payload)
    const body = Buffer.from(payload as string)
    keep(url, entryOf({ change: madeUnder, of: reply.of }, shared, own, body))
    done(null, body)
  }
  // Last of all, behind the hooks of the app: only then are the headers complete.
  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'live:read') route.onSend = [route.onSend ?? [], learn].flat() as onSendHookHandler[]
  })
}

/** Headers that say of what kind and length a body is: a 304 has none. */
const OF_BODY = ['content-type', 'content-length']
/** Headers that belong to one reply of a route. */
const OWN = [...OF_BODY, 'etag', 'cache-tag', 'last-modified', 'link']
/** Headers that belong to one request. */
const PASSING = /^(x-request-id|cache-control|x-ratelimit-.*)$/

function entryOf(
  made: Pick<CachedResponse, 'change' | 'of'>,
  shared: string[],
  own: ReplyHeaders & { etag: string },
  body: Buffer | null = null,
): CachedResponse {
  const found = [...shared, 'content-length', String(body?.length ?? 0)]
  const unchanged = [...shared]
  for (const name in own) {
    const value = own[name] ?? ''
    if (name !== 'content-length') found.push(name, value)
    if (!OF_BODY.includes(name) && name !== 'last-modified') unchanged.push(name, value)
  }
  return { ...made, etag: own.etag, found, unchanged, body }
}

/** Those of a reply's headers that are its own, and those that all replies of its route have. */
function parted(headers: object): { own: ReplyHeaders & { etag: string }; shared: string[] } {
  const lasting = Object.entries(headers)
    .filter(([name]) => !PASSING.test(name))
    .map(([name, value]) => [name, String(value)] as const)
  const { etag = '', ...own } = Object.fromEntries(lasting.filter(([name]) => OWN.includes(name)))
  return { own: { etag, ...own }, shared: lasting.filter(([name]) => !OWN.includes(name)).flat() }
}

const countsIn = (headers: object): string[] =>
  Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ratelimit-'))
    .flatMap(([name, value]) => [name, String(value)])

const asksByDate = ({ headers }: FastifyRequest): boolean =>
  headers['if-modified-since'] !== undefined && headers['if-none-match'] === undefined

const isPublicRead = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.authorization === undefined
