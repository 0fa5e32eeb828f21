/** The dates of an article that was published before it came here, as one of an archive: who may give them, and which. */

import type { Caller } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { Problem } from '../lib/problem.ts'
import type { articles } from '../storage/schema.ts'

/** As a request gives them: undefined leaves what is there, null clears it. */
export interface RequestedDates {
  publishedAt?: string | null | undefined
  updatedAt?: string | null | undefined
}

/** What the dates of an article depend on. */
type Dated = Pick<typeof articles.$inferSelect, 'publishedAt' | 'updatedAt' | 'liveSlug'>

/** The dates that a working copy has: those of its edition, or those that its first one will bear. */
export type PublicationDates = Pick<Dated, 'publishedAt' | 'updatedAt'>

/** Whether a caller may give articles dates of the past. */
export type MayBackdate = (caller: Caller) => boolean

/** The number of an article in the index cannot tell earlier times apart. */
const EARLIEST = '1700-01-01T00:00:00.000Z'

/** Whether an article was ever live. */
export const wasLive = ({ liveSlug }: Pick<Dated, 'liveSlug'>): boolean => liveSlug !== null

/**
 * The dates that a working copy has after a save. Throws `forbidden` if the caller may not change them, `validation` for
 * dates that cannot be. Once an article was live, `updatedAt` is taken only where `goesLive` says that it is published.
 */
export function datesOf(
  before: Dated,
  given: RequestedDates,
  { act, publishScope: goesLive, mayBackdate }: { act: WriteContext; publishScope: boolean; mayBackdate: MayBackdate },
): PublicationDates {
  const publishedAt = given.publishedAt === undefined ? before.publishedAt : given.publishedAt
  const updatedAt = given.updatedAt === undefined ? before.updatedAt : given.updatedAt
  const isSame = publishedAt === before.publishedAt && updatedAt === before.updatedAt
  // Without it, publishing would make it now.
  const keeps = given.updatedAt !== undefined && goesLive
  if (isSame && !keeps) return { publishedAt, updatedAt }
  if (!mayBackdate(act.caller))
    throw new Problem('forbidden', `a key of the role ${act.caller.role} may not set when an article was published`)
  checkPast('publishedAt', publishedAt, act.now)
  checkPast('updatedAt', updatedAt, act.now)
  if (wasLive(before)) {
    if (publishedAt === null) throw wrong('publishedAt', 'cannot be cleared: the article was live')
    if (updatedAt === null) throw wrong('updatedAt', 'cannot be cleared: the article was live')
    if (given.updatedAt !== undefined && updatedAt !== before.updatedAt && !goesLive)
      throw wrong('updatedAt', 'is taken only with publish=true: the article was live')
  }
  // What goes live without a date bears the time of now.
  const from = publishedAt ?? (goesLive ? act.now : null)
  const isGiven = given.updatedAt !== undefined || !wasLive(before)
  if (isGiven && updatedAt !== null && (from === null || updatedAt < from))
    throw wrong('updatedAt', from === null ? 'needs publishedAt beside it' : 'must not be before publishedAt')
  return { publishedAt, updatedAt }
}

function checkPast(name: keyof RequestedDates, date: string | null, now: string): void {
  if (date === null) return
  if (date > now) throw wrong(name, 'must not be in the future: to schedule, publish with `at`')
  if (date < EARLIEST) throw wrong(name, 'must not be before the year 1700')
}

function wrong(name: keyof RequestedDates, message: string): Problem {
  const errors = [{ in: 'body' as const, pointer: `/${name}`, code: 'wrong_time', message }]
  return new Problem('validation', `${name} ${message}`, { errors })
}
