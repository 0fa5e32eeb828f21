import { and, inArray, ne, sql } from 'drizzle-orm'
import { NONE } from '../access/references.ts'
import type { EntryTable } from '../catalogue/entry.ts'
import { rowCount } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { publicationYearOf } from '../editions/index-key.ts'
import { jsonArrayElements } from '../storage/fulltext.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { authors, editionRefs, sections, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Hit } from './query.ts'

/** The facets: hits are counted by each. */
export const facetNames = ['section', 'author', 'tag', 'year'] as const
export type FacetName = (typeof facetNames)[number]

/** How many hits facets are counted from at most, the best first. */
export const MAX_COUNTED_HITS = 1_000
/** How many values a facet has at most. */
const MAX_VALUES = 10

const entryTables: Record<string, EntryTable> = { section: sections, author: authors, tag: tags }

const selectCounts = prepared('facet_counts', (db) =>
  db
    .select({ kind: editionRefs.kind, ref: editionRefs.ref, count: rowCount })
    .from(editionRefs)
    .where(
      and(
        inArray(editionRefs.kind, Object.keys(entryTables)),
        ne(editionRefs.ref, NONE),
        sql`${editionRefs.article} in ${jsonArrayElements(sql.placeholder('articles'))}`,
      ),
    )
    .groupBy(editionRefs.kind, editionRefs.ref)
    .orderBy(sql`count(*) desc`, editionRefs.ref),
)

export type Facets = Partial<Record<FacetName, { count: number }[]>>

/** The requested facets of some hits. A section counts the articles of its subsections too. */
export async function facetsOf(
  { db, bounded }: { db: Reader; bounded: Reader },
  hits: Hit[],
  requested: readonly FacetName[],
): Promise<Facets> {
  const articles = JSON.stringify(hits.map(({ article }) => article))
  const facets: Facets = {}
  const refCounts =
    hits.length > 0 && requested.some((name) => name in entryTables) ? await selectCounts(bounded, { articles }) : []
  for (const name of requested) facets[name] = name === 'year' ? yearFacet(hits) : await entryFacet(db, name, refCounts)
  return facets
}

async function entryFacet(db: Reader, noun: string, refCounts: { kind: string; ref: string; count: number }[]) {
  const table = entryTables[noun]
  if (!table) return []
  const counted = refCounts.filter(({ kind }) => kind === noun).slice(0, MAX_VALUES)
  const rows = await loadByIds(
    db,
    table,
    counted.map(({ ref }) => ref),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return counted.flatMap(({ ref, count }) => {
    const row = byId.get(ref)
    return row ? [{ id: row.id, slug: row.slug, name: row.name, count }] : []
  })
}

function yearFacet(hits: Hit[]) {
  const counts = new Map<number, number>()
  for (const { key } of hits) counts.set(publicationYearOf(key), (counts.get(publicationYearOf(key)) ?? 0) + 1)
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || b - a)
  return sorted.slice(0, MAX_VALUES).map(([year, count]) => ({ year, count }))
}
