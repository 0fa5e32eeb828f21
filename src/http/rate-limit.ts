/** Rate limits: how many requests a client may send in a minute. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../access/roles.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { type RateWindow, type RateWindows, spent, WINDOW } from '../lib/rate-windows.ts'
import { type AddressReader, networkOf } from './client-address.ts'

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
  addressOf: AddressReader
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
  { perMinute, windows, clock, addressOf }: RateLimitOptions,
): RateLimits & { refuseOverLimit(): void } {
  app.decorateRequest('rateWindow', null)

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
    count(request, networkOf(addressOf(request.raw)), perMinute)
    return verdict(request, reply)
  })

  if (perMinute > 0)
    app.addHook('onRequest', (request, _reply, done) => {
      const { method, headers, routeOptions } = request
      if (headers.authorization === undefined && method !== 'OPTIONS' && routeOptions.config.access !== 'open')
        count(request, networkOf(addressOf(request.raw)), perMinute)
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
      else count(request, networkOf(addressOf(request.raw)), perMinute)
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
