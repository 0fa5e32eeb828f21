/**
 * Every type of problem (RFC 9457): its status, its title, and its description for clients. Each is documented at
 * `/problems/<type>`.
 */
export const problems = {
  validation: [
    400,
    'The request is not valid',
    'One or more values are missing or wrong; `errors` says which and why.',
  ],
  'unknown-property': [400, 'Unknown property', 'The body has a property that this operation does not take.'],
  'unknown-parameter': [400, 'Unknown parameter', 'The query has a parameter that this operation does not take.'],
  'unknown-field': [400, 'Unknown field', '`fields`, `include` or `facets` names what is not there.'],
  'invalid-cursor': [400, 'The cursor is not valid', 'A cursor is good only for the query that gave it, unchanged.'],
  'invalid-json': [400, 'The body is not JSON', 'The body could not be parsed as JSON within the limits.'],
  'invalid-encoding': [
    400,
    'Text is not clean Unicode',
    'Bytes are not UTF-8, or text has a NUL, another control character or a lone surrogate.',
  ],
  'bad-request': [400, 'Bad request', 'The request could not be understood.'],
  timeout: [408, 'Request timeout', 'The request took too long to arrive.'],
  unauthenticated: [
    401,
    'No valid key',
    'Send `Authorization: Bearer <key>` with a key that is neither expired nor revoked.',
  ],
  forbidden: [403, 'Not allowed', 'The key is valid, and its role does not allow this.'],
  'not-found': [404, 'Not found', 'There is nothing here, or nothing that this caller may see.'],
  'method-not-allowed': [405, 'Method not allowed', 'The path takes other methods: see `Allow`.'],
  conflict: [409, 'Conflict', 'The request contradicts what is there, such as a slug that is taken.'],
  'in-use': [
    409,
    'Still in use',
    'Other things refer to this; `uses` counts them. Articles can be moved to another with `reassignTo`.',
  ],
  'transition-not-allowed': [
    409,
    'Not in this state',
    'The article is in a state from which this cannot be done; `allowed` lists what can.',
  ],
  'cursor-expired': [
    410,
    'The cursor is too old',
    'The changes after it are no longer stored, or the grant of the key has changed; begin again with `snapshot`.',
  ],
  retracted: [
    410,
    'Retracted',
    'The article was withdrawn after its publication; `retraction` says why, and what to read instead.',
  ],
  withdrawn: [410, 'Withdrawn', 'The file was withdrawn, or the rights in it have expired.'],
  'range-not-satisfiable': [416, 'No such part', '`Range` begins behind the end of the file.'],
  'precondition-required': [
    428,
    'If-Match is required',
    'This service takes a change only with the ETag of the version that it changes.',
  ],
  'precondition-failed': [
    412,
    'Changed meanwhile',
    'The resource has changed since the version that `If-Match` names; `currentVersion` is the version it has now.',
  ],
  'too-large': [413, 'Too large', 'The body is larger than this service takes.'],
  'uri-too-long': [414, 'Address too long', 'The address is longer than this service takes.'],
  'unsupported-media-type': [
    415,
    'Unsupported content type',
    'The body has to be JSON; a file of media has to be of a type that is accepted.',
  ],
  'expectation-failed': [417, 'Expectation failed', 'The only `Expect` that is met is `100-continue`.'],
  'idempotency-mismatch': [
    422,
    'Another request had this Idempotency-Key',
    'Send each new request with a new key; the same key again only with the same request.',
  ],
  'invalid-reference': [
    422,
    'A reference leads nowhere',
    'An id, a slug or a path names nothing that this caller may refer to, or several sections.',
  ],
  'url-not-allowed': [
    422,
    'The address is not allowed',
    'It has to be an http or https address without user info, of a host that is reached over the public internet.',
  ],
  'not-configured': [
    409,
    'A setting is missing',
    'The operator of the service has to set something first; `detail` says what.',
  ],
  'too-complex': [
    422,
    'Too complex',
    'The text would take too long to process, or too much memory; `detail` says which limit it exceeds.',
  ],
  unreadable: [
    422,
    'The content cannot be read',
    'The body of the article could not be converted, or the file is damaged or cannot be fetched.',
  ],
  'rate-limited': [429, 'Too many requests', 'Wait for as many seconds as `Retry-After` says.'],
  'headers-too-large': [431, 'Headers too large', 'The address and the headers are larger than this service takes.'],
  internal: [500, 'Our fault', 'An unexpected error occurred; the request id leads to it in the log.'],
  'not-implemented': [501, 'No such method', 'The method of the request is not one of HTTP.'],
  busy: [503, 'Busy', 'The service cannot take this now; try again after `Retry-After` seconds.'],
  'read-only': [
    503,
    'Read only',
    'The database takes no writes for now; reads go on. Try again after `Retry-After` seconds.',
  ],
  'storage-full': [507, 'Storage is full', 'Nothing can be written until the operator has made room; reads go on.'],
} as const satisfies Record<string, readonly [status: number, title: string, description: string]>

export type ProblemType = keyof typeof problems

/** One thing wrong with the input: where it is (a JSON pointer, RFC 6901) and what is wrong. */
export interface InputError {
  in: 'body' | 'query' | 'path' | 'header'
  pointer: string
  code: string
  message: string
}

/**
 * The error that any layer throws for a request that cannot be fulfilled; HTTP answers with it. `detail` says what went
 * wrong, `extensions` are further members of the reply, `headers` further headers.
 */
export class Problem extends Error {
  override name = 'Problem'
  readonly type: ProblemType
  readonly errors: InputError[]
  readonly extensions: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(
    type: ProblemType,
    detail: string,
    {
      errors = [],
      extensions = {},
      headers = {},
    }: { errors?: InputError[]; extensions?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.type = type
    this.errors = errors
    this.extensions = extensions
    this.headers = headers
  }

  get status(): number {
    return problems[this.type][0]
  }
}

/** The problem `not-found`, in the same words for a resource that does not exist and for one that the caller may not see. */
export const notFound = (noun: string): Problem => new Problem('not-found', `there is no such ${noun}`)

/**
 * The problem `invalid-reference`, with a pointer to each reference that names nothing, or several sections. `paths` are
 * those of the sections that it names.
 */
export function invalidReferences(
  invalid: { pointer: string; noun: string; ref: string; paths?: string[] | undefined }[],
): Problem {
  const errors = invalid.map(({ pointer, noun, ref, paths = [] }) => ({
    in: 'body' as const,
    pointer,
    code: paths.length > 0 ? 'ambiguous' : 'invalid_reference',
    message: paths.length > 0 ? `names several ${noun}s: ${paths.join(', ')}` : `names no ${noun}: "${ref}"`,
  }))
  return new Problem('invalid-reference', errors.map((e) => `${e.pointer.slice(1)} ${e.message}`).join('; '), {
    errors,
  })
}

/** A JSON pointer (RFC 6901) to a path of member names and indexes. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
