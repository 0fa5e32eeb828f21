/** The headers of replies in the OpenAPI document. */
import type { Json } from './schemas.ts'

interface Header {
  description: string
  /** Whether every reply for which the document lists it has it. */
  isAlways: boolean
  type?: 'string' | 'integer'
  example: string | number
}

/** Every reply header of use to a client, by the name of its component. */
const headers = {
  'X-Request-Id': {
    description: 'The id of the request: the one that was sent, or a new one. It is in the log of the service.',
    isAlways: true,
    example: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d',
  },
  'Cache-Control': {
    description: 'How long the reply may be cached, and by whom (RFC 9111).',
    isAlways: true,
    example: 'public, max-age=10, stale-while-revalidate=60',
  },
  ETag: {
    description: 'The validator of the reply: send it back as `If-None-Match`, or as `If-Match` with a change.',
    isAlways: true,
    example: '"7-kd82mZ"',
  },
  'Version-ETag': {
    description: 'The validator of the version that the reply shows, for `If-Match`; absent if it shows no version.',
    isAlways: false,
    example: '"8-Qk3vXw"',
  },
  'Last-Modified': {
    description: 'When what the reply shows last changed.',
    isAlways: false,
    example: 'Thu, 06 Jan 2022 09:30:00 GMT',
  },
  'Cache-Tag': {
    description:
      'What a CDN can purge the reply by: the last twelve characters of the ids of what it shows, and `articles` for a list. `many` replaces those that do not fit in 1,400 characters.',
    isAlways: false,
    example: 'articles,5f0c8e2a4b6d',
  },
  Link: {
    description:
      'Links (RFC 8288): to the next and the previous page, and to the feeds of the same articles, as far as there is room in 1,100 characters.',
    isAlways: false,
    example: '</v1/articles?cursor=b64>; rel="next"',
  },
  Location: {
    description: 'The address of what was created, or the present address of what has moved.',
    isAlways: true,
    example: '/v1/articles/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d',
  },
  'Job-Location': {
    description: 'The address of the job that does the work; absent if it is done without one.',
    isAlways: false,
    example: '/v1/jobs/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d',
  },
  'Retry-After': {
    description: 'How many seconds to wait before the next try.',
    isAlways: true,
    type: 'integer',
    example: 5,
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 6750).',
    isAlways: true,
    example: 'Bearer realm="dateline"',
  },
  'Idempotent-Replayed': {
    description: '`true` if the request came before with the same `Idempotency-Key`, and this is the reply it got.',
    isAlways: false,
    example: 'true',
  },
  'RateLimit-Policy': {
    description:
      'How many requests (`q`) are allowed in how many seconds (`w`), as draft-ietf-httpapi-ratelimit-headers-10 has it.',
    isAlways: false,
    example: '"default";q=600;w=60',
  },
  RateLimit: {
    description: 'How many requests are left (`r`), and in how many seconds (`t`) the count starts anew.',
    isAlways: false,
    example: '"default";r=0;t=42',
  },
} as const satisfies Record<string, Header>
type HeaderName = keyof typeof headers

/** Headers that a route declares for its reply, beside those that follow from its method and parameters. */
export type ReplyHeader = 'Last-Modified' | 'Cache-Tag' | 'Link'

/** The names of the headers that components with another name describe. */
const SENT_AS: Partial<Record<HeaderName, string>> = { 'Version-ETag': 'ETag', 'Job-Location': 'Location' }
const sentAs = (name: HeaderName): string => SENT_AS[name] ?? name

const refs = (names: readonly HeaderName[]): Json =>
  Object.fromEntries(names.map((name) => [sentAs(name), { $ref: `#/components/headers/${name}` }]))

/** The headers as components of the document. */
export const headerComponents = (): Json =>
  Object.fromEntries(
    Object.entries(headers as Record<string, Header>).map(([name, { description, isAlways, type, example }]) => [
      name,
      { description, required: isAlways, schema: { type: type ?? 'string' }, example },
    ]),
  )

const COMMON = ['X-Request-Id', 'Cache-Control', 'RateLimit-Policy', 'RateLimit'] as const

/** References to the headers of a reply that is not a problem. */
export function replyHeadersOf(
  status: number,
  {
    isRead,
    isIdempotent,
    isStream,
    own,
  }: { isRead: boolean; isIdempotent: boolean; isStream: boolean; own: ReplyHeader[] },
): Json {
  if (status === 304) return refs([...COMMON, 'ETag', ...own])
  if (status === 307 || status === 308) return refs([...COMMON, 'Location', 'Cache-Tag'])
  const validator: HeaderName[] = isStream || status === 204 ? [] : [isRead ? 'ETag' : 'Version-ETag']
  return refs([
    ...COMMON,
    ...validator,
    ...(status === 201 ? (['Location'] as const) : []),
    ...(status === 202 ? (['Job-Location'] as const) : []),
    ...(isIdempotent ? (['Idempotent-Replayed'] as const) : []),
    ...own,
  ])
}

/** References to the headers of a problem. One that the HTTP parser answers has only a request id. */
export function problemHeadersOf(status: number): Json {
  const byStatus: Record<number, readonly HeaderName[]> = {
    401: ['WWW-Authenticate'],
    429: ['Retry-After'],
    503: ['Retry-After'],
  }
  const common: readonly HeaderName[] = status === 408 || status === 431 ? ['X-Request-Id'] : COMMON
  return refs([...common, ...(byStatus[status] ?? [])])
}
