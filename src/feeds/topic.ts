/** What a feed is of: its name, its names in other systems, and the address at which a hub knows it. */
import { idsOf, nameOf } from '../catalogue/addresses.ts'
import { byIds } from '../catalogue/by-ids.ts'
import type { EntryRow, EntryTable } from '../catalogue/entry.ts'
import { type FeedFilters, feedFilters } from '../lib/feed-links.ts'
import { Language } from '../lib/shapes.ts'
import { authors, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What a feed may be limited to: for each filter that is given, the ids it names. */
export type Limits = { [K in keyof FeedFilters]?: string[] }

export interface Topic {
  /** The names of what the feed is limited to. */
  names: string[]
  limits: Limits
  /** The filters by ids, which stay when names change, and by the slugs of today. */
  byId: FeedFilters
  bySlug: FeedFilters
  /** Whether a hub is told of the feed: of the whole site, and of one section, author, tag or source. */
  isAnnounced: boolean
}

export const tables: Record<string, EntryTable> = { section: sections, author: authors, tag: tags, source: sources }

/** What the filters of a feed stand for. What they name and is not there has no name, and no article. */
export async function topicOf(db: Reader, filters: FeedFilters): Promise<Topic> {
  const topic: Topic = { names: [], limits: {}, byId: {}, bySlug: {}, isAnnounced: true }
  const given = feedFilters.filter((kind) => filters[kind] !== undefined)
  for (const kind of given) {
    const found = await entriesOf(db, kind, filters[kind] ?? '')
    topic.names.push(...found.flatMap(({ name }) => name ?? []))
    topic.limits[kind] = found.map(({ id }) => id)
    // What leads nowhere stands as it was given: it goes on leading nowhere.
    topic.byId[kind] = found.length > 0 ? found.map(({ id }) => id).join(',') : filters[kind]
    topic.bySlug[kind] = found.length > 0 ? found.map(({ slug }) => slug).join(',') : filters[kind]
  }
  const [only] = given
  const isOne = given.length === 1 && only !== 'language' && topic.names.length === 1
  topic.isAnnounced = given.length === 0 || isOne
  return topic
}

async function entriesOf(
  db: Reader,
  kind: string,
  list: string,
): Promise<{ id: string; slug: string; name?: string }[]> {
  const table = tables[kind]
  if (!table) {
    const tags = list.split(',').map((one) => one.trim())
    return tags.filter((tag) => Language.safeParse(tag).success).map((tag) => ({ id: tag, slug: tag, name: tag }))
  }
  const wanted = [...new Set(await idsOf(db, kind, list))]
  const rows = new Map((await byIds<EntryRow>(db, table, wanted)).map((row) => [row.id, row]))
  const found: { id: string; slug: string; name: string }[] = []
  for (const id of wanted) {
    const row = rows.get(id)
    if (row?.deletedAt === null) found.push({ id, slug: await nameOf(db, kind, row), name: row.name })
  }
  return found
}
