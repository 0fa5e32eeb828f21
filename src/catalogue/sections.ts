import { and, asc, eq, inArray, isNull, like } from 'drizzle-orm'
import * as z from 'zod'
import { markLinkingStale } from '../changes/stale-editions.ts'
import { patchOf } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import { commaSeparated } from '../lib/query-parameters.ts'
import { Id, prose, Reference, SitePath, Slug } from '../lib/schemas.ts'
import { sections } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { articleCounts } from './article-counts.ts'
import { Breadcrumb } from './breadcrumb.ts'
import {
  type EntryKind,
  entryInput,
  entryMetadata,
  entrySlug,
  entrySorts,
  entryView,
  imageInput,
  imageView,
} from './entry.ts'
import { resolveImage } from './images.ts'
import { resolveId, resolveIds } from './resolve.ts'
import { breadcrumbsOf, loadLineages, movePaths, moveRefs, type SectionRow } from './section-tree.ts'
import { resolveEntry } from './store.ts'

/** Depth of the tree of sections. */
const MAX_DEPTH = 10
/** How many child sections `include=latest` shows. */
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
  image: imageInput,
}

export const NewSection = z.strictObject(input).meta({
  id: 'NewSection',
  description: 'A section to create.',
  examples: [{ name: 'Asia', parent: 'world-news', position: 1 }],
})
export type NewSection = z.infer<typeof NewSection>

export const SectionPatch = patchOf({ ...input, slug: entrySlug }).meta({
  id: 'SectionPatch',
  description: 'The changes to a section.',
  examples: [{ parent: null }],
})

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
    image: imageView,
    ...entryMetadata,
  })
  .meta({ id: 'Section', description: 'A part of the site, in a tree.' })

export const sectionKind: EntryKind<SectionRow, NewSection> = {
  noun: 'section',
  plural: 'sections',
  title: 'Section',
  example: 'world-news',
  table: sections,
  Input: NewSection,
  Patch: SectionPatch,
  View: Section,
  sorts: {
    ...entrySorts({ noun: 'section', table: sections }),
    path: { kind: 'text', column: sections.path },
    position: { kind: 'number', column: sections.position },
  },
  defaultSort: 'path',
  selfReference: { name: 'parent', column: sections.parent },
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
    parent === undefined ? undefined : await isChildOf(db, String(parent)),
    path === undefined ? undefined : eq(sections.id, (await resolveId(db, 'section', String(path))) ?? ''),
  ],
  slugScope: async (db, { parent }) => (await resolveEntry<SectionRow>(db, sectionKind, parent, '/parent'))?.id ?? null,
  async columns(db, { parent, description = null, position = 0, image }, self, { slug }) {
    const parentRow = await resolveEntry<SectionRow>(db, sectionKind, parent, '/parent')
    if (self && parentRow && isWithin(parentRow, self))
      throw wrongParent('must not be the section itself or one below it')
    const path = `${parentRow?.path ?? ''}/${slug}`
    const levels = self && self.parent !== (parentRow?.id ?? null) ? await levelsOfDescendants(db, self) : 0
    if (depthOf(path) + levels > MAX_DEPTH) throw wrongParent(`is too deep: ${MAX_DEPTH} levels at most`)
    return { parent: parentRow?.id ?? null, path, description, position, image: await resolveImage(db, image, self) }
  },
  inputOf: ({ name, slug, parent, description, position, image }) => ({
    name,
    slug,
    parent,
    description,
    position,
    image,
  }),
  async views(db, rows) {
    const lineages = await loadLineages(
      db,
      rows.map(({ id }) => id),
    )
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
  children: (db, { id }) =>
    db
      .select()
      .from(sections)
      .where(and(eq(sections.parent, id), isNull(sections.deletedAt)))
      .orderBy(asc(sections.position), asc(sections.id))
      .limit(MAX_CHILDREN),
  async cascade(tx, before, after) {
    if (before.path === after.path) return null
    await movePaths(tx, before, after)
    await markLinkingStale(tx, 'section', after.id, after.updatedAt)
    return before.parent === after.parent ? null : { sections: await moveRefs(tx, before, after) }
  },
}

const isChildOf = async (db: Reader, parent: string) =>
  parent === 'none'
    ? isNull(sections.parent)
    : inArray(sections.parent, await resolveIds(db, 'section', parent, 'parent'))

const depthOf = (path: string): number => path.split('/').length - 1

/** How many levels of descendants a section has, without those in the trash. */
async function levelsOfDescendants(db: Reader, { path }: SectionRow): Promise<number> {
  const descendants = await db
    .select({ path: sections.path })
    .from(sections)
    .where(and(like(sections.path, `${path}/%`), isNull(sections.deletedAt)))
  return Math.max(0, ...descendants.map((section) => depthOf(section.path) - depthOf(path)))
}

const isWithin = (inner: SectionRow, outer: SectionRow): boolean =>
  inner.id === outer.id || inner.path.startsWith(`${outer.path}/`)

function wrongParent(message: string): Problem {
  return new Problem('validation', `parent ${message}`, {
    errors: [{ in: 'body', pointer: '/parent', code: 'circular', message }],
  })
}
