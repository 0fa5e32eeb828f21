/** Which media a caller may have. */
import type { Syndication } from '../lib/media.ts'
import type { Caller } from './roles.ts'

/** What a recipient may have: all media, also those that need a grant for media, or only those that every partner may have. */
export const mediaAccesses = ['all', 'granted', 'allowed'] as const
export type MediaAccess = (typeof mediaAccesses)[number]

/** Partners get what its rights allow; a grant decides where these say so. All others get everything. */
export function mediaAccessOf({ role, grant }: Pick<Caller, 'role' | 'grant'>): MediaAccess {
  if (role !== 'partner') return 'all'
  return grant?.media === true ? 'granted' : 'allowed'
}

/** Whether the rights in a file let it be given on. */
export const mayHave = (access: MediaAccess, syndication: Syndication): boolean =>
  access === 'all' || syndication === 'allowed' || (access === 'granted' && syndication === 'by-grant')
