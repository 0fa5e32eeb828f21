/**
 * What a name in a request leads to: an id, a slug that the thing has or had, the slug of an entry that was merged into
 * another, and for a section its path, of today or former.
 */
import { and, eq, sql } from 'drizzle-orm'
import { isId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { sections, slugs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** Where an article without a section stands, in the address book. */
export const TOP = '/'

/** What was found: one thing; or none, and then the paths of the sections that might be meant. */
export type Found = { id: string; paths?: never } | { id?: never; paths: string[] }

/** Which entries count: what reads lead to; or, for writes, the entry whose own slug it is, in the trash or not. */
export type Wanted = 'present' | 'own' | 'trashed'

const selectSlug = prepared('slug_target', (db) =>
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

/** The row of the address book for a slug; `scope` is as in the schema. */
export async function slugRow(
  db: Reader,
  { kind, slug, scope = '' }: { kind: string; slug: string; scope?: string },
): Promise<{ target: string; live: boolean; mergedFrom: string | null } | undefined> {
  return (await selectSlug(db, { kind, slug, scope }))[0]
}

/** Looks up what an id, a slug or a path leads to. An id is taken as it is, whether there is such a thing or not. */
export async function seek(db: Reader, kind: string, reference: string, wanted: Wanted = 'present'): Promise<Found> {
  if (isId(reference)) return { id: reference }
  if (kind === 'section') return seekSection(db, reference, wanted)
  return oneOf(ownerIn(await slugRow(db, { kind, slug: reference }), wanted))
}

const oneOf = (id: string | undefined): Found => (id === undefined ? { paths: [] } : { id })

/** Whom a row of the address book leads to; to writes a merged entry stays itself. */
const ownerIn = (row: { target: string; mergedFrom: string | null } | undefined, wanted: Wanted): string | undefined =>
  wanted === 'present' ? row?.target : (row?.mergedFrom ?? row?.target)

/**
 * The id that a name leads to; undefined if it leads nowhere. Throws `conflict` with the `candidates` for a slug that
 * several sections have, none of them at the top.
 */
export async function idOf(db: Reader, kind: string, reference: string, wanted?: Wanted): Promise<string | undefined> {
  const { id, paths = [] } = await seek(db, kind, reference, wanted)
  if (paths.length === 0) return id
  throw new Problem('conflict', ambiguous(reference, paths), { more: { candidates: paths } })
}

/** The ids that a filter's comma-separated names lead to; those that lead nowhere match nothing. Throws `validation`. */
export async function idsOf(db: Reader, noun: string, list: string, parameter = noun): Promise<string[]> {
  const found = await Promise.all(list.split(',').map((reference) => seek(db, noun, reference.trim())))
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
 * What an entry is called in a link: its slug; for a section whose slug alone leads to another, or to none, its path.
 */
export async function nameOf(db: Reader, kind: string, row: { id: string; slug: string }): Promise<string> {
  if (kind !== 'section') return row.slug
  const { id } = await seek(db, kind, row.slug)
  return id !== row.id && 'path' in row && typeof row.path === 'string' ? row.path : row.slug
}

const selectNamesakes = (column: 'target' | 'owner') =>
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
const selectTargets = selectNamesakes('target')
const selectOwners = selectNamesakes('owner')

/** A slug alone means the section at the top; below it the one that has it today, or else the one that had it. */
async function seekSection(db: Reader, reference: string, wanted: Wanted): Promise<Found> {
  if (reference.startsWith('/')) return oneOf((await placesAt(db, reference, wanted))[0])
  const all = await (wanted === 'present' ? selectTargets : selectOwners)(db, { slug: reference })
  const [there, trashed] = [all.filter((one) => one.deletedAt === null), all.filter((one) => one.deletedAt !== null)]
  const rows = { present: there, own: there.length > 0 ? there : trashed, trashed }[wanted]
  const top = rows.find(({ scope }) => scope === '')
  if (top) return { id: top.id }
  const named = rows.filter(({ slug }) => slug === reference)
  const found = new Map((named.length > 0 ? named : rows).map(({ id, path }) => [id, path]))
  const [[id] = []] = found
  return found.size > 1 ? { paths: [...found.values()].sort() } : oneOf(id)
}

/**
 * The section at a path, of today or former, step by step from the top: its id; behind it that of one that was merged
 * into it, whose old addresses lead on. Nothing for a path that leads nowhere, and `TOP` for the empty path.
 */
export async function placesAt(db: Reader, path: string, wanted: Wanted = 'present'): Promise<string[]> {
  if (path === '') return [TOP]
  let scopes = ['']
  for (const slug of path.slice(1).split('/')) {
    const rows = await Promise.all(scopes.map((scope) => slugRow(db, { kind: 'section', slug, scope })))
    const row = rows.find((one) => one !== undefined)
    if (!row) return []
    const owner = ownerIn(row, wanted) ?? row.target
    scopes = [...new Set([owner, row.mergedFrom ?? owner])]
  }
  return scopes
}
