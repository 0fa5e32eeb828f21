/** The scope of a feed: the entries that its filters name, and its canonical URLs. */

import { NONE } from '../access/references.ts'
import type { EntryRow, EntryTable } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { resolveIds, slugOrPathOf } from '../catalogue/resolve.ts'
import { type FeedFilters, feedFilters } from '../lib/feed-urls.ts'
import { canonicalLanguage } from '../lib/languages.ts'
import { authors, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** The limits of a feed: for each filter its lists of ids. An article has to refer to one id of every list. */
export type ScopeLimits = { [K in keyof FeedFilters]?: string[][] }

export interface FeedScope {
  /** The names of the entries that the feed is limited to. */
  names: string[]
  limits: ScopeLimits
  /** The filters by id, which never change, and by current slug. */
  byId: FeedFilters
  bySlug: FeedFilters
  /** Whether changes are published to the hub: for the whole site, and for one section, author, tag or source. */
  isPublishedToHub: boolean
}

export const scopeTables: Record<string, EntryTable> = {
  section: sections,
  author: authors,
  tag: tags,
  source: sources,
}

/** Resolves the filters of a feed. A reference that does not exist matches no article. */
export async function feedScope(db: Reader, filters: FeedFilters): Promise<FeedScope> {
  const scope: FeedScope = { names: [], limits: {}, byId: {}, bySlug: {}, isPublishedToHub: true }
  const given = feedFilters.filter((kind) => filters[kind] !== undefined)
  for (const kind of given) {
    const lists = [filters[kind] ?? []].flat()
    const found = await Promise.all(lists.map((list) => entriesOf(db, kind, referencesIn(list))))
    scope.names.push(...found.flat().flatMap(({ name }) => name ?? []))
    scope.limits[kind] = found.map((entries) => entries.map(({ id }) => id))
    // A list without any existing entry stays as it is in the request.
    const listed = (attribute: 'id' | 'slug') =>
      found.map((entries, index) => entries.map((one) => one[attribute]).join(',') || (lists[index] ?? ''))
    scope.byId[kind] = listed('id')
    scope.bySlug[kind] = listed('slug')
  }
  const [only] = given
  const isOne = given.length === 1 && only !== 'language' && scope.names.length === 1
  scope.isPublishedToHub = given.length === 0 || isOne
  return scope
}

const referencesIn = (list: string): string[] => list.split(',').map((one) => one.trim())

/** `none` matches articles that have no reference of the kind. */
const NO_REFERENCE = { id: NONE, slug: NONE }

async function entriesOf(
  db: Reader,
  kind: string,
  references: string[],
): Promise<{ id: string; slug: string; name?: string }[]> {
  const table = scopeTables[kind]
  if (!table)
    return references.flatMap((tag) => canonicalLanguage(tag) ?? []).map((tag) => ({ id: tag, slug: tag, name: tag }))
  const named = references.filter((reference) => reference !== NONE)
  const ids = [...new Set(await resolveIds(db, kind, named.join(',')))]
  const rows = new Map((await loadByIds<EntryRow>(db, table, ids)).map((row) => [row.id, row]))
  const found: { id: string; slug: string; name?: string }[] = references.includes(NONE) ? [NO_REFERENCE] : []
  for (const id of ids) {
    const row = rows.get(id)
    if (row?.deletedAt === null) found.push({ id, slug: await slugOrPathOf(db, kind, row), name: row.name })
  }
  return found
}
