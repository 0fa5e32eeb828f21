/**
 * Search in what is live. Hits are ranked by where the words stand, and among equals by time: that is the same on both
 * engines, cursors can go on from it, and a page costs the same however many hits there are.
 */
import { and, asc, desc, eq } from 'drizzle-orm'
import { invalidCursor } from '../lib/cursor.ts'
import type { Term } from '../lib/search-syntax.ts'
import { countMatching } from '../listing/count.ts'
import { isIndexMatchSql, type PredicateTemplate, predicateSql } from '../listing/predicates.ts'
import type { IndexQuery } from '../listing/query.ts'
import { allOf, butNot, editionIndex, match } from '../storage/fulltext.ts'
import type { Page, PageRequest } from '../storage/keyset.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What was found: the article, its number in the index, and how well it fits. */
export interface Hit {
  article: string
  key: number
  /**
   * 4: the query stands as it is in the headline, as a phrase; 3: all of it in the headline, in any form; 2: there and in
   * the summary; 1: anywhere.
   */
  score: number
}

/** What is searched for, as the index takes it: best first, no two with a hit in common. */
interface Tier {
  score: number
  query: string
}

function tiersOf(terms: Term[]): Tier[] {
  const phrase: Term = { words: terms.flatMap(({ words }) => words), prefix: terms.at(-1)?.prefix ?? false }
  const isMore = terms.length > 1 || terms.some(({ stems = [] }) => stems.length > 0)
  const asPhrase = match([phrase], 'headline')
  const [headline, top, all] = [match(terms, 'headline'), match(terms, 'top'), match(terms, 'all')]
  return [
    { score: 4, query: asPhrase },
    ...(isMore ? [{ score: 3, query: butNot(headline, asPhrase) }] : []),
    { score: 2, query: butNot(top, headline) },
    { score: 1, query: butNot(all, top) },
  ]
}

/** What a query for hits is prepared for: the direction, and what has to hold beside. */
interface Listing {
  direction: 'newer' | 'older'
  conditions: PredicateTemplate
}

/** The hits of one tier between two numbers. */
const selectHits = preparedVariants('search_hits', (db, text: string) => {
  const { direction, conditions } = JSON.parse(text) as Listing
  const order = { older: desc, newer: asc }[direction]
  return db
    .select({ article: editions.article, key: editionIndex.key })
    .from(editionIndex)
    .crossJoin(editions)
    .where(and(isIndexMatchSql, eq(editions.searchKey, editionIndex.key), ...predicateSql(conditions, editions)))
    .orderBy(order(editionIndex.key))
    .limit(placeholder('limit'))
})

/** What both ask for. */
const both = (query: string, other: string | null): string => (other === null ? query : allOf([query, other]))

/** A page of the hits among what is sought; of none if that is null. */
export async function searchEditions(
  db: Reader,
  terms: Term[],
  sought: IndexQuery | null,
  { limit, from }: PageRequest,
): Promise<Page<Hit>> {
  if (terms.length === 0 || !sought) return { rows: [], next: null, previous: null }
  const start = from && { ...placeIn(from.keys), back: from.back }
  const direction = start?.back ? 'newer' : 'older'
  const { otherPredicates: rest } = sought
  const shape = JSON.stringify({ direction, conditions: rest.template } satisfies Listing)
  const tiers = tiersOf(terms).filter(
    ({ score }) => !start || (start.back ? score >= start.score : score <= start.score),
  )
  const found: Hit[] = []
  for (const { score, query } of start?.back ? tiers.reverse() : tiers) {
    if (found.length > limit) break
    const values = {
      ...rest.values,
      ...beyond(sought, start?.score === score ? start : null),
      query: both(query, sought.query),
      limit: limit + 1 - found.length,
    }
    const hits = await selectHits(db, shape, values)
    found.push(...hits.map((hit) => ({ ...hit, score })))
  }
  const hasMore = found.length > limit
  const kept = found.slice(0, limit)
  const rows = start?.back ? kept.reverse() : kept
  const keysOf = (hit: Hit | undefined) => (hit ? ([hit.score, String(hit.key)] as const) : null)
  return {
    rows,
    next: (start?.back ? true : hasMore) ? keysOf(rows.at(-1)) : null,
    previous: (start?.back ? hasMore : start !== null) ? keysOf(rows[0]) : null,
  }
}

function placeIn([score, key]: readonly [string | number, string]): { score: number; key: number } {
  if (typeof score !== 'number' || !/^-?\d+$/.test(key) || !Number.isSafeInteger(Number(key)))
    throw invalidCursor('this search')
  return { score, key: Number(key) }
}

/** The numbers on the other side of where a page begins. */
function beyond({ low, high }: IndexQuery, start: { key: number; back: boolean } | null) {
  if (!start) return { low, high }
  return start.back ? { low: Math.max(low, start.key + 1), high } : { low, high: Math.min(high, start.key - 1) }
}

/** How many hits there are in all. */
export async function countHits(db: Reader, terms: Term[], sought: IndexQuery | null): Promise<number> {
  if (terms.length === 0 || !sought) return 0
  const { query, low, high, otherPredicates: rest } = sought
  const values = { query: both(match(terms, 'all'), query), low, high }
  return countMatching(db, { accessPath: 'index', values, predicates: rest })
}
