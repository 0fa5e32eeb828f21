import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'

/** Limits the requests a minute of one client: of a key with a limit of its own by that, of all others by `perMinute`. */
export async function registerRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  const limitOf = ({ caller }: FastifyRequest) => caller.rateLimit ?? perMinute
  await app.register(rateLimit, {
    timeWindow: 60_000,
    max: limitOf,
    allowList: (request) => limitOf(request) === 0 || request.routeOptions.config.access === 'open',
    keyGenerator: ({ caller, ip }) => caller.id ?? network(ip),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new Problem('rate-limited', `more than ${max} requests in a minute`, {
        headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
      }),
  })
}

/** A client's address; of an IPv6 one the /64, since whoever has one has them all. */
const network = (ip: string): string => {
  if (!ip.includes(':') || ip.startsWith('::ffff:')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const middle = ip.includes('::') ? Array(Math.max(0, 8 - left.length - right.length)).fill('0') : []
  return `${[...left, ...middle, ...right].slice(0, 4).join(':')}::/64`
}
