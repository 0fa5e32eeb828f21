/** Writing in the address book: who gets which slug, and what becomes of it. Reading is in addresses.ts. */
import { randomBytes } from 'node:crypto'
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { Problem } from '../lib/problem.ts'
import { numberedSlug, slugOf } from '../lib/slug.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, editions, sections, slugs } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import type { EntryTable } from './entry.ts'
import { loadByIds } from './loader.ts'
import { slugRow, TOP } from './resolve.ts'

/** How many numbers are tried behind a slug before chance decides. */
const MAX_NUMBER = 20

/** What is to have a slug, and where it will stand. */
export interface Claim {
  kind: string
  target: string
  /** The section that it stands in or below; null at the top, and for what has no path. */
  above: string | null
  /** The slug that was asked for. */
  wanted?: string | undefined
  /** What a slug is made from where none was asked for, and the language of that. */
  name: string
  language?: string | undefined
  live: boolean
}

/**
 * Gives the thing a slug: the one `wanted`, or one made from its name and numbered where that is taken, or where its
 * path would be. Throws `conflict` at `pointer` if the one wanted cannot be had.
 */
export async function claimSlug(tx: Writer, claim: Claim, pointer = '/slug'): Promise<string> {
  const { kind, target, wanted, name, language, live } = claim
  const scope = scopeOf(claim)
  if (wanted !== undefined) {
    const row = await slugRow(tx, { kind, slug: wanted, scope })
    if (row && row.target !== target) throw slugTaken(wanted, pointer)
    await checkPath(tx, { ...claim, slug: wanted }, pointer)
    await enterSlug(tx, { kind, slug: wanted, scope, target, live })
    return wanted
  }
  for (const slug of candidates(slugOf(name, { fallback: kind, language }))) {
    const row = await slugRow(tx, { kind, slug, scope })
    if ((row && row.target !== target) || (await isPathTaken(tx, { ...claim, slug }))) continue
    await enterSlug(tx, { kind, slug, scope, target, live })
    return slug
  }
  throw new Error('no slug is free')
}

/** Section slugs are unique below one parent, all others among their kind. */
const scopeOf = ({ kind, above }: Pick<Claim, 'kind' | 'above'>): string => (kind === 'section' ? (above ?? '') : '')

/** An article or a section, and where it will stand. */
type Place = Pick<Claim, 'kind' | 'target' | 'above'> & { slug: string }

/** Throws `conflict` at `pointer` if the path of an article would be a section's, or the other way round. */
export async function checkPath(tx: Reader, place: Place, pointer: string): Promise<void> {
  if (!(await isPathTaken(tx, place))) return
  const [section] =
    place.above === null ? [] : await loadByIds<typeof sections.$inferSelect>(tx, sections, [place.above])
  const other = place.kind === 'article' ? 'a section' : 'an article'
  const message = `would have the path of ${other}: ${section?.path ?? ''}/${place.slug}`
  const errors = [{ in: 'body' as const, pointer, code: 'path_taken', message }]
  throw new Problem('conflict', `the ${place.kind} ${message}`, { errors })
}

/** Whether a path, of today or former, leads to a thing of the other kind: one path leads to one thing. */
export async function isPathTaken(db: Reader, { kind, above, slug }: Place): Promise<boolean> {
  if (kind === 'article') return (await slugRow(db, { kind: 'section', slug, scope: above ?? '' })) !== undefined
  if (kind !== 'section') return false
  const [article] = await selectArticle(db, { slug })
  if (!article) return false
  const stands = [article.working, article.live].map((content) => content && (content as InSection).section)
  return stands.includes(above) || (await hasStoodIn(db, article.id, [above ?? TOP]))
}

interface InSection {
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

/** Whether an article was read in one of these sections, and has left it. */
export const hasStoodIn = async (db: Reader, target: string, places: string[]): Promise<boolean> =>
  (await selectScopes(db, { target })).some(({ scope }) => places.includes(scope))

/** Keeps the address of a live article that leaves its section, or the site. */
export const enterLeft = (
  tx: Writer,
  { article, slug, section }: { article: string; slug: string; section: string | null },
): Promise<void> => enterSlug(tx, { kind: 'article', slug, scope: section ?? TOP, target: article, live: true })

const names = ['kind', 'slug', 'scope', 'target', 'live'] as const
const entering = (tx: Writer) =>
  tx.insert(slugs).values(Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as never)
const conflict = { target: [slugs.kind, slugs.slug, slugs.scope] }
const enterUnseen = prepared('slug_unseen', (tx: Writer) => entering(tx).onConflictDoNothing(conflict))
const enterLive = prepared('slug_live', (tx: Writer) =>
  entering(tx).onConflictDoUpdate({ ...conflict, set: { live: true, mergedFrom: null } }),
)

/** Writes a slug down; `live` marks it as seen by the world: it stays with its thing from now on. */
export async function enterSlug(
  tx: Writer,
  entry: { kind: string; slug: string; scope?: string; target: string; live: boolean },
): Promise<void> {
  await (entry.live ? enterLive : enterUnseen)(tx, { scope: '', ...entry })
}

/** Gives back a slug that the world has never seen. */
export async function releaseSlug(tx: Writer, kind: string, slug: string): Promise<void> {
  await tx.delete(slugs).where(and(eq(slugs.kind, kind), eq(slugs.slug, slug), eq(slugs.live, false)))
}

/** Makes all slugs that lead to an entry lead to another of its kind. */
export async function mergeSlugs(tx: Writer, from: string, to: string): Promise<void> {
  await tx
    .update(slugs)
    .set({ target: to, mergedFrom: sql`coalesce(${slugs.mergedFrom}, ${slugs.target})` })
    .where(eq(slugs.target, from))
}

/** Takes back the slugs that an entry had before it was merged into another. */
export async function unmergeSlugs(tx: Writer, kind: string, id: string): Promise<void> {
  await tx
    .update(slugs)
    .set({ target: id, mergedFrom: null })
    .where(and(eq(slugs.kind, kind), eq(slugs.mergedFrom, id)))
}

/**
 * Gives back all slugs of a thing that is gone for good. Those of entries that were merged into it go back to them, if
 * these are in the trash; those that were merged into another go on leading there.
 */
export async function releaseSlugs(tx: Writer, target: string, table?: EntryTable): Promise<void> {
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

function slugTaken(slug: string, pointer: string): Problem {
  const message = 'belongs to another'
  return new Problem('conflict', `the slug "${slug}" ${message}`, {
    errors: [{ in: 'body', pointer, code: 'slug_taken', message }],
  })
}
