/**
 * Keys of live editions in the full-text index: integers that sort by time of publication, and are unique. The lowest
 * bits number the editions of one millisecond; the others are that millisecond since 1970.
 */
import { and, desc, gte, lt, sql } from 'drizzle-orm'
import { prepared } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** Comparison operators of time filters, as in `publishedAt[gte]`. */
export const timeOperators = ['gte', 'gt', 'lte', 'lt'] as const
/** Comparisons of a time, all of which must hold. */
export type TimeFilter = [(typeof timeOperators)[number], string][]

/** How many bits of a key number the editions of one millisecond. */
export const SEQUENCE_BITS = 10
const KEYS_PER_MILLISECOND = 2 ** SEQUENCE_BITS

const selectLastKey = prepared('last_index_key', (db) =>
  db
    .select({ key: editions.searchKey })
    .from(editions)
    .where(and(gte(editions.searchKey, sql.placeholder('from')), lt(editions.searchKey, sql.placeholder('to'))))
    .orderBy(desc(editions.searchKey))
    .limit(1),
)

/**
 * A free key for an edition: of its time of publication, or of the next millisecond with a free key. An import may have
 * many thousands of articles with one time, which fill many milliseconds: their end is found by exponential and binary
 * search.
 */
export async function newIndexKey(db: Reader, publishedAt: string): Promise<number> {
  const first = Date.parse(publishedAt)
  /** The next free key of the millisecond at `offset` from the first; undefined if that is full. */
  const freeKey = async (offset: number) => {
    const from = (first + offset) * KEYS_PER_MILLISECOND
    const [last] = await selectLastKey(db, { from, to: from + KEYS_PER_MILLISECOND })
    if (typeof last?.key !== 'number') return from
    return last.key + 1 < from + KEYS_PER_MILLISECOND ? last.key + 1 : undefined
  }
  let lastFull = -1
  let firstOpen = 0
  let key = await freeKey(firstOpen)
  while (key === undefined) {
    lastFull = firstOpen
    firstOpen = 2 * firstOpen + 1
    key = await freeKey(firstOpen)
  }
  while (firstOpen - lastFull > 1) {
    const middle = Math.floor((lastFull + firstOpen) / 2)
    const found = await freeKey(middle)
    if (found === undefined) lastFull = middle
    else [firstOpen, key] = [middle, found]
  }
  return key
}

/** The key of an edition: the one that it has, unless its time of publication is another. */
export const indexKeyFor = async (
  db: Reader,
  publishedAt: string,
  previousKey: number | null | undefined,
): Promise<number> =>
  typeof previousKey === 'number' && publishedAtOf(previousKey) === publishedAt
    ? previousKey
    : newIndexKey(db, publishedAt)

/** The time of publication of a key, in milliseconds since 1970. */
export const millisecondsOf = (key: number): number => Math.floor(key / KEYS_PER_MILLISECOND)

/** The time of publication of a key, as an ISO 8601 timestamp. */
export const publishedAtOf = (key: number): string => new Date(millisecondsOf(key)).toISOString()

/** The year of publication of a key, in UTC. */
export const publicationYearOf = (key: number): number => new Date(millisecondsOf(key)).getUTCFullYear()

/** A range of keys, both ends included. */
export interface KeyRange {
  low: number
  high: number
}

/** The keys of one millisecond. */
export const keysOfMillisecond = (millisecond: number): KeyRange => ({
  low: millisecond * KEYS_PER_MILLISECOND,
  high: (millisecond + 1) * KEYS_PER_MILLISECOND - 1,
})

/** The keys of times of publication that meet a filter. */
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
