/**
 * Search in live articles. Hits are ranked by where the terms occur, and with equal scores by time of publication. That
 * gives the same order on both engines, works with cursors, and costs the same per page however many hits there are.
 */
import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { KeyRange } from '../editions/index-key.ts'
import { invalidCursor } from '../lib/cursor.ts'
import type { Term } from '../lib/search-syntax.ts'
import { countMatching } from '../listing/count.ts'
import { indexRange, isEmptyTemplate, type PredicateTemplate, predicateSql } from '../listing/predicates.ts'
import type { IndexQuery } from '../listing/query.ts'
import { editionIndex, editionMatches, matchAll, matchExcept, matchTerms } from '../storage/fulltext.ts'
import { type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { packedRows } from '../storage/packed-rows.ts'
import { placeholder } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** An article that a search finds. */
export interface Hit {
  article: string
  /** Its key in the full-text index. */
  key: number
  /**
   * 4: the query is in the headline as a phrase; 3: all terms are in the headline, in any form; 2: all are in headline
   * and summary; 1: all are anywhere.
   */
  score: number
}

/** The full-text query for the hits with one score. Tiers are disjoint. */
interface Tier {
  score: number
  query: string
}

/** The tiers of a search, best first. */
function tiersOf(terms: Term[]): Tier[] {
  const phrase: Term = { words: terms.flatMap(({ words }) => words), prefix: terms.at(-1)?.prefix ?? false }
  const hasTermTier = terms.length > 1 || terms.some(({ stems = [] }) => stems.length > 0)
  const asPhrase = matchTerms([phrase], 'headline')
  const [headline, top, all] = [matchTerms(terms, 'headline'), matchTerms(terms, 'top'), matchTerms(terms, 'all')]
  return [
    { score: 4, query: asPhrase },
    ...(hasTermTier ? [{ score: 3, query: matchExcept(headline, asPhrase) }] : []),
    { score: 2, query: matchExcept(top, headline) },
    { score: 1, query: matchExcept(all, top) },
  ]
}

interface HitsVariant {
  direction: 'newer' | 'older'
  template: PredicateTemplate
}

/** Selects the hits of one tier within a range of index keys. */
const selectHits = packedRows('search_hits', ['article', 'key'], buildHits, JSON.stringify)

function buildHits(db: Reader, { direction, template }: HitsVariant) {
  const order = { older: desc, newer: asc }[direction]
  const { source, where } = editionMatches(indexRange, {
    direction: direction === 'older' ? 'desc' : 'asc',
    ...(isEmptyTemplate(template) && { limit: placeholder('limit') }),
  })
  return db
    .select({ article: editions.article, key: sql`${editionIndex.key}`.as('key') })
    .from(source)
    .crossJoin(editions)
    .where(and(where, eq(editions.searchKey, editionIndex.key), ...predicateSql(template, editions)))
    .orderBy(order(editionIndex.key))
    .limit(placeholder('limit'))
}

const bothOf = (query: string, filter: string | null): string => (filter === null ? query : matchAll([query, filter]))

/** The position of a hit in the order of a search, and the direction in which to read from there. */
interface Position {
  score: number
  key: number
  back: boolean
}

/** A page of hits, and the best of all. */
interface SearchPage {
  page: Page<Hit>
  best: Hit[]
}

/**
 * A page of the hits that `indexQuery` lets through, and the best `best` of them, both in one pass; none if
 * that is null. Throws `invalid-cursor` for a cursor of another list.
 */
export async function searchEditions(
  db: Reader,
  terms: Term[],
  indexQuery: IndexQuery | null,
  { limit, from, best }: PageRequest & { best: number },
): Promise<SearchPage> {
  if (terms.length === 0 || !indexQuery) return { page: { rows: [], next: null, previous: null }, best: [] }
  const start = from && { ...positionOf(from.keys), back: from.back }
  const { template, values: predicateValues } = indexQuery.otherPredicates
  const variant = { direction: start?.back ? 'newer' : 'older', template } satisfies HitsVariant
  const needed = Math.max(limit + 1, best)
  const hits: Hit[] = []
  for (const { score, query } of tiersFrom(start, tiersOf(terms))) {
    if (hits.length >= needed) break
    const values = {
      ...predicateValues,
      ...keyRangeFrom(start?.score === score ? start : null, indexQuery),
      query: bothOf(query, indexQuery.query),
      limit: needed - hits.length,
    }
    const rows = await selectHits(db, variant, values)
    hits.push(...rows.map(({ article, key }) => ({ article, key: Number(key), score })))
  }
  const page = pageOf(hits.slice(0, limit + 1), { limit, from }, ({ score, key }) => [score, String(key)])
  return { page, best: hits.slice(0, best) }
}

function positionOf([score, key]: readonly [string | number, string]): { score: number; key: number } {
  if (typeof score !== 'number' || !/^-?\d+$/.test(key) || !Number.isSafeInteger(Number(key)))
    throw invalidCursor('this search')
  return { score, key: Number(key) }
}

/** The tiers from a position on, in the direction of reading. */
function tiersFrom(start: Position | null, tiers: Tier[]): Tier[] {
  if (!start) return tiers
  const { score, back } = start
  return back ? tiers.filter((tier) => tier.score >= score).reverse() : tiers.filter((tier) => tier.score <= score)
}

/** The part of a range of index keys that lies beyond a position. */
function keyRangeFrom(start: Position | null, { low, high }: KeyRange): KeyRange {
  if (!start) return { low, high }
  return start.back ? { low: Math.max(low, start.key + 1), high } : { low, high: Math.min(high, start.key - 1) }
}

/** How many hits there are on all pages. */
export async function countHits(db: Reader, terms: Term[], indexQuery: IndexQuery | null): Promise<number> {
  if (terms.length === 0 || !indexQuery) return 0
  const { query, low, high, otherPredicates } = indexQuery
  const values = { query: bothOf(matchTerms(terms, 'all'), query), low, high }
  return countMatching(db, { accessPath: 'index', values, predicates: otherPredicates })
}
