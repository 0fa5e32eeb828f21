/** Rate limits: how many requests a client may send in a minute. */
import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import type { Caller } from '../access/roles.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { type RateWindow, type RateWindows, spent, WINDOW } from '../lib/rate-windows.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The window in which the request was counted; null if it is not limited, or not counted yet. */
    rateWindow: RateWindow | null
  }
  interface FastifyInstance {
    /** Counts a request that no hook sees, by its address. Gives the problem `rate-limited` for one too many. */
    countUnrouted(request: FastifyRequest, reply: FastifyReply): Problem | undefined
  }
}

/** Counts requests that have an `Authorization` header, once it is known whose key it is. */
export interface RateLimits {
  /**
   * Counts a request by the key of its caller, or by its address if it was refused, and sets the headers of the reply.
   * Gives the problem `rate-limited` for one too many.
   */
  countKeyed(request: FastifyRequest, reply: FastifyReply, caller: Caller | undefined): Problem | undefined
  /** Counts a request without a key in front of the application; gives null if such requests are not limited. */
  countEarly(request: IncomingMessage): RateWindow | null
}

export interface RateLimitOptions {
  /** How many requests a client may send in a minute; 0 sets no limit. */
  perMinute: number
  windows: RateWindows
  clock: Clock
  /** Whose `X-Forwarded-For` says where a request comes from, as Fastify takes it. */
  trustProxy: boolean | string[]
}

/**
 * Limits the requests of a client in a minute: to the limit of its key, else to `perMinute`; 0 sets no limit. All requests
 * count, those that are refused too. Not counted are routes with open access, and OPTIONS: its replies are constant, and
 * a preflight that is refused would hide from a script that it has to wait.
 *
 * Has to be registered before the cache of public replies, so that cached replies count: they cost one look-up more.
 * `refuseOverLimit` has to be called where a reply to a refused request has its common headers.
 */
export function registerRateLimit(
  app: FastifyInstance,
  { perMinute, windows, clock, trustProxy }: RateLimitOptions,
): RateLimits & { refuseOverLimit(): void } {
  app.decorateRequest('rateWindow', null)
  const addressOf = addressReader(trustProxy)

  function count(request: FastifyRequest, client: string, limit: number): void {
    if (limit > 0) request.rateWindow = windows.count(client, limit, clock.now().getTime())
  }

  function verdict({ rateWindow }: FastifyRequest, reply: FastifyReply): Problem | undefined {
    if (rateWindow === null) return undefined
    const [policy, quota, name, left] = rateLimitHeaders(rateWindow)
    reply.header(policy, quota).header(name, left)
    if (!isOverLimit(rateWindow)) return undefined
    const { limit } = rateWindow
    return new Problem('rate-limited', `more than ${limit} requests in a minute`, {
      headers: { 'retry-after': String(secondsLeft(rateWindow)) },
    })
  }

  app.decorate('countUnrouted', (request, reply) => {
    request.rateWindow = null
    count(request, networkOf(request.ip), perMinute)
    return verdict(request, reply)
  })

  if (perMinute > 0)
    app.addHook('onRequest', (request, _reply, done) => {
      const { method, headers, routeOptions } = request
      if (headers.authorization === undefined && method !== 'OPTIONS' && routeOptions.config.access !== 'open')
        count(request, networkOf(request.ip), perMinute)
      done()
    })

  return {
    refuseOverLimit() {
      if (perMinute > 0) app.addHook('onRequest', (request, reply, done) => done(verdict(request, reply)))
    },
    countEarly: (request) =>
      perMinute > 0 ? windows.count(networkOf(addressOf(request)), perMinute, clock.now().getTime()) : null,
    countKeyed(request, reply, caller) {
      if (caller) count(request, caller.id ?? caller.role, caller.rateLimit ?? perMinute)
      else count(request, networkOf(request.ip), perMinute)
      return verdict(request, reply)
    },
  }
}

/** Whether the last request that was counted in the window was one too many. */
export const isOverLimit = (window: RateWindow): boolean => spent(window) > window.limit

const secondsLeft = ({ end, lastAt }: RateWindow): number => Math.ceil((end - lastAt) / 1_000)

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers-10, names and values in turn: the quota and its window, and what is
 * left of both, in seconds.
 */
export const rateLimitHeaders = (window: RateWindow): [policy: string, string, limit: string, string] => [
  'ratelimit-policy',
  `"default";q=${window.limit};w=${WINDOW / 1_000}`,
  'ratelimit',
  `"default";r=${Math.max(0, window.limit - spent(window))};t=${secondsLeft(window)}`,
]

/** Gives the address of a client: that of the connection, or what trusted proxies say, as `request.ip` of Fastify. */
function addressReader(trustProxy: boolean | string[]): (request: IncomingMessage) => string {
  if (trustProxy === false) return ({ socket }) => socket.remoteAddress ?? ''
  const trusts = trustProxy === true ? () => true : proxyAddr.compile(trustProxy)
  return (request) => proxyAddr(request, trusts)
}

/** An IPv4 address as a socket for both families shows it. */
const MAPPED = '::ffff:'

/**
 * The network that a client is counted by: its IPv4 address, or the /64 of its IPv6 address, since a client has all
 * addresses of one. A text that is no address, as a proxy may send, is used unchanged.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  if (ip.startsWith(MAPPED) && ip.includes('.')) return ip.slice(MAPPED.length)
  if (!ipaddr.isValid(ip)) return ip
  const address = ipaddr.process(ip)
  if (!(address instanceof ipaddr.IPv6)) return address.toString()
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0])}/64`
}
