/**
 * Resolves references in requests: an id, a current or former slug, the slug of an entry that was merged into another, or
 * the current or former path of a section.
 */
import { and, eq, inArray, sql } from 'drizzle-orm'
import { isId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { sections, slugs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { undecodedRows } from '../storage/undecoded-rows.ts'

/** The scope, in the table of slugs, of a former path of an article that had no section. */
export const TOP_SCOPE = '/'

/** The id that a reference resolves to; or no id, and the paths of the sections among which it is ambiguous. */
export type ResolvedReference = { id: string; paths?: never } | { id?: never; paths: string[] }

/** What a slug resolves to: `present` follows merges, for reads; `own` is the entry itself, for writes; `trashed` is in the trash. */
export type ResolveMode = 'present' | 'own' | 'trashed'

/** What a slug leads to. */
interface SlugRow {
  target: string
  live: boolean
  mergedFrom: string | null
}

const selectSlug = undecodedRows<SlugRow>('slug_target', ['target', 'live', 'mergedFrom'], (db) =>
  db
    .select({ target: slugs.target, live: slugs.live, mergedFrom: slugs.mergedFrom })
    .from(slugs)
    .where(
      and(
        eq(slugs.kind, sql.placeholder('kind')),
        eq(slugs.slug, sql.placeholder('slug')),
        eq(slugs.scope, sql.placeholder('scope')),
      ),
    ),
)

/** The row of a slug; see the table `slugs` for `scope`. */
export async function findSlug(
  db: Reader,
  { kind, slug, scope = '' }: { kind: string; slug: string; scope?: string },
): Promise<SlugRow | undefined> {
  const [row] = await selectSlug(db, null, { kind, slug, scope })
  // SQLite has no type of truth values.
  return row && { ...row, live: Boolean(row.live) }
}

/** Resolves an id, a slug or a path. An id is returned unchecked. */
export async function resolveReference(
  db: Reader,
  kind: string,
  reference: string,
  mode: ResolveMode = 'present',
): Promise<ResolvedReference> {
  if (isId(reference)) return { id: reference }
  if (kind === 'section') return seekSection(db, reference, mode)
  return oneOf(targetOf(await findSlug(db, { kind, slug: reference }), mode))
}

const oneOf = (id: string | undefined): ResolvedReference => (id === undefined ? { paths: [] } : { id })

/** Into which entry each of these was merged, by their ids; for those that were merged. */
export async function mergedInto(db: Reader, kind: string, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ from: slugs.mergedFrom, to: slugs.target })
    .from(slugs)
    .where(and(eq(slugs.kind, kind), inArray(slugs.mergedFrom, ids)))
  return new Map(rows.flatMap(({ from, to }) => (from === null ? [] : [[from, to] as const])))
}

/** The target of a row; unless merges are followed, the entry that the slug belonged to before a merge. */
const targetOf = (
  row: { target: string; mergedFrom: string | null } | undefined,
  mode: ResolveMode,
): string | undefined => (mode === 'present' ? row?.target : (row?.mergedFrom ?? row?.target))

/**
 * Resolves a reference to an id; undefined if there is none. Throws `conflict` with the `candidates` for a slug that
 * several sections have, none of them at the top.
 */
export async function resolveId(
  db: Reader,
  kind: string,
  reference: string,
  mode?: ResolveMode,
): Promise<string | undefined> {
  const { id, paths = [] } = await resolveReference(db, kind, reference, mode)
  if (paths.length === 0) return id
  throw new Problem('conflict', ambiguous(reference, paths), { extensions: { candidates: paths } })
}

/** Resolves the comma-separated references of a filter; unknown ones are left out. Throws `validation` for ambiguous ones. */
export async function resolveIds(db: Reader, noun: string, list: string, parameter = noun): Promise<string[]> {
  const found = await Promise.all(list.split(',').map((reference) => resolveReference(db, noun, reference.trim())))
  const ids = found.flatMap(({ id, paths = [] }, index) => {
    if (paths.length === 0) return id ?? []
    const message = ambiguous(list.split(',')[index]?.trim() ?? '', paths)
    const errors = [{ in: 'query' as const, pointer: `/${parameter}`, code: 'ambiguous', message }]
    throw new Problem('validation', `${parameter} ${message}`, { errors })
  })
  return ids
}

const ambiguous = (slug: string, paths: string[]): string => `"${slug}" is the slug of ${paths.join(' and of ')}`

/**
 * The reference to an entry in links: its slug, or the path of a section whose slug resolves to another section.
 */
export async function slugOrPathOf(db: Reader, kind: string, row: { id: string; slug: string }): Promise<string> {
  if (kind !== 'section') return row.slug
  const { id } = await resolveReference(db, kind, row.slug)
  return id !== row.id && 'path' in row && typeof row.path === 'string' ? row.path : row.slug
}

const selectSectionsBySlug = (column: 'target' | 'owner') =>
  prepared(`section_by_${column}`, (db) =>
    db
      .select({
        id: sections.id,
        slug: sections.slug,
        path: sections.path,
        deletedAt: sections.deletedAt,
        scope: slugs.scope,
      })
      .from(slugs)
      .innerJoin(
        sections,
        column === 'target'
          ? eq(sections.id, slugs.target)
          : eq(sections.id, sql`coalesce(${slugs.mergedFrom}, ${slugs.target})`),
      )
      .where(and(eq(slugs.kind, 'section'), eq(slugs.slug, sql.placeholder('slug')))),
  )
const selectTargets = selectSectionsBySlug('target')
const selectOwners = selectSectionsBySlug('owner')

/** A slug without a path prefers the section at the top, then sections that have it now, then those that had it. */
async function seekSection(db: Reader, reference: string, mode: ResolveMode): Promise<ResolvedReference> {
  if (reference.startsWith('/')) return oneOf((await sectionIdsAtPath(db, reference, mode))[0])
  const found = await (mode === 'present' ? selectTargets : selectOwners)(db, { slug: reference })
  const [present, trashed] = [
    found.filter(({ deletedAt }) => deletedAt === null),
    found.filter(({ deletedAt }) => deletedAt !== null),
  ]
  const rows = { present, own: present.length > 0 ? present : trashed, trashed }[mode]
  const top = rows.find(({ scope }) => scope === '')
  if (top) return { id: top.id }
  const current = rows.filter(({ slug }) => slug === reference)
  const candidates = new Map((current.length > 0 ? current : rows).map(({ id, path }) => [id, path]))
  const [[id] = []] = candidates
  return candidates.size > 1 ? { paths: [...candidates.values()].sort() } : oneOf(id)
}

/**
 * Resolves a current or former path of a section, segment by segment: the id of the section, followed by the id of a
 * section that was merged into it, whose former paths redirect. Empty for an unknown path; `TOP_SCOPE` for the empty path.
 */
export async function sectionIdsAtPath(db: Reader, path: string, mode: ResolveMode = 'present'): Promise<string[]> {
  if (path === '') return [TOP_SCOPE]
  let scopes = ['']
  for (const slug of path.slice(1).split('/')) {
    const rows = await Promise.all(scopes.map((scope) => findSlug(db, { kind: 'section', slug, scope })))
    const row = rows.find((row) => row !== undefined)
    if (!row) return []
    const owner = targetOf(row, mode) ?? row.target
    scopes = [...new Set([owner, row.mergedFrom ?? owner])]
  }
  return scopes
}
