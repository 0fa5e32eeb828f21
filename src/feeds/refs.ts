/** In which feeds an article stands: what it refers to, now and before. */
import { and, inArray } from 'drizzle-orm'
import { NONE } from '../editions/content.ts'
import type { Facts } from '../lib/facts.ts'
import { feedFilters } from '../lib/feed-links.ts'
import { rangesOf } from '../lib/languages.ts'
import { memo } from '../lib/memo.ts'
import { editionRefs } from '../storage/schema.ts'
import { numbered, placeholders, type Reader, shaped } from '../storage/storage.ts'
import type { Limits } from './topic.ts'

/** What an article refers to, by the filters of feeds. */
export type Refs = Partial<Record<string, string[]>>

/** Whether an article that refers to this is in a feed. */
export const isWithin = (limits: Limits, refs: Refs): boolean =>
  feedFilters.every((kind) => (limits[kind] ?? []).every((list) => isAny(list, refs[kind] ?? [])))

/** Articles refer to languages by ranges in lower case. */
const isAny = (wanted: string[], refs: string[]): boolean => wanted.some((one) => refs.includes(one.toLowerCase()))

/** What is known of an article that was, without what is not. */
export function refsIn({ sections, authors, tags, sources, language }: Facts): Refs {
  const known = {
    section: orNone(sections),
    author: orNone(authors),
    tag: orNone(tags),
    source: orNone(sources),
    language: language === undefined ? undefined : rangesOf(language),
  }
  return Object.fromEntries(Object.entries(known).filter(([, refs]) => refs !== undefined))
}

const orNone = (refs: string[] | undefined) => (refs?.length === 0 ? [NONE] : refs)

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
