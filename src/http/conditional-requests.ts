/** Conditional requests (RFC 9110, section 13): reads of what has changed, and writes to a known version. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { Problem } from '../lib/problem.ts'
import { asSent, type Sent } from './reply.ts'

/**
 * What a proxy that compresses a reply appends to its ETag: `"x-gzip"` (Apache), `"x;br"` (Jetty), `"x--gzip"`, `"x:zstd"`.
 */
const CODING = /^(?:--?|[;:+])(?:gzip|br|zstd|deflate)"$/

/**
 * Whether `If-None-Match` lists the ETag, by the weak comparison (RFC 9110, section 13.1.2), or as a proxy that compresses
 * has changed it.
 */
export function matchesEtag(headers: IncomingHttpHeaders, etag: string): boolean {
  const condition = headers['if-none-match']
  if (condition === undefined) return false
  if (condition === etag || condition.trim() === '*') return true
  const unquoted = etag.slice(0, -1)
  return condition.split(',').some((one) => {
    const tag = one.trim().replace(/^W\//, '')
    return tag === etag || (tag.startsWith(unquoted) && CODING.test(tag.slice(unquoted.length)))
  })
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
  if (headers['if-none-match'] !== undefined || since === undefined || !HTTP_DATE.test(since)) return false
  return Date.parse(since) >= seconds * 1_000
}

/** A date as HTTP has it, in one of its three forms (RFC 9110, section 5.6.7); anything else is ignored. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/

/** Answers 304 (RFC 9110, section 15.4.5) without a body. */
export const notModified = (reply: FastifyReply, etag: string): Sent =>
  asSent(reply.code(304).header('etag', etag).send())

/** An ETag with a version in front, and with what a proxy that compresses makes of it. */
const ETAG = /^(?:W\/)?"(\d+)(?:-[\w-]*)?(?:[;:+](?:gzip|br|zstd|deflate))?"$/

/**
 * Gives the check that `If-Match` demands of a write: a function that throws `precondition-failed` unless the header lists
 * the current version (RFC 9110, section 13.1.1). `*`, or no header, accepts any version.
 *
 * The RFC demands the strong comparison, by which no weak tag matches. A proxy that compresses makes the tag of the
 * service weak, or appends to it, and its clients could never write. So these forms are accepted, which is safe: the
 * service itself sends strong tags only, and all that is compared is the version in front, which names one revision
 * whatever the bytes were on the way.
 */
export function ifMatch({
  headers,
}: {
  headers: { 'if-match'?: string | undefined }
}): (currentVersion: number) => void {
  const condition = headers['if-match']
  if (condition === undefined || condition.trim() === '*') return () => {}
  const versions = condition.split(',').map((etag) => Number(ETAG.exec(etag.trim())?.[1]))
  return (currentVersion) => {
    if (versions.includes(currentVersion)) return
    throw new Problem('precondition-failed', `this is version ${currentVersion} by now; If-Match names ${condition}`, {
      extensions: { currentVersion },
    })
  }
}
