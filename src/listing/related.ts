/** Finds the live articles most similar to one, by the references that they share. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { articleCountOf } from '../catalogue/article-counts.ts'
import type { Article } from '../editions/article.ts'
import type { LiveRef } from '../editions/content.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editionRefs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** The weight of a shared reference, by its kind. */
const WEIGHTS = { tag: 4, source: 2, section: 1 }
type WeightedRef = LiveRef & { kind: keyof typeof WEIGHTS }
/** How many references of an article are compared, and how many of the newest articles of each. */
const MAX_REFS = 40
const MAX_ARTICLES = 50
/** How many grades a doubled similarity is divided into. Articles of one grade are sorted by time, newest first. */
const GRADES_PER_DOUBLING = 4

const selectNewest = prepared('newest_of_ref', (db) =>
  db
    .select({ article: editionRefs.article, publishedAt: editionRefs.publishedAt })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, sql.placeholder('kind')), eq(editionRefs.ref, sql.placeholder('ref'))))
    .orderBy(desc(editionRefs.publishedAt), desc(editionRefs.article))
    .limit(MAX_ARTICLES + 1),
)

/**
 * The ids of the articles most similar to this one, at most `limit`, the most similar first. Similarity is the sum of the
 * weights of the tags, sources and the section that both refer to; a reference that few articles have weighs more. Only
 * the newest articles of each reference are compared.
 */
export async function relatedArticles(db: Reader, article: Article, limit: number): Promise<string[]> {
  const candidates = new Map<string, { id: string; publishedAt: string; similarity: number }>()
  for (const { kind, ref } of comparedRefs(article).slice(0, MAX_REFS)) {
    const weight = WEIGHTS[kind] / Math.log2(1 + (await articleCountOf(db, { kind, ref })))
    for (const { article: id, publishedAt } of await selectNewest(db, { kind, ref })) {
      const similarity = (candidates.get(id)?.similarity ?? 0) + weight
      candidates.set(id, { id, publishedAt, similarity })
    }
  }
  candidates.delete(article.id)
  const graded = [...candidates.values()].map((candidate) => ({
    ...candidate,
    grade: Math.round(GRADES_PER_DOUBLING * Math.log2(candidate.similarity)),
  }))
  return graded
    .sort((a, b) => b.grade - a.grade || descending(a.publishedAt, b.publishedAt) || descending(a.id, b.id))
    .slice(0, limit)
    .map(({ id }) => id)
}

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0)

/** The references that are compared: an article's tags, sources, and own section. */
function comparedRefs({ tags, citations, body, section }: Article): WeightedRef[] {
  const quoted = Array.isArray(body)
    ? body.flatMap((block) => (block.type === 'quote' ? (block.source ?? []) : []))
    : []
  const idsByKind = {
    tag: tags,
    section: section === null ? [] : [section],
    source: [...citations.map(({ source }) => source), ...quoted],
  }
  const kinds = Object.keys(idsByKind) as (keyof typeof idsByKind)[]
  return kinds.flatMap((kind) => [...new Set(idsByKind[kind].map(({ id }) => id))].map((ref) => ({ kind, ref })))
}
