import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'

/** An id that a client or a proxy brings along, if it is short and plain. */
const PLAIN = /^[\w.:-]{1,100}$/

/**
 * Gives the function that names requests: by the id that came along, if it is plain; else by one that tells the process
 * from all others, and a number.
 */
export function requestIds(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const process = randomBytes(9).toString('base64url')
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && PLAIN.test(given)) return given
    count += 1
    return `${process}-${count.toString(36)}`
  }
}

/** The log: JSON lines. No header, no query and no body goes into it, since any may hold a secret. */
export const logger = (level: string, stream?: { write(line: string): void }): FastifyServerOptions['logger'] => ({
  level,
  ...(stream && { stream }),
  serializers: { req: ({ method, routeOptions }) => ({ method, route: routeOptions?.url }) },
})

/** `X-Request-Id` on every reply, and a line in the log for every request; for reads that went well only if wanted. */
export function registerRequestLog(app: FastifyInstance, { logsReads }: { logsReads: boolean }): void {
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
    request.log.info({ reqId: request.id, method, path, status: reply.statusCode, ms, key: caller?.id }, 'request')
    done()
  })
}

/** What was asked for, without the query; a path that is a secret itself, as that of a preview, by its pattern. */
function pathOf({ url, params, routeOptions }: FastifyRequest): string | undefined {
  const isSecret = typeof params === 'object' && params !== null && 'token' in params
  return isSecret ? routeOptions.url : url.split('?', 1)[0]
}
