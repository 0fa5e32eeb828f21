/** Which feeds an article belongs to, by what it refers to now or referred to before. */
import { and, inArray } from 'drizzle-orm'
import type { References } from '../access/references.ts'
import { getOrCreate } from '../lib/cache.ts'
import { feedFilters } from '../lib/feed-urls.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ScopeLimits } from './scope.ts'

/** Whether an article with these references belongs to a feed. */
export const isInScope = (limits: ScopeLimits, refs: References): boolean =>
  feedFilters.every((kind) => (limits[kind] ?? []).every((list) => isAny(list, refs[kind] ?? [])))

/** References to languages are in lower case. */
const isAny = (ids: string[], refs: string[]): boolean => ids.some((id) => refs.includes(id.toLowerCase()))

const selectRefs = preparedVariants('feed_refs', (db, count: number) =>
  db
    .select({ article: editionRefs.article, kind: editionRefs.kind, ref: editionRefs.ref })
    .from(editionRefs)
    .where(and(inArray(editionRefs.article, placeholders(count)), inArray(editionRefs.kind, [...feedFilters]))),
)

/** The references of those articles that are live. */
export async function liveReferences(db: Reader, articles: string[]): Promise<Map<string, References>> {
  const found = new Map<string, References>()
  if (articles.length === 0) return found
  for (const { article, kind, ref } of await selectRefs(db, articles.length, numberedValues(articles))) {
    const refs = getOrCreate(found, article, (): References => ({}))
    refs[kind] = [...(refs[kind] ?? []), ref]
  }
  return found
}
