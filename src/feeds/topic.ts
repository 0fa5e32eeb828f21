/** What a feed is of: its name, its names in other systems, and the address at which a hub knows it. */
import { byIds } from '../catalogue/by-ids.ts'
import type { EntryRow, EntryTable } from '../catalogue/entry.ts'
import { idOf } from '../catalogue/slugs.ts'
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
  /** The one section, author, tag or source that the feed is of, in whichever languages; undefined if it is of several. */
  only: Entry | undefined
  /** Whether a hub is told of the feed: of the whole site, and of one section, author, tag or source. */
  isAnnounced: boolean
}

/** What of an entry the head of a feed shows. */
interface Entry {
  kind: string
  id: string
  slug: string
  name: string
  /** Of a section alone. */
  path?: string | undefined
  description: string | null
}

export const tables: Record<string, EntryTable> = { section: sections, author: authors, tag: tags, source: sources }

/** What the filters of a feed stand for. What they name and is not there has no name, and no article. */
export async function topicOf(db: Reader, filters: FeedFilters): Promise<Topic> {
  const topic: Topic = { names: [], limits: {}, byId: {}, bySlug: {}, only: undefined, isAnnounced: true }
  const given = feedFilters.filter((kind) => filters[kind] !== undefined)
  const entries: Entry[] = []
  for (const kind of given) {
    const references = (filters[kind] ?? '').split(',').map((one) => one.trim())
    const found = await (kind === 'language' ? languagesIn(references) : entriesOf(db, kind, references))
    entries.push(...found)
    topic.names.push(...found.map(({ name }) => name))
    topic.limits[kind] = found.map(({ id }) => id)
    // What leads nowhere stands as it was given: it goes on leading nowhere.
    topic.byId[kind] = found.length > 0 ? found.map(({ id }) => id).join(',') : filters[kind]
    topic.bySlug[kind] = found.length > 0 ? found.map(({ slug }) => slug).join(',') : filters[kind]
  }
  const named = entries.filter(({ kind }) => kind !== 'language')
  if (named.length === 1 && given.filter((kind) => kind !== 'language').length === 1) topic.only = named[0]
  topic.isAnnounced = given.length === 0 || (given.length === 1 && topic.only !== undefined)
  return topic
}

/** Languages, by their tags in canonical case. */
const languagesIn = (tags: string[]): Entry[] =>
  tags.flatMap((tag) => {
    const { data } = Language.safeParse(tag)
    return data === undefined ? [] : [{ kind: 'language', id: data, slug: data, name: data, description: null }]
  })

/** The columns of the tables that tell what an entry is about, and where its page is. */
interface Row extends EntryRow {
  path?: string
  bio?: string | null
  description?: string | null
}

async function entriesOf(db: Reader, kind: string, references: string[]): Promise<Entry[]> {
  const table = tables[kind]
  if (!table) return []
  const ids = await Promise.all(references.map((reference) => idOf(db, kind, reference)))
  const wanted = [...new Set(ids)].filter((id) => id !== undefined)
  const rows = new Map((await byIds<Row>(db, table, wanted)).map((row) => [row.id, row]))
  return wanted.flatMap((id) => {
    const row = rows.get(id)
    if (row?.deletedAt !== null) return []
    const { slug, name, path, description, bio } = row
    return [{ kind, id, slug, name, path, description: description ?? bio ?? null }]
  })
}
