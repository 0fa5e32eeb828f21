/** A finished reply as the cache of public replies holds it, and the forms in which it is sent. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Dependencies } from '../changes/dependencies.ts'
import { etagOfChange } from '../http/caching.ts'
import { matchesEtag } from '../http/conditional-requests.ts'
import { type Coding, codedEtag } from '../http/content-coding.ts'
import type { CachedResponse } from './response-cache.ts'

/** Headers of one reply, apart from those that all replies of its route have in common. */
export type ReplyHeaders = Record<string, string>

/** A reply as it is sent. */
export interface PrebuiltReply {
  /** Without an ETag, the reply gets that of its URL and the last change. */
  headers: ReplyHeaders
  body: Buffer
  dependsOn: Dependencies
}

/** Headers that a 304 lacks: those that describe a body, and the date that an ETag is better than. */
const OF_BODY = new Set(['content-type', 'content-length', 'last-modified'])

/**
 * The cached form of a reply to a URL; `common` are the headers that all replies of its route have. It is built for each
 * reply that is not cached, so it loops over the names: to make arrays of them first takes ten times as long.
 */
export function responseOf(
  { changeToken, url, config }: Pick<CachedResponse, 'changeToken' | 'config'> & { url: string },
  common: ReplyHeaders,
  { headers, dependsOn, body }: Omit<PrebuiltReply, 'body'> & { body?: Buffer },
): CachedResponse {
  const { etag = etagOfChange(changeToken, url) } = headers
  const okHeaders: string[] = []
  const notModifiedHeaders: string[] = []
  for (const name in common) {
    okHeaders.push(name, common[name] as string)
    notModifiedHeaders.push(name, common[name] as string)
  }
  okHeaders.push('content-length', String(body?.length ?? 0), 'etag', etag)
  notModifiedHeaders.push('etag', etag)
  for (const name in headers) {
    if (name === 'etag' || name === 'content-length') continue
    okHeaders.push(name, headers[name] as string)
    if (!OF_BODY.has(name)) notModifiedHeaders.push(name, headers[name] as string)
  }
  return { changeToken, config, dependsOn, etag, okHeaders, notModifiedHeaders, body: body ?? null }
}

/** A reply in a content coding. */
export function codedResponse(identity: CachedResponse, body: Buffer, coding: Coding): CachedResponse {
  const { coded: _, ...same } = identity
  const etag = codedEtag(identity.etag, coding)
  const changed: Record<string, string> = { etag, 'content-length': String(body.length) }
  const change = (headers: string[]) =>
    headers.map((text, index) => (index % 2 === 0 ? text : (changed[headers[index - 1] ?? ''] ?? text)))
  return {
    ...same,
    etag,
    body,
    okHeaders: [...change(identity.okHeaders), 'content-encoding', coding],
    notModifiedHeaders: change(identity.notModifiedHeaders),
    identity,
  }
}

/** The form of the reply that the client names in `If-None-Match`, in whichever coding it has it; undefined if it has none. */
export function unchangedFor(headers: IncomingHttpHeaders, response: CachedResponse): CachedResponse | undefined {
  if (headers['if-none-match'] === undefined) return undefined
  if (headers['if-none-match'] === response.etag) return response
  const { identity = response } = response
  return matchesEtag(headers, identity.etag) ? identity : undefined
}
