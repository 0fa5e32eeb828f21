import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { digest, etagOf } from '../lib/etag.ts'
import { Problem } from '../lib/problem.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** The version of the one resource that the reply shows; its ETag begins with it. */
    version: number | null
  }
}

export interface CachingOptions {
  /** How long a public reply may be kept, in seconds. */
  maxAge: number
  /** How much longer it may be shown while a fresh one is fetched, in seconds. */
  staleWhileRevalidate: number
  /** Seconds until the public will read something else by itself; no reply may be kept for longer. */
  secondsToNextRelease: () => number
}

/**
 * ETags and `If-None-Match` on every GET, and `Cache-Control` on every reply: public ones may be kept as configured,
 * replies to a key by nobody.
 */
export function registerCaching(app: FastifyInstance, options: CachingOptions): void {
  app.decorateReply('version', null)

  app.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control'))
      reply.header(
        'cache-control',
        isRead(request) && request.caller.id === null && isShown(reply)
          ? publicCacheControl(options)
          : 'private, no-store',
      )
    const { access, otherForms } = request.routeOptions.config
    if (access !== 'open') vary(reply, 'Authorization, Accept-Encoding')
    if (otherForms) vary(reply, 'Accept')
    if (reply.statusCode >= 300 || !isWhole(payload)) return done(null, payload)
    if (!reply.hasHeader('etag') && (isRead(request) || reply.version !== null))
      reply.header('etag', reply.version === null ? listEtag(request, payload) : etagOf(reply.version, payload))
    if (!isRead(request) || !matchesEtag(request, String(reply.getHeader('etag')))) return done(null, payload)
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    // The route of HEAD takes the payload away by itself, and trips over none.
    done(null, request.method === 'HEAD' ? payload : null)
  })
}

const isWhole = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

/** How long a public reply may be kept: as configured, but never past the next release. */
export function publicCacheControl({ maxAge, staleWhileRevalidate, secondsToNextRelease }: CachingOptions): string {
  const left = Math.floor(secondsToNextRelease())
  const age = Math.min(maxAge, left)
  return `public, max-age=${age}, stale-while-revalidate=${Math.min(staleWhileRevalidate, left - age)}`
}

/** Of what the public reads the last change tells all; of what is made for a key only its text does. */
const listEtag = ({ madeUnder, url }: FastifyRequest, payload: string | Buffer): string =>
  madeUnder ? etagOfChange(madeUnder, url) : `"${digest(payload)}"`

/** The strong validator of what a URL shows until the next change. */
export const etagOfChange = (change: string, url: string): string =>
  `"${hash('sha1', `${change} ${url}`, 'base64url').slice(0, 22)}"`

const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD'

/**
 * Whether the reply shows what was asked for, says where it is, or says that the client has it: a 304 has the headers of
 * the 200.
 */
const isShown = ({ statusCode }: FastifyReply): boolean => statusCode < 300 || statusCode === 304 || statusCode === 308

/** Adds to what the reply depends on: by then CORS may have named the origin. */
function vary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary')
  reply.header('vary', before === undefined ? names : `${before}, ${names}`)
}

/** Whether `If-None-Match` names the ETag; compared weakly (RFC 9110, section 13.1.2). */
export function matchesEtag(request: FastifyRequest, etag: string): boolean {
  const condition = request.headers['if-none-match']
  if (condition === undefined) return false
  if (condition === etag || condition.trim() === '*') return true
  return condition.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

/** Refuses writes that could be made on condition and are not (RFC 6585, section 3). */
export function requireIfMatch(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { headers } = request.routeOptions.schema ?? {}
    const isConditional = headers instanceof z.ZodObject && 'if-match' in headers.shape
    if (!isConditional || request.headers['if-match'] !== undefined) return done()
    done(new Problem('precondition-required', 'send If-Match with the ETag of the version that is meant, or *'))
  })
}

/**
 * Says that a reply shows what was last altered at this time, and tells whether the client has it by
 * `If-Modified-Since`, which counts only without `If-None-Match` (RFC 9110, section 13.1.3). While the second lasts in
 * which it was altered, more may follow that the date would not tell apart: then nothing is said.
 */
export function isUnmodified({ headers }: FastifyRequest, reply: FastifyReply, altered: Date, now: Date): boolean {
  const seconds = Math.floor(altered.getTime() / 1_000)
  if (Math.floor(now.getTime() / 1_000) <= seconds) return false
  reply.header('last-modified', altered.toUTCString())
  const since = headers['if-modified-since']
  return headers['if-none-match'] === undefined && since !== undefined && Date.parse(since) >= seconds * 1_000
}

/** Answers 304 without a body. */
export const notModified = (reply: FastifyReply, etag: string) => reply.code(304).header('etag', etag).send()

/**
 * What `If-Match` asks of a write: a function that throws `precondition-failed` unless the current version is among
 * those it names (RFC 9110, section 13.1.1). `*` and no header at all take any.
 */
export function ifMatch({
  headers,
}: {
  headers: { 'if-match'?: string | undefined }
}): (currentVersion: number) => void {
  const condition = headers['if-match']
  if (condition === undefined || condition.trim() === '*') return () => {}
  const named = condition.split(',').map((etag) => Number(/^"(\d+)(-[\w-]*)?"$/.exec(etag.trim())?.[1]))
  return (currentVersion) => {
    if (named.includes(currentVersion)) return
    throw new Problem('precondition-failed', `this is version ${currentVersion} by now; If-Match names ${condition}`, {
      more: { currentVersion },
    })
  }
}
