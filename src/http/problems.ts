import { STATUS_CODES } from 'node:http'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { newId } from '../lib/id.ts'
import { Problem, type ProblemType, problems } from '../lib/problem.ts'
import { allowedMethods } from './allowed-methods.ts'
import { afterRequestBody } from './lingering-close.ts'
import { isExemptFromTimeout } from './timeout-exemption.ts'

/** The schema of a problem (RFC 9457), with the place of each error in the input. */
export const ProblemReply = z
  .looseObject({
    type: z
      .enum(Object.keys(problems).map((type) => `/problems/${type as ProblemType}` as const))
      .meta({ description: 'The type of the problem, and the address of its description.' }),
    title: z.string().meta({ description: 'The type in a few words.', examples: ['The request is not valid'] }),
    status: z.int().meta({ description: 'The status of the reply.', examples: [400] }),
    detail: z.string().meta({ description: 'What went wrong this time.', examples: ['headline must not be empty'] }),
    instance: z
      .string()
      .meta({ description: 'The id of the request.', examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'] }),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']).meta({ description: 'The part of the request at fault.' }),
          pointer: z.string().meta({ description: 'A JSON pointer (RFC 6901) to the value at fault.' }),
          code: z.string().meta({ description: 'What is wrong, for programs.', examples: ['too_small'] }),
          message: z.string().meta({
            description: 'What is wrong, in words that fit behind the name.',
            examples: ['must not be empty'],
          }),
        }),
      )
      .optional()
      .meta({ description: 'Everything that is wrong with the request.' }),
    currentVersion: z
      .int()
      .optional()
      .meta({ description: 'Of `precondition-failed`: the version that the resource has by now.' }),
    state: z.string().optional().meta({ description: 'Of `transition-not-allowed`: the status of the article.' }),
    allowed: z
      .array(z.string())
      .optional()
      .meta({ description: 'Of `transition-not-allowed`: the transitions that the status allows.' }),
    uses: z
      .record(z.string(), z.int())
      .optional()
      .meta({ description: 'Of `in-use`: how many refer to it, by what they are.', examples: [{ articles: 3 }] }),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong (RFC 9457). `instance` is the request id; each `type` is documented at its address.',
    examples: [
      {
        type: '/problems/validation',
        title: 'The request is not valid',
        status: 400,
        detail: 'headline must not be empty',
        instance: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d',
        errors: [{ in: 'body', pointer: '/headline', code: 'too_small', message: 'must not be empty' }],
      },
    ],
  })

/** The problem with a path parameter that matches several resources. */
export const Ambiguous = ProblemReply.extend({
  candidates: z
    .array(z.string())
    .meta({ description: 'What each of them is named by alone.', examples: [['/business/sport', '/regions/sport']] }),
}).meta({ id: 'Ambiguous', description: 'Several things have this name; `candidates` lists them.' })

/** Gives the problem for an error of another layer, such as storage; undefined if it knows none. */
export type ErrorTranslator = (error: unknown) => Problem | undefined

/** Answers every error as a problem: those of handlers, of validation and body parsing, and unknown paths and methods. */
export function registerProblems(app: FastifyInstance, translate: ErrorTranslator): void {
  const allowed = allowedMethods(app)

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error, translate)
    if (problem.status >= 500 && problem.type === 'internal')
      request.log.error({ reqId: request.id, err: error }, 'request failed')
    return send(problem, request, reply)
  })

  app.setNotFoundHandler((request, reply) => {
    const methods = allowed(request.url)
    if (methods.length === 0) return send(new Problem('not-found', 'there is nothing at this address'), request, reply)
    const detail = `this address takes ${methods.join(', ')}`
    return send(new Problem('method-not-allowed', detail, { headers: { allow: methods.join(', ') } }), request, reply)
  })
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply) {
  // Set by the route for the resource, not for the problem.
  reply.removeHeader('last-modified')
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(afterRequestBody(request, reply, problemJson(problem, request.id)))
}

/** The problem as JSON, its standard members before its extensions. */
export function problemJson(problem: Problem, instance: string): string {
  const { type, status, message: detail, errors, extensions } = problem
  const standard = { type: `/problems/${type}`, title: problems[type][1], status, detail, instance }
  return JSON.stringify({ ...standard, ...(errors.length > 0 && { errors }), ...extensions })
}

/** The problem for an error. An unforeseen error is `internal`, and its message is not disclosed. */
export function toProblem(error: unknown, translate: ErrorTranslator): Problem {
  if (error instanceof Problem) return error
  const known = translate(error)
  if (known) return known
  const { code = '', statusCode = 500, message } = error as FastifyError
  if (statusCode >= 500) return new Problem('internal', 'an unexpected error occurred; the log has the details')
  return new Problem(TYPES[code] ?? STATUSES[statusCode] ?? 'bad-request', message)
}

/** The problems for errors of Fastify, by code. */
const TYPES: Record<string, ProblemType> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
  FST_ERR_PARAM_LENGTH: 'uri-too-long',
}

/** The problems for other errors of Fastify and its plugins, by status. */
const STATUSES: Record<number, ProblemType> = {
  404: 'not-found',
  413: 'too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
}

/** The problems for errors of Node's HTTP parser, by code. */
const PARSER_TYPES: Record<string, ProblemType> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_INVALID_METHOD: 'not-implemented',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout',
}

/** Answers requests that the router refuses before a route is found: the path cannot be decoded, or is too long. */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id)
  const tooMany = request.server.countUnrouted(request, reply)
  send(tooMany ?? toProblem(error, () => undefined), request, reply)
}

/** Answers what the HTTP parser refuses, before there is a request: writes a problem to the socket and ends it. */
export function clientErrorHandler(
  this: { log: FastifyBaseLogger },
  error: Error & { code?: string },
  socket: import('node:net').Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) return
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isExemptFromTimeout(socket)) return
  const type = PARSER_TYPES[error.code ?? ''] ?? 'bad-request'
  const problem = new Problem(type, 'this is not a request that can be answered; the connection is closed')
  const id = newId()
  const body = problemJson(problem, id)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    `X-Request-Id: ${id}`,
    'Content-Type: application/problem+json; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
