import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { anonymous, type Caller, may, type Permission } from '../access/roles.ts'
import { Problem } from '../lib/problem.ts'

/** Who may call a route: whoever has the permission; `open` needs none and takes no notice of keys. */
export type Access = 'open' | Permission

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Whether the route itself sees to what a key with a grant may have of what is live. */
    honoursGrants?: boolean
  }
  interface FastifyRequest {
    /** Who sends the request; set before any handler runs. */
    caller: Caller
  }
}

interface AccessOptions {
  /** The caller that a bearer token stands for; undefined if it is unknown, expired or revoked. */
  authenticate: (token: string) => Promise<Caller | undefined>
  /** Told of every token that was refused, before the reply goes out. */
  onRefused: (request: FastifyRequest) => Promise<void>
  /** Whether what is live may be read without a key. */
  publicRead: boolean
}

/** One reply for every way in which a key can be wrong, so that none tells another apart. */
const unauthenticated = (): Problem =>
  new Problem('unauthenticated', 'this needs a valid key: Authorization: Bearer <key>', {
    headers: { 'www-authenticate': 'Bearer realm="dateline"' },
  })

const forbidden = ({ role }: Caller, permission: Permission): Problem =>
  new Problem('forbidden', `a key of the role ${role} may not do this; it needs ${permission}`)

/** Checks each request against the access its route declares; a route that declares none stops the app at boot. */
export function registerAccess(app: FastifyInstance, { authenticate, onRefused, publicRead }: AccessOptions): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    const undeclared = routes.find((route) => !route.config?.access)
    if (undeclared) throw new Error(`${String(undeclared.method)} ${undeclared.url} declares no access`)
  })

  app.decorateRequest('caller', null as never)
  // A key with a grant reads what it is granted with the changes; beside that it may read what anyone may.
  const allowed = (caller: Caller, permission: Permission, honoursGrants = false) =>
    may(caller, permission) &&
    (publicRead || permission !== 'live:read' || (caller !== anonymous && (!caller.grant || honoursGrants)))

  app.addHook('onRequest', (request, _reply, done) => {
    request.caller = anonymous
    const { access, honoursGrants } = request.routeOptions.config
    if (access === 'open') return done()
    if (request.headers.authorization === undefined) {
      if (access && !allowed(anonymous, access)) return done(unauthenticated())
      return done()
    }
    identify(request.headers, authenticate).then((caller) => {
      if (!caller) return onRefused(request).then(() => done(unauthenticated()), done)
      request.caller = caller
      if (access && !allowed(caller, access, honoursGrants)) return done(forbidden(caller, access))
      done()
    }, done)
  })
}

/** The caller that a request's key stands for; undefined if there is none, or it is unknown, expired or revoked. */
export async function identify(
  { authorization = '' }: { authorization?: string | undefined },
  authenticate: AccessOptions['authenticate'],
): Promise<Caller | undefined> {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token === undefined ? undefined : authenticate(token)
}

/** Throws `forbidden` unless the caller has the permission: for what a route asks beside the access it declares. */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!may(caller, permission)) throw forbidden(caller, permission)
}

/** Throws `forbidden` unless the caller is an admin: for the one option of an operation that needs it. */
export function requireAdmin(caller: Caller): void {
  if (!may(caller, 'admin')) throw new Problem('forbidden', 'only an admin may remove something for good')
}

/** Throws unless the caller may see working copies at all; which of them is decided one by one. */
export function requireDrafts(caller: Caller): void {
  if (may(caller, 'drafts:write')) return
  if (caller.id === null) throw unauthenticated()
  throw new Problem('forbidden', `a key of the role ${caller.role} may not see drafts`)
}
