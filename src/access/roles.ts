import type { Grant } from './grants.ts'

/** What can be allowed. */
export const permissions = {
  'live:read': 'read what is live',
  'changes:read': 'follow the changes',
  'drafts:write': 'create articles, read and edit own drafts',
  'content:write': 'everything on content: every draft, publishing, authors, sources, sections, tags',
  admin: 'keys, permanent deletion',
} as const
export type Permission = keyof typeof permissions

/** What each role of a key may do; `anonymous` is a caller without a key. */
export const roles = {
  anonymous: ['live:read'],
  reader: ['live:read'],
  partner: ['live:read', 'changes:read'],
  contributor: ['live:read', 'drafts:write'],
  editor: ['live:read', 'changes:read', 'drafts:write', 'content:write'],
  admin: ['live:read', 'changes:read', 'drafts:write', 'content:write', 'admin'],
} as const satisfies Record<string, readonly Permission[]>
export type Role = keyof typeof roles

/** Roles that a key can have. */
export const keyRoles = ['reader', 'partner', 'contributor', 'editor', 'admin'] as const satisfies readonly Role[]
export type KeyRole = (typeof keyRoles)[number]

/** Whoever sends a request. `id` is the key's, or null without one. */
export interface Caller {
  id: string | null
  name: string
  role: Role
  expiresAt: string | null
  /** Requests a minute, where the key has a limit of its own. */
  rateLimit: number | null
  /** What a partner may have; null sets no limit. */
  grant: Grant | null
}

/** Somebody without a key of their own in the database. */
export const callerWithoutKey = (id: string | null, name: string, role: Role): Caller => ({
  id,
  name,
  role,
  expiresAt: null,
  rateLimit: null,
  grant: null,
})

export const anonymous: Caller = callerWithoutKey(null, 'anonymous', 'anonymous')

/** Whether the caller may do it. */
export const may = (caller: Caller, permission: Permission): boolean =>
  (roles[caller.role] as readonly Permission[]).includes(permission)

/** Who did something, as it is kept on record. */
export interface Actor {
  id: string
  name: string
}

/** The caller as an actor: for routes that need a key. */
export const actorOf = (caller: Caller): Actor => ({ id: caller.id ?? caller.role, name: caller.name })
