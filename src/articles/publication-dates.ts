/** The dates of an article that was published elsewhere before, as one of an archive: who may set them, and to what. */

import type { Caller } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { Problem } from '../lib/problem.ts'
import type { articles } from '../storage/schema.ts'

/** The dates in a request: undefined leaves the present date, null clears it. */
export interface RequestedDates {
  publishedAt?: string | null | undefined
  updatedAt?: string | null | undefined
}

/** The columns that the dates of an article depend on. */
type Dated = Pick<typeof articles.$inferSelect, 'publishedAt' | 'updatedAt' | 'liveSlug'>

/** The dates of a working copy: those of its edition, or those that its first edition will have. */
export type PublicationDates = Pick<Dated, 'publishedAt' | 'updatedAt'>

/** Whether a caller may set dates in the past. */
export type MayBackdate = (caller: Caller) => boolean

/** Keys of the full-text index contain the date; they cannot distinguish earlier times. */
const EARLIEST = '1700-01-01T00:00:00.000Z'

/** Whether an article was ever live. */
export const wasLive = ({ liveSlug }: Pick<Dated, 'liveSlug'>): boolean => liveSlug !== null

/**
 * The dates of a working copy after a save. `isPublished` says whether the save publishes it, too. Throws `forbidden` if
 * the caller may not change dates, `validation` for impossible ones, and for a new `updatedAt` of an article that was
 * live before unless the save publishes it.
 */
export function datesOf(
  before: Dated,
  requested: RequestedDates,
  { context, isPublished, mayBackdate }: { context: WriteContext; isPublished: boolean; mayBackdate: MayBackdate },
): PublicationDates {
  const publishedAt = requested.publishedAt === undefined ? before.publishedAt : requested.publishedAt
  const updatedAt = requested.updatedAt === undefined ? before.updatedAt : requested.updatedAt
  const isSame = publishedAt === before.publishedAt && updatedAt === before.updatedAt
  // Even the present date has to be set: publishing would replace it by now.
  const isExplicit = requested.updatedAt !== undefined && isPublished
  if (isSame && !isExplicit) return { publishedAt, updatedAt }
  if (!mayBackdate(context.caller))
    throw new Problem('forbidden', `a key of the role ${context.caller.role} may not set when an article was published`)
  checkPast('publishedAt', publishedAt, context.now)
  checkPast('updatedAt', updatedAt, context.now)
  if (wasLive(before)) {
    checkNotCleared({ publishedAt, updatedAt })
    if (requested.updatedAt !== undefined && updatedAt !== before.updatedAt && !isPublished)
      throw wrong('updatedAt', 'is taken only with publish=true: the article was live')
  }
  // What is published without a date is dated now.
  const from = publishedAt ?? (isPublished ? context.now : null)
  if (requested.updatedAt !== undefined || !wasLive(before)) checkOrder(from, updatedAt)
  return { publishedAt, updatedAt }
}

function checkNotCleared({ publishedAt, updatedAt }: PublicationDates): void {
  if (publishedAt === null) throw wrong('publishedAt', 'cannot be cleared: the article was live')
  if (updatedAt === null) throw wrong('updatedAt', 'cannot be cleared: the article was live')
}

function checkOrder(from: string | null, updatedAt: string | null): void {
  if (updatedAt === null) return
  if (from === null) throw wrong('updatedAt', 'needs publishedAt beside it')
  if (updatedAt < from) throw wrong('updatedAt', 'must not be before publishedAt')
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
