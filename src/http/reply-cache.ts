/**
 * Finished replies to the public, kept in memory and good until the next change of what the world reads. A reply is
 * given again only if the number of the last change is still the one it was made under, so that no read is ever stale,
 * whichever process writes.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import { matches } from './caching.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The number of the last change when the request came, if its reply may be kept; -1 if not. */
    madeUnder: number
  }
}

export interface ReplyCacheOptions {
  /** How many bytes of bodies are kept; 0 keeps none. */
  maxBytes: number
  /** The number of the last change of what the world reads. */
  lastChange: () => number | Promise<number>
  /** `Cache-Control` for a public reply that is sent now. */
  cacheControl: () => string
  /** Whether requests are counted, so that none may be answered before it was. */
  isCounted: boolean
  /** Whether replies differ by the origin of the page that asks. */
  variesByOrigin: boolean
}

interface Kept {
  change: number
  etag: string
  headers: OutgoingHttpHeaders
  body: Buffer
}

/** Addresses longer than this are not kept: nobody asks for them twice. */
const MAX_URL = 500
/** A body that takes more than this share of the room is not kept. */
const SHARE = 8

/**
 * Answers GET requests without a key from memory where nothing has changed since. Registered before all other hooks, it
 * spares them; with `isCounted` it lets them, the rate limit's above all, have their say first.
 */
export function registerReplyCache(app: FastifyInstance, options: ReplyCacheOptions): void {
  const { maxBytes, lastChange, isCounted, variesByOrigin } = options
  if (maxBytes === 0) return
  const kept = new Map<string, Kept>()
  let bytes = 0

  const drop = (url: string, entry: Kept) => {
    kept.delete(url)
    bytes -= entry.body.length
  }
  const keep = (url: string, entry: Kept) => {
    const before = kept.get(url)
    if (before) drop(url, before)
    kept.set(url, entry)
    bytes += entry.body.length
    for (const [oldest, old] of kept) {
      if (bytes <= maxBytes) return
      drop(oldest, old)
    }
  }

  app.decorateRequest('madeUnder', -1)

  const fromMemory = (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void): unknown => {
    if (!isPublicRead(request) || (variesByOrigin && request.headers.origin !== undefined)) return next()
    const answer = (change: number) => {
      const entry = kept.get(request.url)
      if (entry?.change === change) return send(request, reply, entry, options.cacheControl())
      request.madeUnder = change
      next()
    }
    const change = lastChange()
    if (typeof change === 'number') answer(change)
    else change.then(answer, next)
  }
  if (isCounted)
    app.addHook('preParsing', (request, reply, payload, done) =>
      fromMemory(request, reply, (error) => done(error ?? null, payload)),
    )
  else app.addHook('onRequest', fromMemory)

  const remember: onSendHookHandler = (request, reply, payload, done) => {
    if (request.madeUnder < 0 || reply.statusCode !== 200 || typeof payload !== 'string') return done(null, payload)
    const body = Buffer.from(payload)
    if (body.length <= maxBytes / SHARE) {
      const own = { ...lasting(reply.getHeaders()), 'content-length': String(body.length) }
      keep(request.url, { change: request.madeUnder, etag: String(own.etag), headers: own, body })
    }
    done(null, body)
  }
  // Last of all, behind the hooks of the app: only then are the headers complete.
  app.addHook('onRoute', (route) => {
    route.onSend = [route.onSend ?? [], remember].flat() as onSendHookHandler[]
  })
}

/** The headers that the next reply has too: not those that speak of one request. */
const lasting = (headers: object): OutgoingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(x-request-id|cache-control|x-ratelimit-.*)$/.test(name)),
  )

const isPublicRead = (request: FastifyRequest): boolean =>
  request.method === 'GET' &&
  request.headers.authorization === undefined &&
  request.url.length <= MAX_URL &&
  request.routeOptions.config.access === 'live:read'

function send(request: FastifyRequest, reply: FastifyReply, { etag, headers, body }: Kept, cacheControl: string): void {
  const all = { ...reply.getHeaders(), ...headers, 'x-request-id': request.id, 'cache-control': cacheControl }
  reply.hijack()
  if (!matches(request, etag)) {
    reply.raw.writeHead(200, all as OutgoingHttpHeaders)
    reply.raw.end(body)
    return
  }
  const { 'content-type': _, 'content-length': __, ...shown } = all as OutgoingHttpHeaders
  reply.raw.writeHead(304, shown)
  reply.raw.end()
}
