import type { Grant } from './grants.ts'

/** The permissions, with what each allows. */
export const permissions = {
  'live:read': 'read editions',
  'changes:read': 'follow the changes',
  'drafts:write': 'create articles, read and edit own drafts',
  'content:write': 'everything on content: every draft, publishing, authors, sources, sections, tags',
  admin: 'keys, permanent deletion',
} as const
export type Permission = keyof typeof permissions

/** The permissions of each role; `anonymous` is that of a caller without a key. */
export const roles = {
  anonymous: ['live:read'],
  reader: ['live:read'],
  partner: ['live:read', 'changes:read'],
  contributor: ['live:read', 'drafts:write'],
  editor: ['live:read', 'changes:read', 'drafts:write', 'content:write'],
  admin: ['live:read', 'changes:read', 'drafts:write', 'content:write', 'admin'],
} as const satisfies Record<string, readonly Permission[]>
export type Role = keyof typeof roles

/** The roles that a key can have. */
export const keyRoles = ['reader', 'partner', 'contributor', 'editor', 'admin'] as const satisfies readonly Role[]
export type KeyRole = (typeof keyRoles)[number]

/** The sender of a request. `id` is that of the key; null without one. */
export interface Caller {
  id: string | null
  name: string
  role: Role
  expiresAt: string | null
  /** The key's own limit of requests in a minute; null for that of the service. */
  rateLimit: number | null
  /** What a partner may read; null sets no limit. */
  grant: Grant | null
}

/** A caller without a key in the database: anonymous, or the service itself. */
export const callerWithoutKey = (id: string | null, name: string, role: Role): Caller => ({
  id,
  name,
  role,
  expiresAt: null,
  rateLimit: null,
  grant: null,
})

export const anonymous: Caller = callerWithoutKey(null, 'anonymous', 'anonymous')

/** Whether the caller's role has the permission. */
export const may = (caller: Caller, permission: Permission): boolean =>
  (roles[caller.role] as readonly Permission[]).includes(permission)

/** The author of a write, as revisions and the audit log store it. */
export interface Actor {
  id: string
  name: string
}

/** The caller as an actor; for routes that require a key. */
export const actorOf = (caller: Caller): Actor => ({ id: caller.id ?? caller.role, name: caller.name })
