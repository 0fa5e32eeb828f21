import { hash } from 'node:crypto'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { digest, etagOf } from '../lib/etag.ts'
import { matchesEtag } from './conditional-requests.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** The version of the resource in the reply; the ETag begins with it. Null for lists and other replies. */
    version: number | null
  }
}

export interface CachingOptions {
  /** How long a public reply may be cached, in seconds. */
  maxAge: number
  /** How much longer it may be served stale while a fresh one is fetched, in seconds (RFC 5861). */
  staleWhileRevalidate: number
  /** Seconds until the next scheduled release changes what the public reads; no reply may be cached for longer. */
  secondsToNextRelease: () => number
}

/** From this length on, a reply is hashed and written in turns of the event loop of their own. */
const LARGE = 131_072

/**
 * Sets `ETag` and answers `If-None-Match` on every GET, and sets `Cache-Control` on every reply: public ones may be cached
 * as configured, replies to a key by nobody.
 */
export function registerCaching(app: FastifyInstance, options: CachingOptions): void {
  app.decorateReply('version', null)

  app.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control'))
      reply.header('cache-control', isPublic(request, reply) ? publicCacheControl(options) : 'private, no-store')
    const names = varyOf(request.routeOptions.config)
    if (names !== '') vary(reply, names)
    if (reply.statusCode >= 300 || !isBuffered(payload)) return done(null, payload)
    const identified = () => {
      if (!reply.hasHeader('etag')) setEtag(request, reply, payload)
      return isRead(request) ? ifNoneMatch(request, reply, payload) : payload
    }
    if (payload.length < LARGE) done(null, identified())
    // It was serialized in this turn of the event loop; it is hashed in the next, and written in the one after that.
    else setImmediate(() => setImmediate(done, null, identified()))
  })
}

/** Answers `If-None-Match` by 304; gives the payload to send. */
function ifNoneMatch(request: FastifyRequest, reply: FastifyReply, payload: string | Buffer) {
  if (!matchesEtag(request.headers, String(reply.getHeader('etag')))) return payload
  reply.code(304).removeHeader('content-type').removeHeader('content-length')
  // The route of HEAD drops the payload itself, and fails if there is none.
  return request.method === 'HEAD' ? payload : null
}

/** Whether anybody may cache the reply: it is for a reader without a key, and can be cached at all. */
const isPublic = (request: FastifyRequest, reply: FastifyReply): boolean =>
  isRead(request) && request.caller.id === null && isCacheable(reply)

function setEtag(request: FastifyRequest, reply: FastifyReply, payload: string | Buffer): void {
  if (reply.version !== null) reply.header('etag', etagOf(reply.version, payload))
  else if (isRead(request)) reply.header('etag', listEtag(request, payload))
}

/** The request headers that select among the replies of a route, beside `Origin`. */
export const varyOf = ({ access, alternativeFormats }: FastifyContextConfig): string =>
  [...(access === 'open' ? [] : ['Authorization', 'Accept-Encoding']), ...(alternativeFormats ? ['Accept'] : [])].join(
    ', ',
  )

const isBuffered = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

/** `Cache-Control` of a public reply: cached as configured, but never past the next scheduled release. */
export function publicCacheControl({ maxAge, staleWhileRevalidate, secondsToNextRelease }: CachingOptions): string {
  const untilRelease = Math.floor(secondsToNextRelease())
  const age = Math.min(maxAge, untilRelease)
  return `public, max-age=${age}, stale-while-revalidate=${Math.min(staleWhileRevalidate, untilRelease - age)}`
}

/** A public reply is identified by the last change and its URL, without hashing its text; a reply to a key by its text. */
const listEtag = ({ changeToken, url }: FastifyRequest, payload: string | Buffer): string =>
  changeToken ? etagOfChange(changeToken, url) : `"${digest(payload)}"`

/** The strong validator of the reply at a URL that is valid until the next change. */
export const etagOfChange = (change: string, url: string): string =>
  `"${hash('sha1', `${change} ${url}`, 'base64url').slice(0, 22)}"`

const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD'

/** Whether the reply may be cached: a success, a permanent redirect, or a 304, which has the headers of the 200. */
const isCacheable = ({ statusCode }: FastifyReply): boolean =>
  statusCode < 300 || statusCode === 304 || statusCode === 308

/** Adds names to `Vary`, which CORS may have set to `Origin` before. */
export function vary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary')
  reply.header('vary', before === undefined ? names : `${before}, ${names}`)
}
