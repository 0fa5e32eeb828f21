/** Writes to the table of slugs: claiming, merging and deleting. Reads are in resolve.ts. */
import { randomBytes } from 'node:crypto'
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { NONE } from '../access/references.ts'
import { Problem } from '../lib/problem.ts'
import { numberedSlug, slugOf } from '../lib/slug.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, editions, sections, slugs } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { EntryTable } from './entry.ts'
import { loadByIds } from './loader.ts'
import { findSlug, TOP_SCOPE } from './resolve.ts'

/** The largest number appended to a slug that is taken; after it a random number is appended. */
const MAX_NUMBER = 20

/** A request for a slug. */
export interface SlugClaim {
  kind: string
  /** The id of the entry or article. */
  target: string
  /** The section of an article, or the parent of a section; null at the top and for kinds without paths. */
  section: string | null
  /** The slug that the client requests; without one it is derived from `name`. */
  requested?: string | undefined
  name: string
  /** The language of `name` (BCP 47), for its transliteration. */
  language?: string | undefined
  /** Whether the public can see it: such a slug stays reserved. */
  live: boolean
}

/**
 * Reserves a slug and returns it: the requested one, or one derived from the name, with a number appended if the slug or
 * the path is taken. Throws `conflict` at `pointer` if the requested one is taken.
 */
export async function claimSlug(tx: Writer, claim: SlugClaim, pointer = '/slug'): Promise<string> {
  const { kind, target, requested, name, language, live } = claim
  const scope = scopeOf(claim)
  if (requested !== undefined) {
    const row = await findSlug(tx, { kind, slug: requested, scope })
    if (row && row.target !== target) throw slugTaken(requested, pointer)
    if (requested === NONE && !row) throw slugTaken(requested, pointer, 'has another meaning in filters')
    await assertPathFree(tx, { ...claim, slug: requested }, pointer)
    await saveSlug(tx, { kind, slug: requested, scope, target, live })
    return requested
  }
  for (const slug of candidates(slugOf(name, { fallback: kind, language }))) {
    const [row, isTaken] = await Promise.all([findSlug(tx, { kind, slug, scope }), isPathTaken(tx, { ...claim, slug })])
    if ((row && row.target !== target) || isTaken || slug === NONE) continue
    await saveSlug(tx, { kind, slug, scope, target, live })
    return slug
  }
  throw new Error('no slug is free')
}

/** Slugs of sections are unique among siblings, all others within their kind. */
const scopeOf = ({ kind, section }: Pick<SlugClaim, 'kind' | 'section'>): string =>
  kind === 'section' ? (section ?? '') : ''

/** An article or a section, and the path that it would have. */
type PathClaim = Pick<SlugClaim, 'kind' | 'target' | 'section'> & { slug: string }

/** Throws `conflict` at `pointer` if an article would have the path of a section, or a section that of an article. */
export async function assertPathFree(tx: Reader, claim: PathClaim, pointer: string): Promise<void> {
  if (!(await isPathTaken(tx, claim))) return
  const [section] =
    claim.section === null ? [] : await loadByIds<typeof sections.$inferSelect>(tx, sections, [claim.section])
  const other = claim.kind === 'article' ? 'a section' : 'an article'
  const message = `would have the path of ${other}: ${section?.path ?? ''}/${claim.slug}`
  const errors = [{ in: 'body' as const, pointer, code: 'path_taken', message }]
  throw new Problem('conflict', `the ${claim.kind} ${message}`, { errors })
}

/** Whether the path is a current or former path of the other kind: a path identifies one article or one section. */
export async function isPathTaken(db: Reader, { kind, section, slug }: PathClaim): Promise<boolean> {
  if (kind === 'article') return (await findSlug(db, { kind: 'section', slug, scope: section ?? '' })) !== undefined
  if (kind !== 'section') return false
  const [article] = await selectArticle(db, { slug })
  if (!article) return false
  const current = [article.working, article.live].map((content) => content && (content as WithSection).section)
  return current.includes(section) || (await wasPublishedIn(db, article.id, [section ?? TOP_SCOPE]))
}

interface WithSection {
  section: string | null
}

const selectArticle = prepared('article_at_slug', (db) =>
  db
    .select({ id: articles.id, working: articles.content, live: editions.content })
    .from(slugs)
    .innerJoin(articles, eq(articles.id, slugs.target))
    .leftJoin(editions, eq(editions.article, articles.id))
    .where(and(eq(slugs.kind, 'article'), eq(slugs.slug, sql.placeholder('slug')), eq(slugs.scope, ''))),
)

const selectScopes = prepared('scopes_of', (db) =>
  db
    .select({ scope: slugs.scope })
    .from(slugs)
    .where(and(eq(slugs.target, sql.placeholder('target')), eq(slugs.kind, 'article'))),
)

/** Whether an edition of the article was in one of these sections before (`TOP_SCOPE` for no section). */
export const wasPublishedIn = async (db: Reader, target: string, scopes: string[]): Promise<boolean> =>
  (await selectScopes(db, { target })).some(({ scope }) => scopes.includes(scope))

/** Saves the path of an edition that is moved to another section or unpublished, so that the path can redirect. */
export const saveFormerPath = (
  tx: Writer,
  { article, slug, section }: { article: string; slug: string; section: string | null },
): Promise<void> => saveSlug(tx, { kind: 'article', slug, scope: section ?? TOP_SCOPE, target: article, live: true })

const slugColumns = ['kind', 'slug', 'scope', 'target', 'live'] as const
const insertSlug = (tx: Writer) =>
  tx.insert(slugs).values(Object.fromEntries(slugColumns.map((name) => [name, sql.placeholder(name)])) as never)
const primaryKey = { target: [slugs.kind, slugs.slug, slugs.scope] }
const insertReserved = prepared('slug_reserved', (tx: Writer) => insertSlug(tx).onConflictDoNothing(primaryKey))
const upsertLive = prepared('slug_live', (tx: Writer) =>
  insertSlug(tx).onConflictDoUpdate({ ...primaryKey, set: { live: true, mergedFrom: null } }),
)

/** Inserts a slug, or updates it to `live`: the public has seen it, so that it stays reserved for its target. */
export async function saveSlug(
  tx: Writer,
  entry: { kind: string; slug: string; scope?: string; target: string; live: boolean },
): Promise<void> {
  await (entry.live ? upsertLive : insertReserved)(tx, { scope: '', ...entry })
}

/** Deletes a slug that was never public. */
export async function deleteUnpublishedSlug(tx: Writer, kind: string, slug: string): Promise<void> {
  await tx.delete(slugs).where(and(eq(slugs.kind, kind), eq(slugs.slug, slug), eq(slugs.live, false)))
}

/** Redirects the slugs of an entry to another entry of its kind; `mergedFrom` records the former target. */
export async function mergeSlugs(tx: Writer, from: string, to: string): Promise<void> {
  await tx
    .update(slugs)
    .set({ target: to, mergedFrom: sql`coalesce(${slugs.mergedFrom}, ${slugs.target})` })
    .where(eq(slugs.target, from))
}

/** Reverts `mergeSlugs` for an entry that is restored. */
export async function unmergeSlugs(tx: Writer, kind: string, id: string): Promise<void> {
  await tx
    .update(slugs)
    .set({ target: id, mergedFrom: null })
    .where(and(eq(slugs.kind, kind), eq(slugs.mergedFrom, id)))
}

/**
 * Deletes all slugs of a permanently deleted target. Slugs of entries that were merged into it return to these entries
 * if they are in the trash. Its own slugs that were merged into another entry remain redirects.
 */
export async function deleteSlugs(tx: Writer, target: string, table?: EntryTable): Promise<void> {
  const merged = await tx
    .select({ kind: slugs.kind, from: slugs.mergedFrom })
    .from(slugs)
    .where(and(eq(slugs.target, target), isNotNull(slugs.mergedFrom)))
  if (table)
    for (const { kind, from } of merged)
      if (from !== null && (await loadByIds(tx, table, [from])).length > 0) await unmergeSlugs(tx, kind, from)
  await tx.delete(slugs).where(eq(slugs.target, target))
}

function* candidates(slug: string): Generator<string> {
  yield slug
  for (let number = 2; number <= MAX_NUMBER; number++) yield numberedSlug(slug, number)
  for (;;) yield numberedSlug(slug, randomBytes(4).readUInt32BE())
}

function slugTaken(slug: string, pointer: string, message = 'belongs to another'): Problem {
  return new Problem('conflict', `the slug "${slug}" ${message}`, {
    errors: [{ in: 'body', pointer, code: 'slug_taken', message }],
  })
}
