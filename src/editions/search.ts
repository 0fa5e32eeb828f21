/**
 * Search in what is live. Hits are ranked by where the words stand, and among equals by time: that is the same on both
 * engines, cursors can go on from it, and a page costs the same however many hits there are.
 */
import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { Problem } from '../lib/problem.ts'
import type { Term } from '../lib/query.ts'
import { butNot, editionWords, match, matches } from '../storage/fulltext.ts'
import type { Page, PageRequest } from '../storage/keyset.ts'
import { editions } from '../storage/schema.ts'
import { type Reader, shaped } from '../storage/storage.ts'

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

/** The hits of one tier before or after a number; `shape` is the direction. */
const selectHits = shaped('search_hits', (db, shape: 'newer' | 'older') => {
  const bound = sql.placeholder('from')
  return db
    .select({ article: editions.article, key: editionWords.key })
    .from(editionWords)
    .crossJoin(editions)
    .where(
      and(
        matches(sql.placeholder('query')),
        shape === 'older' ? lt(editionWords.key, bound) : gt(editionWords.key, bound),
        joined,
      ),
    )
    .orderBy(shape === 'older' ? desc(editionWords.key) : asc(editionWords.key))
    .limit(sql.placeholder('limit'))
})

/** The same with filters, which take many forms. */
const filteredHits = (
  db: Reader,
  shape: 'newer' | 'older',
  where: SQL,
  { query, from, limit }: { query: string; from: number; limit: number },
) =>
  db
    .select({ article: editions.article, key: editionWords.key })
    .from(editionWords)
    .crossJoin(editions)
    .where(
      and(matches(query), shape === 'older' ? lt(editionWords.key, from) : gt(editionWords.key, from), joined, where),
    )
    .orderBy(shape === 'older' ? desc(editionWords.key) : asc(editionWords.key))
    .limit(limit)

/** A page of the hits; `where` is what has to hold for them beside. */
export async function search(
  db: Reader,
  terms: Term[],
  where: SQL | undefined,
  { limit, from }: PageRequest,
): Promise<Page<Hit>> {
  if (terms.length === 0) return { rows: [], next: null, previous: null }
  const start = from && { ...placeIn(from.keys), back: from.back }
  const shape = start?.back ? 'newer' : 'older'
  const edge = shape === 'older' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
  const tiers = tiersOf(terms).filter(
    ({ score }) => !start || (start.back ? score >= start.score : score <= start.score),
  )
  const found: Hit[] = []
  for (const { score, query } of start?.back ? tiers.reverse() : tiers) {
    if (found.length > limit) break
    const values = { query, from: start?.score === score ? start.key : edge, limit: limit + 1 - found.length }
    const hits = where ? await filteredHits(db, shape, where, values) : await selectHits(db, shape, values)
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

/** How many hits there are in all. */
export async function countHits(db: Reader, terms: Term[], where: SQL | undefined): Promise<number> {
  if (terms.length === 0) return 0
  const found = db.select({ count: countOf }).from(editionWords)
  const query = matches(match(terms, 'all'))
  const [row] = where ? await found.innerJoin(editions, joined).where(and(query, where)) : await found.where(query)
  return row?.count ?? 0
}

/** That an edition has all the words, for lists. */
export const hasWords = (terms: Term[]): SQL =>
  terms.length === 0
    ? sql`1 = 0`
    : sql`${editions.searchKey} in (select ${editionWords.key} from ${editionWords} where ${matches(match(terms, 'all'))})`
