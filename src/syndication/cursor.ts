/** The cursors of the changes and of the snapshot. */
import * as z from 'zod'
import type { Grant } from '../access/grants.ts'
import { type CursorLocation, decodeCursor, encodeCursor, invalidCursor } from '../lib/cursor.ts'
import { digest } from '../lib/etag.ts'
import { Problem } from '../lib/problem.ts'
import { Id, Timestamp } from '../lib/schemas.ts'

/**
 * The last change that was read: its number and its time. The time shows whether the number still means the same change,
 * since numbers are reused after a restore from a backup. 0 and '' are the beginning.
 */
export interface ChangePosition {
  seq: number
  at: string
}

/** A fingerprint of a grant: a cursor of one partner is not valid for another. */
const fingerprint = (grant: Grant | null): string => (grant === null ? '' : digest(JSON.stringify(grant)).slice(0, 8))

const seq = z.int().min(0)
const at = z.union([z.literal(''), Timestamp])
const ChangesCursor = z.tuple([seq, at, z.string()])
const SnapshotCursor = z.tuple([seq, at, Id])

/** The cursor of a position, for a client with this grant. */
export const encodePosition = ({ seq, at }: ChangePosition, grant: Grant | null): string =>
  encodeCursor('change', [seq, at, fingerprint(grant)])

/**
 * The position of a cursor. Throws `invalid-cursor` with where the request has it, and `cursor-expired` for a cursor that
 * was created under another grant.
 */
export function decodePosition(cursor: string, grant: Grant | null, where: CursorLocation): ChangePosition {
  const decoded = decodeCursor('change', ChangesCursor, cursor)
  if (!decoded) throw invalidCursor('the changes', where)
  const [seq, at, createdUnder] = decoded
  if (createdUnder !== fingerprint(grant)) throw cursorExpired('the grant of this key has changed since')
  return { seq, at }
}

/** A position in the snapshot: the last article read, and where to follow the changes from afterwards. */
export interface SnapshotPosition {
  since: ChangePosition
  lastArticle: string
}

/** The cursor of a position in the snapshot. */
export const encodeSnapshot = ({ since, lastArticle }: SnapshotPosition): string =>
  encodeCursor('snapshot', [since.seq, since.at, lastArticle])

/** The position of a cursor of the snapshot. Throws `invalid-cursor`. */
export function decodeSnapshot(cursor: string): SnapshotPosition {
  const decoded = decodeCursor('snapshot', SnapshotCursor, cursor)
  if (!decoded) throw invalidCursor('the snapshot')
  const [seq, at, lastArticle] = decoded
  return { since: { seq, at }, lastArticle }
}

/** The problem for a cursor that cannot be continued: the client has to begin anew, with the snapshot. */
export const cursorExpired = (why: string): Problem =>
  new Problem('cursor-expired', `${why}: read the snapshot, and go on from the cursor it names`, {
    extensions: { snapshot: '/v1/changes/snapshot' },
  })
