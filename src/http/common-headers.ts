/**
 * Headers that all public replies have in common: those of CORS, and one that hardens browsers. Hooks set them on the
 * replies of handlers; the cache of public replies, which runs before the hooks, takes them from `commonHeaders`.
 */
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

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

/** Says that a reply is what its type says: browsers must not guess another. JSON needs no more; pages do. */
const NOSNIFF = { 'x-content-type-options': 'nosniff' }

export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(NOSNIFF)
    done()
  })
}

/** What the two above set on the reply to a GET without an `Origin`, by lower-case names. */
export const commonHeaders = (origins: string[]): Record<string, string> => ({
  ...NOSNIFF,
  ...(isAnyOrigin(origins) ? { 'access-control-allow-origin': '*' } : { vary: 'Origin' }),
  'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
})
