/**
 * Search in what is live. Hits are ranked by where the words stand, and among equals by time: that is the same on both
 * engines, cursors can go on from it, and a page costs the same however many hits there are.
 */
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { Problem } from '../lib/problem.ts'
import type { Term } from '../lib/query.ts'
import { butNot, editionWords, match, matches } from '../storage/fulltext.ts'
import type { Page, PageRequest } from '../storage/keyset.ts'
import { editions } from '../storage/schema.ts'
import { placeholder, type Reader, shaped } from '../storage/storage.ts'
import { type Conditions, met, type Shape } from './shape.ts'

/** What was found: the article, its number in the index, and how well it fits. */
export interface Hit {
  article: string
  key: number
  /** 4: the query stands as a phrase in the headline; 3: all of it in the headline; 2: there and in the summary; 1. */
  score: number
}

/** What is searched for, as the index takes it: best first, no two with a hit in common. */
interface Tier {
  score: number
  query: string
}

function tiersOf(terms: Term[]): Tier[] {
  const phrase: Term = { words: terms.flatMap(({ words }) => words), prefix: terms.at(-1)?.prefix ?? false }
  const asPhrase = match([phrase], 'headline')
  const [headline, top, all] = [match(terms, 'headline'), match(terms, 'top'), match(terms, 'all')]
  return [
    { score: 4, query: asPhrase },
    ...(terms.length > 1 ? [{ score: 3, query: butNot(headline, asPhrase) }] : []),
    { score: 2, query: butNot(top, headline) },
    { score: 1, query: butNot(all, top) },
  ]
}

const joined = eq(editions.searchKey, editionWords.key)

/** What a query for hits is prepared for: the direction, and what has to hold beside. */
interface Listing {
  direction: 'newer' | 'older'
  conditions: Shape
}

/** The hits of one tier before or after a number. */
const selectHits = shaped('search_hits', (db, text: string) => {
  const { direction, conditions } = JSON.parse(text) as Listing
  const [bound, compare, order] = [
    sql.placeholder('from'),
    ...({ older: [lt, desc], newer: [gt, asc] } as const)[direction],
  ]
  return db
    .select({ article: editions.article, key: editionWords.key })
    .from(editionWords)
    .crossJoin(editions)
    .where(
      and(matches(sql.placeholder('query')), compare(editionWords.key, bound), joined, ...met(conditions, editions)),
    )
    .orderBy(order(editionWords.key))
    .limit(placeholder('limit'))
})

/** A page of the hits that meet the conditions. */
export async function search(
  db: Reader,
  terms: Term[],
  conditions: Conditions,
  { limit, from }: PageRequest,
): Promise<Page<Hit>> {
  if (terms.length === 0) return { rows: [], next: null, previous: null }
  const start = from && { ...placeIn(from.keys), back: from.back }
  const direction = start?.back ? 'newer' : 'older'
  const shape = JSON.stringify({ direction, conditions: conditions.shape } satisfies Listing)
  const edge = direction === 'older' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
  const tiers = tiersOf(terms).filter(
    ({ score }) => !start || (start.back ? score >= start.score : score <= start.score),
  )
  const found: Hit[] = []
  for (const { score, query } of start?.back ? tiers.reverse() : tiers) {
    if (found.length > limit) break
    const place = { from: start?.score === score ? start.key : edge, limit: limit + 1 - found.length }
    const hits = await selectHits(db, shape, { ...conditions.values, ...place, query })
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
  if (typeof score !== 'number' || !/^-?\d{1,16}$/.test(key))
    throw new Problem('invalid-cursor', 'the cursor is not one of this search')
  return { score, key: Number(key) }
}

const selectCount = shaped('search_count', (db, text: string) => {
  const conditions = met(JSON.parse(text) as Shape, editions)
  const found = db.select({ count: countOf }).from(editionWords)
  const query = matches(sql.placeholder('query'))
  return conditions.length === 0
    ? found.where(query)
    : found.innerJoin(editions, joined).where(and(query, ...conditions))
})

/** How many hits there are in all. */
export async function countHits(db: Reader, terms: Term[], { shape, values }: Conditions): Promise<number> {
  if (terms.length === 0) return 0
  const [row] = await selectCount(db, JSON.stringify(shape), { ...values, query: match(terms, 'all') })
  return row?.count ?? 0
}
