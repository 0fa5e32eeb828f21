import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { Problem } from '../lib/problem.ts'

/**
 * Limits the requests of a client in a minute: to the limit of its key, else to `perMinute`; 0 sets no limit. Routes with
 * open access are not limited. A refused request is the problem `rate-limited`.
 */
export async function registerRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  const limitOf = ({ caller }: FastifyRequest) => caller.rateLimit ?? perMinute
  await app.register(rateLimit, {
    timeWindow: 60_000,
    max: limitOf,
    allowList: (request) => limitOf(request) === 0 || request.routeOptions.config.access === 'open',
    keyGenerator: ({ caller, ip }) => caller.id ?? networkOf(ip),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new Problem('rate-limited', `more than ${max} requests in a minute`, {
        headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
      }),
  })
}

/**
 * The network that a client is counted by: its IPv4 address, or the /64 of its IPv6 address, since a client has all
 * addresses of one. A text that is no address, as a proxy may send, is used unchanged.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || !ipaddr.isValid(ip)) return ip
  const address = ipaddr.process(ip)
  if (!(address instanceof ipaddr.IPv6)) return address.toString()
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0])}/64`
}
