import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { newId } from '../lib/id.ts'

/** An id that a client or a proxy brings along, if it is short and plain. */
const PLAIN = /^[\w.:-]{1,100}$/

/** The id of a request: the one that came with it, if it is plain, or a new one. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && PLAIN.test(given) ? given : newId()
}

/** The log: JSON lines. No header, no query and no body goes into it, since any may hold a secret. */
export const logger = (level: string, stream?: { write(line: string): void }): FastifyServerOptions['logger'] => ({
  level,
  ...(stream && { stream }),
  serializers: { req: ({ method, routeOptions }) => ({ method, route: routeOptions?.url }) },
})

/** `X-Request-Id` on every reply, and a line for every request: reads that went well only at the level `debug`. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, id, caller } = request
    const isQuiet = reply.statusCode < 400 && (method === 'GET' || method === 'HEAD')
    request.log[isQuiet ? 'debug' : 'info'](
      {
        reqId: id,
        method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        key: caller?.id,
      },
      'request',
    )
    done()
  })
}
