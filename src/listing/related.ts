/** The live articles that are most like one: that share what is most telling about it. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { articleCountOf } from '../catalogue/article-counts.ts'
import type { Article } from '../editions/article.ts'
import type { LiveRef } from '../editions/content.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editionRefs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What it says about an article to share one of these. */
const WEIGHTS = { tag: 4, source: 2, section: 1 }
type Telling = LiveRef & { kind: keyof typeof WEIGHTS }
/** How many references of an article are looked at, and how many of the newest articles of each. */
const MAX_REFS = 40
const NEWEST = 50
/** How many grades of likeness there are from one article to another twice as like; within a grade newer is better. */
const GRADES = 4

const selectNewest = prepared('newest_of_ref', (db) =>
  db
    .select({ article: editionRefs.article, publishedAt: editionRefs.publishedAt })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, sql.placeholder('kind')), eq(editionRefs.ref, sql.placeholder('ref'))))
    .orderBy(desc(editionRefs.publishedAt), desc(editionRefs.article))
    .limit(NEWEST + 1),
)

/**
 * The ids of the articles most like this one, the most alike first, at most `limit`. Each tag, source and section that
 * two articles share counts; the fewer articles have it, the more. Of each only the newest articles are looked at.
 */
export async function relatedArticles(db: Reader, article: Article, limit: number): Promise<string[]> {
  const found = new Map<string, { id: string; publishedAt: string; likeness: number }>()
  for (const { kind, ref } of refsIn(article).slice(0, MAX_REFS)) {
    const weight = WEIGHTS[kind] / Math.log2(1 + (await articleCountOf(db, { kind, ref })))
    for (const { article: id, publishedAt } of await selectNewest(db, { kind, ref })) {
      const likeness = (found.get(id)?.likeness ?? 0) + weight
      found.set(id, { id, publishedAt, likeness })
    }
  }
  found.delete(article.id)
  const graded = [...found.values()].map((one) => ({ ...one, grade: Math.round(GRADES * Math.log2(one.likeness)) }))
  return graded
    .sort((a, b) => b.grade - a.grade || descending(a.publishedAt, b.publishedAt) || descending(a.id, b.id))
    .slice(0, limit)
    .map(({ id }) => id)
}

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0)

/** What tells what an article is about: its tags, its sources, and the section that it stands in itself. */
function refsIn({ tags, citations, body, section }: Article): Telling[] {
  const quoted = Array.isArray(body)
    ? body.flatMap((block) => (block.type === 'quote' ? (block.source ?? []) : []))
    : []
  const all = {
    tag: tags,
    section: section === null ? [] : [section],
    source: [...citations.map(({ source }) => source), ...quoted],
  }
  const kinds = Object.keys(all) as (keyof typeof all)[]
  return kinds.flatMap((kind) => [...new Set(all[kind].map(({ id }) => id))].map((ref) => ({ kind, ref })))
}
