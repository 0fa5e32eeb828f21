/** The numbers of live editions in the index: they sort by time of publication, and no two are the same. */
import { and, desc, gte, lt, sql } from 'drizzle-orm'
import { prepared } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** How a time can be compared with another, as in `publishedAt[gte]`. */
export const timeOperators = ['gte', 'gt', 'lte', 'lt'] as const
/** Times that a list is limited to: each has to hold. */
export type TimeFilter = [(typeof timeOperators)[number], string][]

/** How many bits of a number tell apart what went live in the same millisecond; those above are the time. */
export const SEQUENCE_BITS = 10
const ROOM = 2 ** SEQUENCE_BITS

const selectLast = prepared('search_key_before', (db) =>
  db
    .select({ key: editions.searchKey })
    .from(editions)
    .where(and(gte(editions.searchKey, sql.placeholder('from')), lt(editions.searchKey, sql.placeholder('to'))))
    .orderBy(desc(editions.searchKey))
    .limit(1),
)

/**
 * A number for an edition: of its time of publication, or of a later millisecond that has room. An archive may bring
 * many thousands with one time, which fill one millisecond after the other: the end of these is found by halving.
 */
export async function newIndexKey(db: Reader, publishedAt: string): Promise<number> {
  const first = Date.parse(publishedAt)
  /** The next free number of the millisecond that is `offset` behind the first; undefined if that is full. */
  const free = async (offset: number) => {
    const from = (first + offset) * ROOM
    const [last] = await selectLast(db, { from, to: from + ROOM })
    if (typeof last?.key !== 'number') return from
    return last.key + 1 < from + ROOM ? last.key + 1 : undefined
  }
  let full = -1
  let open = 0
  let key = await free(open)
  while (key === undefined) {
    full = open
    open = 2 * open + 1
    key = await free(open)
  }
  while (open - full > 1) {
    const middle = Math.floor((full + open) / 2)
    const found = await free(middle)
    if (found === undefined) full = middle
    else [open, key] = [middle, found]
  }
  return key
}

/** The millisecond of publication that a number stands for, since 1970. */
export const millisecondsOf = (key: number): number => Math.floor(key / ROOM)

/** The time of publication that a number stands for. */
export const publishedAtOf = (key: number): string => new Date(millisecondsOf(key)).toISOString()

/** The year of publication that a number stands for. */
export const publicationYearOf = (key: number): number => new Date(millisecondsOf(key)).getUTCFullYear()

/** A range of numbers, both ends included. */
export interface KeyRange {
  low: number
  high: number
}

/** All that may have gone live in a millisecond. */
export const keysOfMillisecond = (moment: number): KeyRange => ({ low: moment * ROOM, high: (moment + 1) * ROOM - 1 })

/** The numbers of what was published in these times. */
export function keyRangeOf(publishedAt: TimeFilter): KeyRange {
  const range = { low: Number.MIN_SAFE_INTEGER, high: Number.MAX_SAFE_INTEGER }
  for (const [operator, time] of publishedAt) {
    const { low, high } = keysOfMillisecond(Date.parse(time))
    if (operator === 'gte') range.low = Math.max(range.low, low)
    if (operator === 'gt') range.low = Math.max(range.low, high + 1)
    if (operator === 'lte') range.high = Math.min(range.high, high)
    if (operator === 'lt') range.high = Math.min(range.high, low - 1)
  }
  return range
}
