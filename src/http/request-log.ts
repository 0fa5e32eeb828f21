import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'

/** Statuses that an operator should notice: the service is overloaded, or its disk is full. */
const WARNINGS = [503, 507]
/** An `X-Request-Id` that is accepted from a client or a proxy: short, and safe in a log. */
const ACCEPTED_ID = /^[\w.:-]{1,100}$/

/**
 * Gives the function that assigns request ids: the `X-Request-Id` of the request if it is accepted, else a prefix that is
 * unique to the process, and a number.
 */
export function requestIdGenerator(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const prefix = randomBytes(9).toString('base64url')
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && ACCEPTED_ID.test(given)) return given
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}

/** An error as it is logged. */
interface LoggedError extends Record<string, unknown> {
  type: string
  message: string
  stack: string
}

/**
 * Options of the request log: JSON lines. They never contain a header, a query or a body, since any may hold a secret.
 * `loggableError` gives what is logged of an error.
 */
export const loggerOptions = (
  level: string,
  loggableError: (error: unknown) => LoggedError,
  stream?: { write(line: string): void },
): FastifyServerOptions['logger'] => ({
  level,
  ...(stream && { stream }),
  serializers: { err: loggableError, req: ({ method, routeOptions }) => ({ method, route: routeOptions?.url }) },
})

/**
 * Sets `X-Request-Id` on every reply, and writes a line to the request log for each. Successful reads are logged only with
 * `logsReads`, and the addresses of clients with `logsAddresses`.
 */
export function registerRequestLog(
  app: FastifyInstance,
  { logsReads, logsAddresses }: { logsReads: boolean; logsAddresses: boolean },
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, caller } = request
    const isQuiet = reply.statusCode < 400 && ['GET', 'HEAD', 'OPTIONS'].includes(method)
    if (isQuiet && !logsReads) return done()
    const path = pathOf(request)
    const ms = Math.round(reply.elapsedTime * 10) / 10
    const { statusCode: status } = reply
    const line = {
      reqId: request.id,
      method,
      path,
      status,
      ms,
      key: caller?.id,
      ...(logsAddresses && { ip: request.clientAddress }),
    }
    if (WARNINGS.includes(status)) request.log.warn(line, 'request')
    else request.log.info(line, 'request')
    done()
  })
}

/**
 * The path without the query. A path that contains a secret `token` is replaced by the pattern of its route; a path that
 * leads to no route, and might be such a path misspelt, is not logged.
 */
function pathOf({ url, params, routeOptions }: FastifyRequest): string | undefined {
  const path = url.split('?', 1)[0] ?? ''
  const isRoute = routeOptions.url !== undefined && !routeOptions.url.includes('*')
  if (!isRoute) return mayHoldToken(path) ? '(hidden: it may hold a token)' : path
  return typeof params === 'object' && params !== null && 'token' in params ? routeOptions.url : path
}

/** How many times a path may be percent-encoded. One that is encoded more often is not looked at: each time takes long. */
const MAX_ENCODED = 3
/** What looks like a token. */
const TOKEN = /[0-9a-f]{32}_/i

/** Whether there is something behind `preview` or `previews` in a path, or what looks like a token anywhere. */
function mayHoldToken(path: string): boolean {
  let text = path
  for (let times = 0; times < MAX_ENCODED; times++) text = decoded(text)
  if (decoded(text) !== text) return true
  const plain = text.replace(/[\s\\]/g, '')
  const preview = plain.search(/preview/i)
  return TOKEN.test(plain) || (preview >= 0 && /\/[^/]/.test(plain.slice(preview)))
}

const decoded = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
