/** In which feeds an article stands: what it refers to, now and before. */
import { and, inArray } from 'drizzle-orm'
import type { Facts } from '../lib/facts.ts'
import { feedFilters } from '../lib/feed-links.ts'
import { memo } from '../lib/memo.ts'
import { editionRefs } from '../storage/schema.ts'
import { numbered, placeholders, type Reader, shaped } from '../storage/storage.ts'
import type { Limits } from './topic.ts'

/** What an article refers to, by the filters of feeds. */
export type Refs = Partial<Record<string, string[]>>

/** Whether an article that refers to this is in a feed. */
export const isWithin = (limits: Limits, refs: Refs): boolean =>
  feedFilters.every((kind) => limits[kind] === undefined || refs[kind]?.some((ref) => limits[kind]?.includes(ref)))

/** What is known of an article that was, without what is not. */
export function refsIn({ sections, authors, tags, sources, language }: Facts): Refs {
  const known = {
    section: sections,
    author: authors,
    tag: tags,
    source: sources,
    language: language === undefined ? undefined : [language],
  }
  return Object.fromEntries(Object.entries(known).filter(([, refs]) => refs !== undefined))
}

const selectRefs = shaped('feed_refs', (db, count: number) =>
  db
    .select({ article: editionRefs.article, kind: editionRefs.kind, ref: editionRefs.ref })
    .from(editionRefs)
    .where(and(inArray(editionRefs.article, placeholders(count)), inArray(editionRefs.kind, [...feedFilters]))),
)

/** What those of the articles that are live refer to. */
export async function liveRefs(db: Reader, articles: string[]): Promise<Map<string, Refs>> {
  const found = new Map<string, Refs>()
  if (articles.length === 0) return found
  for (const { article, kind, ref } of await selectRefs(db, articles.length, numbered(articles))) {
    const refs = memo(found, article, (): Refs => ({}))
    refs[kind] = [...(refs[kind] ?? []), ref]
  }
  return found
}
