import { and, asc, eq, inArray, isNull, like, sql } from 'drizzle-orm'
import * as z from 'zod'
import { markLinkingStale } from '../changes/log.ts'
import { Problem } from '../lib/problem.ts'
import { commaSeparated } from '../lib/query-parameters.ts'
import { Id, prose, Reference, SitePath, Slug } from '../lib/schemas.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editionRefs, sections } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { addToCounts, articleCounts, countOfRef } from './article-counts.ts'
import { Breadcrumb } from './breadcrumb.ts'
import { type EntryKind, entryFacts, entryInput, entrySorts, entryView } from './entry.ts'
import { loadByIds } from './loader.ts'
import { idOf, idsOf } from './resolve.ts'
import { resolveEntry } from './store.ts'

/** How many sections may stand above one another. */
const MAX_DEPTH = 10
/** How many of the sections below it a front page has. */
const MAX_CHILDREN = 50

const input = {
  ...entryInput,
  parent: Reference.nullish().meta({ description: 'The section above this one; null at the top.' }),
  description: prose(5_000).nullish().meta({ description: 'What the section is about.' }),
  position: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: 'The place among the sections beside it; the lowest comes first.' }),
}

export const NewSection = z.strictObject(input).meta({
  id: 'NewSection',
  description: 'A section to create.',
  examples: [{ name: 'Asia', parent: 'world-news', position: 1 }],
})
export type NewSection = z.infer<typeof NewSection>

export const SectionPatch = z
  .strictObject(input)
  .partial()
  .meta({ id: 'SectionPatch', description: 'The changes to a section.', examples: [{ parent: null }] })

export const Section = z
  .object({
    ...entryView,
    slug: Slug.meta({ description: 'The slug of the section.', examples: ['asia'] }),
    name: z.string().meta({ description: 'The name of the section.', examples: ['Asia'] }),
    path: z
      .string()
      .meta({ description: 'The path on the site: the slugs from the top to here.', examples: ['/world-news/asia'] }),
    parent: z
      .object({
        id: Id,
        slug: Slug,
        name: z.string().meta({ description: 'The name of that section.' }),
        path: z.string().meta({ description: 'The path of that section.' }),
      })
      .nullable()
      .meta({ description: 'The section above this one; null at the top.' }),
    breadcrumbs: z.array(Breadcrumb).meta({ description: 'The way from the front page to here.' }),
    description: z.string().nullable().meta({ description: 'What the section is about.' }),
    position: z
      .int()
      .meta({ description: 'The place among the sections beside it; the lowest comes first.', examples: [1] }),
    ...entryFacts,
  })
  .meta({ id: 'Section', description: 'A part of the site, in a tree.' })

export type SectionRow = typeof sections.$inferSelect

export const sectionKind: EntryKind<SectionRow, NewSection> = {
  noun: 'section',
  plural: 'sections',
  title: 'Section',
  table: sections,
  Input: NewSection,
  Patch: SectionPatch,
  View: Section,
  sorts: {
    ...entrySorts({ noun: 'section', table: sections }),
    path: { kind: 'text', column: sections.path },
    position: { kind: 'number', column: sections.position },
  },
  sort: 'path',
  above: { name: 'parent', column: sections.parent },
  filters: {
    parent: z
      .string()
      .max(1_000)
      .optional()
      .meta({
        description: 'Ids, slugs or paths: sections right below any of these; `none` for the sections at the top.',
        ...commaSeparated({ type: 'string' }),
      }),
    path: SitePath.optional().meta({
      description: 'The one section that is at this path, or was: then its `path` is where it is today.',
      examples: ['/world-news/asia'],
    }),
  },
  where: async (db, { parent, path }) => [
    parent === undefined ? undefined : await isBelow(db, String(parent)),
    path === undefined ? undefined : eq(sections.id, (await idOf(db, 'section', String(path))) ?? ''),
  ],
  scope: async (db, { parent }) => (await resolveEntry<SectionRow>(db, sectionKind, parent, '/parent'))?.id ?? null,
  async columns(db, { parent, description = null, position = 0 }, self, slug) {
    const above = await resolveEntry<SectionRow>(db, sectionKind, parent, '/parent')
    if (self && above && isWithin(above, self)) throw wrongParent('must not be the section itself or one below it')
    const path = `${above?.path ?? ''}/${slug}`
    const below = self && self.parent !== (above?.id ?? null) ? await levelsBelow(db, self) : 0
    if (depthOf(path) + below > MAX_DEPTH) throw wrongParent(`is too deep: ${MAX_DEPTH} levels at most`)
    return { parent: above?.id ?? null, path, description, position }
  },
  inputOf: ({ name, slug, parent, description, position }) => ({ name, slug, parent, description, position }),
  async views(db, rows) {
    const lineages = await lineagesOf(db, rows)
    const articleCount = await articleCounts(
      db,
      'section',
      rows.map((row) => row.id),
    )
    return rows.map(({ version: _, deletedAt: __, parent, ...row }) => {
      const lineage = lineages(row.id)
      return {
        ...row,
        parent: lineage.find(({ id }) => id === parent) ?? null,
        breadcrumbs: breadcrumbsOf(lineage),
        articleCount: articleCount(row.id),
      }
    })
  },
  below: (db, { id }) =>
    db
      .select()
      .from(sections)
      .where(and(eq(sections.parent, id), isNull(sections.deletedAt)))
      .orderBy(asc(sections.position), asc(sections.id))
      .limit(MAX_CHILDREN),
  async follow(tx, before, after) {
    if (before.path === after.path) return null
    await movePaths(tx, before, after)
    await markLinkingStale(tx, 'section', after.id, after.updatedAt)
    return before.parent === after.parent ? null : { sections: await moveRefs(tx, before, after) }
  },
}

const isBelow = async (db: Reader, parent: string) =>
  parent === 'none' ? isNull(sections.parent) : inArray(sections.parent, await idsOf(db, 'section', parent, 'parent'))

const depthOf = (path: string): number => path.split('/').length - 1

/** How many levels of sections there are below one; those in the trash do not count. */
async function levelsBelow(db: Reader, { path }: SectionRow): Promise<number> {
  const below = await db
    .select({ path: sections.path })
    .from(sections)
    .where(and(like(sections.path, `${path}/%`), isNull(sections.deletedAt)))
  return Math.max(0, ...below.map((one) => depthOf(one.path) - depthOf(path)))
}

const isWithin = (inner: SectionRow, outer: SectionRow): boolean =>
  inner.id === outer.id || inner.path.startsWith(`${outer.path}/`)

function wrongParent(message: string): Problem {
  return new Problem('validation', `parent ${message}`, {
    errors: [{ in: 'body', pointer: '/parent', code: 'circular', message }],
  })
}

/** From the front page to the last of the sections. */
export const breadcrumbsOf = (lineage: SectionRow[]): Breadcrumb[] => [
  { name: 'Home', path: '/' },
  ...lineage.map(({ name, path }) => ({ name, path })),
]

/** For each of the sections the way to it, from the top, itself included. */
export async function lineagesOf(db: Reader, rows: SectionRow[]): Promise<(id: string) => SectionRow[]> {
  const known = new Map(rows.map((row) => [row.id, row]))
  const missing = () => [...known.values()].flatMap(({ parent }) => (parent && !known.has(parent) ? [parent] : []))
  for (let ids = missing(); ids.length > 0; ids = missing())
    for (const row of await loadByIds<SectionRow>(db, sections, [...new Set(ids)])) known.set(row.id, row)
  return (id) => {
    const lineage: SectionRow[] = []
    for (let row = known.get(id); row; row = row.parent ? known.get(row.parent) : undefined) lineage.unshift(row)
    return lineage
  }
}

/** The ids of the section and of all above it. */
export async function sectionsAbove(db: Reader, section: string): Promise<string[]> {
  const lineages = await lineagesOf(db, await loadByIds<SectionRow>(db, sections, [section]))
  return lineages(section).map(({ id }) => id)
}

const selectTree = prepared('section_tree', (db) => db.select({ id: sections.id, path: sections.path }).from(sections))

/** The sections and all below them. An id that names no section stays: nothing refers to it. */
export async function withBelow(db: Reader, ids: string[]): Promise<string[]> {
  const tree = await selectTree(db)
  const tops = tree.filter(({ id }) => ids.includes(id))
  const below = tree.filter(({ path }) => tops.some((top) => path.startsWith(`${top.path}/`)))
  return [...new Set([...ids, ...below.map(({ id }) => id)])]
}

/** Every section below the moved one lies at a new path. */
async function movePaths(tx: Writer, before: SectionRow, after: SectionRow): Promise<void> {
  const rest = sql`substr(${sections.path}, ${before.path.length + 1})`
  await tx
    .update(sections)
    .set({ path: sql`${after.path} || ${rest}` })
    .where(like(sections.path, `${before.path}/%`))
}

/**
 * The live articles of the moved section, and of all below it, leave the sections above it for those above it now. Gives
 * the sections they have left.
 */
async function moveRefs(tx: Writer, before: SectionRow, after: SectionRow): Promise<string[]> {
  const idsAbove = async ({ parent }: SectionRow) => (parent === null ? ([] as string[]) : sectionsAbove(tx, parent))
  const [left, entered] = [await idsAbove(before), await idsAbove(after)]
  const moved = tx
    .select({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, 'section'), eq(editionRefs.ref, after.id)))
  const gone = left.filter((id) => !entered.includes(id))
  const come = entered.filter((id) => !left.includes(id))
  if (gone.length > 0)
    await tx
      .delete(editionRefs)
      .where(and(eq(editionRefs.kind, 'section'), inArray(editionRefs.ref, gone), inArray(editionRefs.article, moved)))
  for (const id of come)
    await tx.insert(editionRefs).select(
      tx
        .select({
          kind: editionRefs.kind,
          ref: sql<string>`${id}`.as('ref'),
          publishedAt: editionRefs.publishedAt,
          article: editionRefs.article,
        })
        .from(editionRefs)
        .where(and(eq(editionRefs.kind, 'section'), eq(editionRefs.ref, after.id))),
    )
  const editions = await countOfRef(tx, { kind: 'section', ref: after.id })
  await addToCounts(tx, [
    ...gone.map((ref) => ({ kind: 'section', ref, by: -editions })),
    ...come.map((ref) => ({ kind: 'section', ref, by: editions })),
  ])
  return gone
}
