/** The metadata of a feed, from the section, author, tag or source that it is limited to. */

import type { EntryRow } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { pageOfEntry, type Site } from '../editions/site-urls.ts'
import { feedFilters } from '../lib/feed-urls.ts'
import type { Reader } from '../storage/storage.ts'
import type { Feed } from './feed.ts'
import { type FeedScope, type ScopeLimits, scopeTables } from './scope.ts'

/** An entry with the columns for its description and its page; each kind has some of them. */
interface Row extends EntryRow {
  path?: string
  bio?: string | null
  description?: string | null
}

/** The title, the description and the language of a feed, and the page of the site that shows the same. */
export async function feedMetadata(
  db: Reader,
  { names, limits }: FeedScope,
  site: Site,
): Promise<Pick<Feed, 'title' | 'description' | 'home' | 'language'>> {
  const title = names.length > 0 ? `${site.name}: ${names.join(', ')}` : site.name
  const only = await onlyEntry(db, limits)
  const description = names.length > 0 ? (only?.row.description ?? only?.row.bio) : site.description
  const home = only && pageOfEntry(only.kind, only.row, site)
  return { title, description: description ?? title, home: home ?? site.url, language: languageOf(limits, site) }
}

/** The one section, author, tag or source that a feed is limited to, in any language; undefined for several or none. */
async function onlyEntry(db: Reader, limits: ScopeLimits): Promise<{ kind: string; row: Row } | undefined> {
  const [kind, ...others] = feedFilters.filter((name) => name !== 'language' && limits[name] !== undefined)
  const table = kind && scopeTables[kind]
  if (!table || others.length > 0) return undefined
  const [id, ...more] = idsIn(limits, kind)
  const [row] = id === undefined || more.length > 0 ? [] : await loadByIds<Row>(db, table, [id])
  return row && { kind, row }
}

/** The language that the feed is limited to, or that of the site; undefined if it is limited to several. */
function languageOf(limits: ScopeLimits, site: Site): string | undefined {
  if (limits.language === undefined) return site.language
  const [language, ...others] = idsIn(limits, 'language')
  return others.length === 0 ? language : undefined
}

const idsIn = (limits: ScopeLimits, kind: keyof ScopeLimits): string[] => [limits[kind] ?? []].flat(2)
