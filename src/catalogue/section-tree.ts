/** The tree of sections: lineages, ancestors, descendants, and what follows when a section moves. */
import { and, eq, inArray, like, sql } from 'drizzle-orm'
import { referringEditions } from '../changes/stale-editions.ts'
import { packedRows } from '../storage/packed-rows.ts'
import { insertRows, numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, sections } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { addToArticleCounts, articleCountOf } from './article-counts.ts'
import type { Breadcrumb } from './breadcrumb.ts'

export type SectionRow = typeof sections.$inferSelect

/** The breadcrumbs from the front page to the last section of a lineage. */
export const breadcrumbsOf = (lineage: SectionRow[]): Breadcrumb[] => [
  { name: 'Home', path: '/' },
  ...lineage.map(({ name, path }) => ({ name, path })),
]

const selectWithAncestors = preparedVariants('sections_with_ancestors', (db, count: number) =>
  db
    .select()
    .from(sections)
    .where(
      sql`${sections.id} in (
        with recursive line (id, parent) as (
          select id, parent from sections where id in ${placeholders(count)}
          union
          select above.id, above.parent from line inner join sections above on above.id = line.parent
        )
        select id from line)`,
    ),
)

/** Loads the lineages of sections: by id, the section and its ancestors, from the top down. */
export async function loadLineages(db: Reader, ids: string[]): Promise<(id: string) => SectionRow[]> {
  const distinct = [...new Set(ids)]
  const rows = distinct.length === 0 ? [] : await selectWithAncestors(db, distinct.length, numberedValues(distinct))
  const known = new Map(rows.map((row) => [row.id, row]))
  return (id) => {
    const lineage: SectionRow[] = []
    for (let row = known.get(id); row; row = row.parent ? known.get(row.parent) : undefined) lineage.unshift(row)
    return lineage
  }
}

/** The ids of a section and its ancestors, from the top down. */
export async function ancestorIds(db: Reader, section: string): Promise<string[]> {
  const lineages = await loadLineages(db, [section])
  return lineages(section).map(({ id }) => id)
}

/** The paths below one begin with it and a slash; `0` is the character after the slash. */
const selectBelow = packedRows<'id', number>(
  'sections_below',
  ['id'],
  (db, count) =>
    db
      .select({ id: sql<string>`below.id`.as('id') })
      .from(sql`${sections} above cross join ${sections} below`)
      .where(
        sql`above.id in ${placeholders(count)}
          and below.path > above.path || '/' and below.path < above.path || '0'`,
      ),
  String,
)

/** The ids of sections and of their descendants. Unknown ids are returned as well: nothing refers to them. */
export async function withDescendants(db: Reader, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const below = await selectBelow(db, ids.length, numberedValues(ids))
  return [...new Set([...ids, ...below.map(({ id }) => id)])]
}

/** Updates the paths of the descendants of a moved section. */
export async function movePaths(tx: Writer, before: SectionRow, after: SectionRow): Promise<void> {
  const rest = sql`substr(${sections.path}, ${before.path.length + 1})`
  await tx
    .update(sections)
    .set({ path: sql`${after.path} || ${rest}` })
    .where(like(sections.path, `${before.path}/%`))
}

/**
 * Updates the references of editions in a moved section and its descendants: from the former ancestors to the present
 * ones. Returns the ids of the ancestors that were removed.
 */
export async function moveRefs(tx: Writer, before: SectionRow, after: SectionRow): Promise<string[]> {
  const parentIds = async ({ parent }: SectionRow) => (parent === null ? ([] as string[]) : ancestorIds(tx, parent))
  const [formerIds, presentIds] = [await parentIds(before), await parentIds(after)]
  const removed = formerIds.filter((id) => !presentIds.includes(id))
  const added = presentIds.filter((id) => !formerIds.includes(id))
  for await (const moved of referringEditions(tx, 'section', after.id)) {
    const articles = moved.map(({ article }) => article)
    const former = and(inArray(editionRefs.article, articles), inArray(editionRefs.ref, removed))
    if (removed.length > 0) await tx.delete(editionRefs).where(and(eq(editionRefs.kind, 'section'), former))
    const rows = added.flatMap((ref) => moved.map((edition) => ({ ...edition, kind: 'section', ref })))
    await insertRows(tx, editionRefs, rows)
  }
  const editions = await articleCountOf(tx, { kind: 'section', ref: after.id })
  await addToArticleCounts(tx, [
    ...removed.map((ref) => ({ kind: 'section', ref, delta: -editions })),
    ...added.map((ref) => ({ kind: 'section', ref, delta: editions })),
  ])
  return removed
}
