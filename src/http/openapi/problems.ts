/** The problems with which operations answer, by status, in the OpenAPI document. */
import { type InputError, type ProblemType, problems } from '../../lib/problem.ts'
import type { Json } from './schemas.ts'

/** The response component for the problems of a status: its name and its description. */
const RESPONSES: Record<number, [name: string, description: string]> = {
  400: ['BadRequest', 'The request is not valid; `errors` says what is wrong and where.'],
  401: ['Unauthenticated', 'The key is missing, malformed, unknown, expired or revoked.'],
  403: ['Forbidden', 'The role or the grant of the key does not allow this.'],
  404: ['NotFound', 'There is nothing here, or nothing that the caller may see.'],
  408: ['Timeout', 'The request took too long to arrive.'],
  409: ['Conflict', 'The request contradicts the present state.'],
  410: ['Gone', 'The article was retracted, the file was withdrawn, or the cursor is too old.'],
  412: ['PreconditionFailed', 'The resource has changed since the version that `If-Match` names.'],
  413: ['TooLarge', 'The body is too large.'],
  414: ['UriTooLong', 'A part of the path is too long.'],
  415: ['UnsupportedMediaType', 'The body has a content type that this operation does not take.'],
  416: ['RangeNotSatisfiable', '`Range` begins behind the end of the file.'],
  422: ['Unprocessable', 'The request is well formed, but refers to something that does not exist or cannot be used.'],
  428: ['PreconditionRequired', 'This service takes the change only with `If-Match`.'],
  429: ['RateLimited', 'Too many requests; `Retry-After` says how long to wait.'],
  431: ['HeadersTooLarge', 'The address and the headers are too large.'],
  503: ['Busy', 'The service cannot take this now; `Retry-After` says how long to wait.'],
  507: ['StorageFull', 'The storage is full. Nothing can be written until the operator has made room.'],
}

interface Example {
  detail: string
  errors?: InputError[]
  extensions?: Json
}

const ID = '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'

const wrong = (location: InputError['in'], pointer: string, code: string, message: string): Example => ({
  detail: `${pointer.slice(1)} ${message}`,
  errors: [{ in: location, pointer, code, message }],
})

/** An example of each problem. */
const EXAMPLES: Record<ProblemType, Example> = {
  validation: wrong('body', '/headline', 'too_small', 'must not be empty'),
  'unknown-property': wrong('body', '/headlin', 'unknown', 'is not known here; did you mean "headline"?'),
  'unknown-parameter': wrong('query', '/sections', 'unknown', 'is not known here; did you mean "section"?'),
  'unknown-field': wrong('query', '/fields', 'unknown_field', '"headlin" is not known here; did you mean "headline"?'),
  'invalid-cursor': wrong(
    'query',
    '/cursor',
    'invalid_cursor',
    'is not a cursor of this query; start again without it',
  ),
  'invalid-json': { detail: 'Unexpected end of JSON input' },
  'invalid-encoding': wrong('body', '/headline', 'invalid-encoding', 'must not hold control characters'),
  'bad-request': { detail: 'the path cannot be decoded' },
  timeout: { detail: 'this is not a request that can be answered; the connection is closed' },
  unauthenticated: { detail: 'this needs a valid key: Authorization: Bearer <key>' },
  forbidden: { detail: 'a key of the role contributor may not do this; it needs content:write' },
  'not-found': { detail: 'there is no such article' },
  'method-not-allowed': { detail: 'this address takes GET, HEAD, POST' },
  conflict: { detail: 'the slug harbour-bridge-reopens belongs to another article' },
  'in-use': { detail: 'the tag is still in use', extensions: { uses: { articles: 3 } } },
  'transition-not-allowed': {
    detail: 'a draft cannot be unpublished',
    extensions: { state: 'draft', allowed: ['submit', 'publish', 'schedule'] },
  },
  'cursor-expired': {
    detail: 'the changes after the cursor are no longer stored: read the snapshot, and go on from the cursor it names',
    extensions: { snapshot: '/v1/changes/snapshot' },
  },
  retracted: {
    detail: 'The report rested on a forged document.',
    extensions: {
      retraction: {
        id: ID,
        slug: 'harbour-bridge-reopens',
        headline: 'Harbour bridge reopens',
        reason: 'The report rested on a forged document.',
        at: '2022-01-06T09:30:00.000Z',
        replacement: null,
      },
    },
  },
  withdrawn: { detail: 'the rights have expired' },
  'range-not-satisfiable': { detail: 'the file has 48210 bytes' },
  'precondition-required': { detail: 'send If-Match with the ETag of the version that is meant, or *' },
  'precondition-failed': {
    detail: 'this is version 8 by now; If-Match names "7-kd82mZ"',
    extensions: { currentVersion: 8 },
  },
  'too-large': { detail: 'Request body is too large' },
  'uri-too-long': { detail: 'a part of the path has more than 300 characters' },
  'unsupported-media-type': { detail: 'Unsupported Media Type' },
  'idempotency-mismatch': {
    detail: 'this Idempotency-Key came with another request before, or with the secret the key had before',
  },
  'invalid-reference': wrong('body', '/section', 'invalid_reference', 'names no section: "world-nws"'),
  'url-not-allowed': wrong('body', '/url', 'url_not_allowed', 'leads to an address that is not public'),
  'not-configured': { detail: 'SECRETS_KEY is not set' },
  'too-complex': wrong('body', '/body', 'too_complex', 'its conversion takes longer than 5000 ms'),
  unreadable: wrong('body', '/body', 'unreadable', 'has more than 20000 elements'),
  'rate-limited': { detail: 'more than 600 requests in a minute' },
  'headers-too-large': { detail: 'this is not a request that can be answered; the connection is closed' },
  internal: { detail: 'an unexpected error occurred; the log has the details' },
  'expectation-failed': { detail: '"Expect: 200-ok" is not known; 100-continue is' },
  'not-implemented': { detail: 'this is not a request that can be answered; the connection is closed' },
  busy: { detail: 'another process is writing to the database' },
  'read-only': { detail: 'the database takes no writes' },
  'storage-full': { detail: 'the disk of the database is full' },
}

const types = Object.keys(problems) as ProblemType[]

/** An example of a problem as a reply has it. */
export function problemExample(type: ProblemType): Json {
  const [status, title] = problems[type]
  const { detail, errors, extensions } = EXAMPLES[type]
  return { type: `/problems/${type}`, title, status, detail, instance: ID, ...(errors && { errors }), ...extensions }
}

/** The examples of the problems of a status, by their type. */
export const examplesOf = (status: number): Json =>
  Object.fromEntries(
    types
      .filter((type) => problems[type][0] === status)
      .map((type) => [type, { summary: problems[type][1], value: problemExample(type) }]),
  )

/** The reference to the response for the problems of a status. */
export const problemRef = (status: number): Json => ({ $ref: `#/components/responses/${RESPONSES[status]?.[0]}` })

/** The response components for the problems of these statuses, with their headers. */
export const problemResponses = (statuses: Iterable<number>, headersOf: (status: number) => Json): Json =>
  Object.fromEntries(
    [...statuses]
      .toSorted((a, b) => a - b)
      .map((status) => {
        const [name = '', description] = RESPONSES[status] ?? []
        const schema = { $ref: '#/components/schemas/Problem' }
        const content = { 'application/problem+json': { schema, examples: examplesOf(status) } }
        return [name, { description, headers: headersOf(status), content }]
      }),
  )

/** The traits of an operation on which its problems depend. */
export interface OperationTraits {
  method: string
  /** Whether it ignores keys: then neither access nor the rate limit is checked. */
  isOpen: boolean
  hasBody: boolean
  /** Whether it has a parameter at this location, with this name if one is given. */
  hasParameter(location: 'path' | 'query' | 'header', name?: string): boolean
}

/** The statuses of the problems with which an operation can answer, from its method, parameters, body and access. */
export function problemsOf({ method, isOpen, hasBody, hasParameter }: OperationTraits): number[] {
  const isConditional = hasParameter('header', 'if-match')
  const isIdempotent = hasParameter('header', 'idempotency-key')
  const writes = method !== 'get'
  return [
    400,
    431,
    ...(isOpen ? [] : [401, 403, 429, 503]),
    ...(hasParameter('path') ? [404, 414] : []),
    ...(hasBody ? [408] : []),
    ...(hasBody || isConditional || isIdempotent ? [409] : []),
    ...(isConditional ? [412, 428] : []),
    ...(writes ? [413, 415, 507] : []),
    ...(hasBody || isIdempotent ? [422] : []),
  ]
}
