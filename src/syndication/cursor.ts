import * as z from 'zod'
import type { Grant } from '../access/grants.ts'
import { type CursorPlace, decodeCursor, encodeCursor, invalidCursor } from '../lib/cursor.ts'
import { digest } from '../lib/etag.ts'
import { Problem } from '../lib/problem.ts'
import { Id, Timestamp } from '../lib/schemas.ts'

/**
 * A place in the log: up to which change it has been read, and when that change was made, which tells another history
 * with the same numbers apart; 0 and nothing at the beginning.
 */
export interface ChangePosition {
  seq: number
  at: string
}

/** What tells one grant from another: a place in one partner's log is none in another's. */
const markOf = (grant: Grant | null): string => (grant === null ? '' : digest(JSON.stringify(grant)).slice(0, 8))

const seq = z.int().min(0)
const at = z.union([z.literal(''), Timestamp])
const PlaceCursor = z.tuple([seq, at, z.string()])
const SnapshotCursor = z.tuple([seq, at, Id])

/** A place as clients carry it. */
export const encodePosition = ({ seq, at }: ChangePosition, grant: Grant | null): string =>
  encodeCursor('change', [seq, at, markOf(grant)])

/**
 * The place that a client gives back. Throws `invalid-cursor`, which says where the request has it; `cursor-expired` for
 * one made under another grant.
 */
export function decodePosition(cursor: string, grant: Grant | null, where: CursorPlace): ChangePosition {
  const found = decodeCursor('change', PlaceCursor, cursor)
  if (!found) throw invalidCursor('the changes', where)
  const [seq, at, mark] = found
  if (mark !== markOf(grant)) throw cursorExpired('what this key is granted has changed since')
  return { seq, at }
}

/** How a reader goes on in the snapshot: the place from which to follow the changes, and the last article read. */
export interface SnapshotPosition {
  since: ChangePosition
  from: string
}

/** A place in the snapshot as clients carry it. */
export const encodeSnapshot = ({ since, from }: SnapshotPosition): string =>
  encodeCursor('snapshot', [since.seq, since.at, from])

/** The place in the snapshot that a client gives back. Throws `invalid-cursor`. */
export function decodeSnapshot(cursor: string): SnapshotPosition {
  const found = decodeCursor('snapshot', SnapshotCursor, cursor)
  if (!found) throw invalidCursor('the snapshot')
  const [seq, at, from] = found
  return { since: { seq, at }, from }
}

/** Says that the client has to begin anew, and where. */
export const cursorExpired = (why: string): Problem =>
  new Problem('cursor-expired', `${why}: read the snapshot, and go on from the cursor it names`, {
    extensions: { snapshot: '/v1/changes/snapshot' },
  })
