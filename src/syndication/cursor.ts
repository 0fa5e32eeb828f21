import { digest } from '../lib/etag.ts'
import type { Grant } from '../lib/grant.ts'
import { Problem } from '../lib/problem.ts'

/**
 * A place in the log: up to which change it has been read, and when that change was made, which tells another history
 * with the same numbers apart; 0 and nothing at the beginning.
 */
export interface Place {
  seq: number
  at: string
}

/** What tells one grant from another: a place in one partner's log is none in another's. */
const markOf = (grant: Grant | null): string => (grant === null ? '' : digest(JSON.stringify(grant)).slice(0, 8))

/** A place as clients carry it. */
export function encodePlace({ seq, at }: Place, grant: Grant | null): string {
  const text = JSON.stringify([seq, at, markOf(grant)])
  return Buffer.from(digest(`change${text}`).slice(0, 8) + text).toString('base64url')
}

/** The place that a client gives back. Throws `invalid-cursor`; `cursor-expired` for one made under another grant. */
export function decodePlace(cursor: string, grant: Grant | null): Place {
  const text = Buffer.from(cursor, 'base64url').toString()
  const body = text.slice(8)
  if (digest(`change${body}`).slice(0, 8) !== text.slice(0, 8)) throw invalid()
  const [seq, at, mark] = JSON.parse(body) as [number, string, string]
  if (mark !== markOf(grant)) throw expired('what this key is granted has changed since')
  return { seq, at }
}

function invalid(): Problem {
  const message = 'is not a cursor of the changes'
  const errors = [{ in: 'query' as const, pointer: '/since', code: 'invalid_cursor', message }]
  return new Problem('invalid-cursor', `since ${message}`, { errors })
}

/** Says that the client has to begin anew, and where. */
export const expired = (why: string): Problem =>
  new Problem('cursor-expired', `${why}: read the snapshot, and go on from the cursor it names`, {
    more: { snapshot: '/v1/changes/snapshot' },
  })
