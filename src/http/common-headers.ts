/**
 * Headers that all public replies have in common: those of CORS, and those that harden browsers. Hooks set them on the
 * replies of handlers; the cache of public replies, which runs before the hooks, takes them from `commonHeaders`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

const EXPOSED_HEADERS = ['ETag', 'Link', 'Location', 'X-Request-Id', 'Retry-After']

const isAnyOrigin = (origins: string[]): boolean => origins.includes('*')

/** Lets pages of these origins read replies, and answers their preflight requests; `*` is any origin. */
export async function registerCors(app: FastifyInstance, origins: string[]): Promise<void> {
  await app.register(cors, {
    origin: isAnyOrigin(origins) ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
    strictPreflight: false,
  })
}

const setSecurityHeaders = helmet({
  contentSecurityPolicy: false,
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // HSTS is a promise about the host, which the proxy that terminates TLS has to make.
  hsts: false,
})

export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(request.raw, reply.raw, (error) => done(error as Error | undefined))
  })
}

/** What the two above set on the reply to a GET without an `Origin`, by lower-case names. */
export function commonHeaders(origins: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  const recorder = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => {},
  }
  setSecurityHeaders({} as IncomingMessage, recorder as unknown as ServerResponse, () => {})
  if (isAnyOrigin(origins)) headers['access-control-allow-origin'] = '*'
  else headers.vary = 'Origin'
  headers['access-control-expose-headers'] = EXPOSED_HEADERS.join(', ')
  return headers
}
