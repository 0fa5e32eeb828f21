/** What a feed is of: its name, its names in other systems, and the address at which a hub knows it. */

import type { EntryRow, EntryTable } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { resolveIds, slugOrPathOf } from '../catalogue/resolve.ts'
import { NONE } from '../editions/content.ts'
import { type FeedFilters, feedFilters } from '../lib/feed-urls.ts'
import { canonicalLanguage } from '../lib/languages.ts'
import { authors, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What a feed may be limited to: for each filter the lists of ids that it names; an article has one of each list. */
export type ScopeLimits = { [K in keyof FeedFilters]?: string[][] }

export interface FeedScope {
  /** The names of what the feed is limited to. */
  names: string[]
  limits: ScopeLimits
  /** The filters by ids, which stay when names change, and by the slugs of today. */
  byId: FeedFilters
  bySlug: FeedFilters
  /** Whether a hub is told of the feed: of the whole site, and of one section, author, tag or source. */
  isPublishedToHub: boolean
}

export const scopeTables: Record<string, EntryTable> = {
  section: sections,
  author: authors,
  tag: tags,
  source: sources,
}

/** What the filters of a feed stand for. What they name and is not there has no name, and no article. */
export async function feedScope(db: Reader, filters: FeedFilters): Promise<FeedScope> {
  const topic: FeedScope = { names: [], limits: {}, byId: {}, bySlug: {}, isPublishedToHub: true }
  const given = feedFilters.filter((kind) => filters[kind] !== undefined)
  for (const kind of given) {
    const lists = [filters[kind] ?? []].flat()
    const found = await Promise.all(lists.map((list) => entriesOf(db, kind, referencesIn(list))))
    topic.names.push(...found.flat().flatMap(({ name }) => name ?? []))
    topic.limits[kind] = found.map((entries) => entries.map(({ id }) => id))
    // What leads nowhere stands as it was given: it goes on leading nowhere.
    const listed = (attribute: 'id' | 'slug') =>
      found.map((entries, index) => entries.map((one) => one[attribute]).join(',') || (lists[index] ?? ''))
    topic.byId[kind] = listed('id')
    topic.bySlug[kind] = listed('slug')
  }
  const [only] = given
  const isOne = given.length === 1 && only !== 'language' && topic.names.length === 1
  topic.isPublishedToHub = given.length === 0 || isOne
  return topic
}

const referencesIn = (list: string): string[] => list.split(',').map((one) => one.trim())

/** `none` stands for articles that have no reference of the kind. */
const WITHOUT = { id: NONE, slug: NONE }

async function entriesOf(
  db: Reader,
  kind: string,
  references: string[],
): Promise<{ id: string; slug: string; name?: string }[]> {
  const table = scopeTables[kind]
  if (!table) return references.flatMap((tag) => canonicalLanguage(tag) ?? []).map((tag) => ({ id: tag, slug: tag, name: tag }))
  const named = references.filter((reference) => reference !== NONE)
  const wanted = [...new Set(await resolveIds(db, kind, named.join(',')))]
  const rows = new Map((await loadByIds<EntryRow>(db, table, wanted)).map((row) => [row.id, row]))
  const found: { id: string; slug: string; name?: string }[] = references.includes(NONE) ? [WITHOUT] : []
  for (const id of wanted) {
    const row = rows.get(id)
    if (row?.deletedAt === null) found.push({ id, slug: await slugOrPathOf(db, kind, row), name: row.name })
  }
  return found
}
