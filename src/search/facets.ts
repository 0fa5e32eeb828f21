import { and, inArray, ne, sql } from 'drizzle-orm'
import type { EntryTable } from '../catalogue/entry.ts'
import { countOf } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { NONE } from '../editions/content.ts'
import { publicationYearOf } from '../editions/index-key.ts'
import { membersOf } from '../storage/fulltext.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { authors, editionRefs, sections, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Hit } from './query.ts'

/** By what hits are counted. */
export const facetNames = ['section', 'author', 'tag', 'year'] as const
export type FacetName = (typeof facetNames)[number]

/** How many of the best hits are counted. */
export const MAX_COUNTED_HITS = 1_000
/** How many values a facet shows. */
const SHOWN = 10

const tables: Record<string, EntryTable> = { section: sections, author: authors, tag: tags }

const selectCounts = prepared('facet_counts', (db) =>
  db
    .select({ kind: editionRefs.kind, ref: editionRefs.ref, count: countOf })
    .from(editionRefs)
    .where(
      and(
        inArray(editionRefs.kind, Object.keys(tables)),
        ne(editionRefs.ref, NONE),
        sql`${editionRefs.article} in ${membersOf(sql.placeholder('articles'))}`,
      ),
    )
    .groupBy(editionRefs.kind, editionRefs.ref)
    .orderBy(sql`count(*) desc`, editionRefs.ref),
)

export type Facets = Partial<Record<FacetName, { count: number }[]>>

/** How many of the hits there are of each section, author, tag and year; a section counts what is below it. */
export async function facetsOf(db: Reader, hits: Hit[], wanted: readonly FacetName[]): Promise<Facets> {
  const articles = JSON.stringify(hits.map(({ article }) => article))
  const facets: Facets = {}
  const counted = wanted.some((name) => name in tables) ? await selectCounts(db, { articles }) : []
  for (const name of wanted) facets[name] = name === 'year' ? years(hits) : await named(db, name, counted)
  return facets
}

async function named(db: Reader, noun: string, all: { kind: string; ref: string; count: number }[]) {
  const table = tables[noun]
  if (!table) return []
  const counted = all.filter(({ kind }) => kind === noun).slice(0, SHOWN)
  const rows = await loadByIds(
    db,
    table,
    counted.map(({ ref }) => ref),
  )
  const known = new Map(rows.map((row) => [row.id, row]))
  return counted.flatMap(({ ref, count }) => {
    const row = known.get(ref)
    return row ? [{ id: row.id, slug: row.slug, name: row.name, count }] : []
  })
}

function years(hits: Hit[]) {
  const counts = new Map<number, number>()
  for (const { key } of hits) counts.set(publicationYearOf(key), (counts.get(publicationYearOf(key)) ?? 0) + 1)
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || b - a)
  return sorted.slice(0, SHOWN).map(([year, count]) => ({ year, count }))
}
