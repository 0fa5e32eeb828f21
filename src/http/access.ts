import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { anonymous, type Caller, may, type Permission } from '../access/roles.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { RateLimits } from './rate-limit.ts'

/** The permission that a route requires of its caller; `open` requires none, and ignores the `Authorization` header. */
export type Access = 'open' | Permission

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Whether the route itself limits what it returns to what a partner may have. Others refuse partners where reading is closed. */
    enforcesGrants?: boolean
  }
  interface FastifyRequest {
    /** The sender of the request; set in `onRequest`, before any handler runs. */
    caller: Caller
    /** When its key was found valid, in milliseconds since 1970; 0 without a key. */
    identifiedAt: number
  }
}

interface AccessOptions {
  /** The caller that a bearer token identifies; undefined if the token is unknown, expired or revoked. */
  authenticate: (token: string) => Promise<Caller | undefined>
  /** Runs for every request whose token is refused; the reply does not wait for what it begins. */
  onRefused: (request: FastifyRequest) => void
  limits: RateLimits
  clock: Clock
  /** Whether editions may be read without a key. */
  publicRead: boolean
}

/** After how long a key is looked for again, in milliseconds. */
const LATE = 1_000

/** One reply for every way in which a key can be invalid, so that a sender cannot tell an unknown key from an expired one. */
export const unauthenticated = (): Problem =>
  new Problem('unauthenticated', 'this needs a valid key: Authorization: Bearer <key>', {
    headers: { 'www-authenticate': 'Bearer realm="dateline"' },
  })

const forbidden = ({ role }: Caller, permission: Permission): Problem =>
  new Problem('forbidden', `a key of the role ${role} may not do this; it needs ${permission}`)

/**
 * Checks each request against the access that its route declares, and sets `request.caller`. A route that declares none
 * is a programming error: the app throws when it starts.
 */
export function registerAccess(app: FastifyInstance, options: AccessOptions): void {
  const { authenticate, onRefused, limits, clock, publicRead } = options
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const undeclared = routes.find((route) => !route.config?.access)
    if (undeclared) throw new Error(`${String(undeclared.method)} ${undeclared.url} declares no access`)
  })

  app.decorateRequest('caller', null as never)
  app.decorateRequest('identifiedAt', 0)
  // A partner reads what it may have, articles and media, through the routes that know that; elsewhere it may read only
  // what is public.
  const allowed = (caller: Caller, permission: Permission, enforcesGrants = false) =>
    may(caller, permission) &&
    (publicRead ||
      permission !== 'live:read' ||
      (caller !== anonymous && (caller.role !== 'partner' || enforcesGrants)))

  app.addHook('onRequest', (request, reply, done) => {
    request.caller = anonymous
    const { access, enforcesGrants: honoursGrants } = request.routeOptions.config
    if (access === 'open') return done()
    if (request.headers.authorization === undefined) {
      if (access && !allowed(anonymous, access)) return done(unauthenticated())
      return done()
    }
    const admit = (caller: Caller | undefined): Problem | undefined => {
      const tooMany = limits.countKeyed(request, reply, caller)
      if (!caller) onRefused(request)
      else {
        request.caller = caller
        request.identifiedAt = clock.now().getTime()
      }
      if (tooMany) return tooMany
      if (!caller) return unauthenticated()
      return access && !allowed(caller, access, honoursGrants) ? forbidden(caller, access) : undefined
    }
    // A fault in `admit` is one of this request, not of the process.
    identify(request.headers, authenticate).then(admit).then(done, done)
  })
  identifyLateBodies(app, options)
}

/**
 * Identifies the sender of a slow request again when its body has arrived: the key may have been revoked meanwhile. A body
 * that is processed while it arrives is up to its route.
 */
function identifyLateBodies(app: FastifyInstance, { authenticate, clock }: AccessOptions): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const { identifiedAt, headers, method } = request
    const isLate = identifiedAt > 0 && method !== 'GET' && clock.now().getTime() - identifiedAt > LATE
    if (!isLate) return done()
    identify(headers, authenticate).then((caller) => done(caller ? undefined : unauthenticated()), done)
  })
}

/** The caller that the `Authorization` header identifies; undefined without one, or if its token is not valid. */
export async function identify(
  { authorization = '' }: { authorization?: string | undefined },
  authenticate: AccessOptions['authenticate'],
): Promise<Caller | undefined> {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token === undefined ? undefined : authenticate(token)
}

/** Throws `forbidden` unless the caller has the permission: for options that need more than the route's `access`. */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!may(caller, permission)) throw forbidden(caller, permission)
}

/** Throws `forbidden` unless the caller is an admin: for permanent deletion. */
export function requireAdmin(caller: Caller): void {
  if (!may(caller, 'admin')) throw new Problem('forbidden', 'only an admin may delete something permanently')
}

/**
 * Throws `unauthenticated` or `forbidden` unless the caller may see working copies at all. Whether it may see a certain
 * one is checked where that is read.
 */
export function requireDrafts(caller: Caller): void {
  if (may(caller, 'drafts:write')) return
  if (caller.id === null) throw unauthenticated()
  throw new Problem('forbidden', `a key of the role ${caller.role} may not see drafts`)
}
