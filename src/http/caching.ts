import { hash } from 'node:crypto'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { digest, etagOf } from '../lib/etag.ts'
import { Problem } from '../lib/problem.ts'
import { asSent, type Sent } from './reply.ts'

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

/**
 * Sets `ETag` and answers `If-None-Match` on every GET, and sets `Cache-Control` on every reply: public ones may be cached
 * as configured, replies to a key by nobody.
 */
export function registerCaching(app: FastifyInstance, options: CachingOptions): void {
  app.decorateReply('version', null)

  app.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control'))
      reply.header(
        'cache-control',
        isRead(request) && request.caller.id === null && isCacheable(reply)
          ? publicCacheControl(options)
          : 'private, no-store',
      )
    const names = varyOf(request.routeOptions.config)
    if (names !== '') vary(reply, names)
    if (reply.statusCode >= 300 || !isBuffered(payload)) return done(null, payload)
    if (!reply.hasHeader('etag') && (isRead(request) || reply.version !== null))
      reply.header('etag', reply.version === null ? listEtag(request, payload) : etagOf(reply.version, payload))
    if (!isRead(request) || !matchesEtag(request, String(reply.getHeader('etag')))) return done(null, payload)
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    // The route of HEAD drops the payload itself, and fails if there is none.
    done(null, request.method === 'HEAD' ? payload : null)
  })
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
function vary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary')
  reply.header('vary', before === undefined ? names : `${before}, ${names}`)
}

/** Whether `If-None-Match` lists the ETag, by the weak comparison (RFC 9110, section 13.1.2). */
export function matchesEtag(request: FastifyRequest, etag: string): boolean {
  const condition = request.headers['if-none-match']
  if (condition === undefined) return false
  if (condition === etag || condition.trim() === '*') return true
  return condition.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

/** Refuses writes without `If-Match` on every route that takes the header: 428 (RFC 6585, section 3). */
export function requireIfMatch(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { headers } = request.routeOptions.schema ?? {}
    const isConditional = headers instanceof z.ZodObject && 'if-match' in headers.shape
    if (!isConditional || request.headers['if-match'] !== undefined) return done()
    done(new Problem('precondition-required', 'send If-Match with the ETag of the version that is meant, or *'))
  })
}

/**
 * Sets `Last-Modified`, and gives whether `If-Modified-Since` shows that the client has this state. The header counts only
 * without `If-None-Match` (RFC 9110, section 13.1.3). Within the second of the modification nothing is set, since a second
 * modification in it would have the same date.
 */
export function isUnmodified({ headers }: FastifyRequest, reply: FastifyReply, modified: Date, now: Date): boolean {
  const seconds = Math.floor(modified.getTime() / 1_000)
  if (Math.floor(now.getTime() / 1_000) <= seconds) return false
  reply.header('last-modified', modified.toUTCString())
  const since = headers['if-modified-since']
  return headers['if-none-match'] === undefined && since !== undefined && Date.parse(since) >= seconds * 1_000
}

/** Answers 304 (RFC 9110, section 15.4.5) without a body. */
export const notModified = (reply: FastifyReply, etag: string): Sent =>
  asSent(reply.code(304).header('etag', etag).send())

/**
 * Gives the check that `If-Match` demands of a write: a function that throws `precondition-failed` unless the header lists
 * the current version (RFC 9110, section 13.1.1). `*`, or no header, accepts any version.
 */
export function ifMatch({
  headers,
}: {
  headers: { 'if-match'?: string | undefined }
}): (currentVersion: number) => void {
  const condition = headers['if-match']
  if (condition === undefined || condition.trim() === '*') return () => {}
  const versions = condition.split(',').map((etag) => Number(/^"(\d+)(-[\w-]*)?"$/.exec(etag.trim())?.[1]))
  return (currentVersion) => {
    if (versions.includes(currentVersion)) return
    throw new Problem('precondition-failed', `this is version ${currentVersion} by now; If-Match names ${condition}`, {
      extensions: { currentVersion },
    })
  }
}
