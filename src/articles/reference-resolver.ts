import { and, eq, sql } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { type ShownKind, shownKinds } from '../body/media-uses.ts'
import { type ResolvedReference, resolveReference } from '../catalogue/resolve.ts'
import type { Ref, RefKind } from '../editions/content.ts'
import { getOrCreate } from '../lib/cache.ts'
import { isId } from '../lib/id.ts'
import { invalidReferences, pointerTo } from '../lib/problem.ts'
import { isAvailable } from '../media/loader.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, authors, media, sections, slugs, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

type EntryTable = typeof authors | typeof sources | typeof sections | typeof tags

const selectEntry = (noun: string, table: EntryTable) =>
  prepared(`reference_${noun}`, (db) =>
    db
      .select({ id: table.id, deletedAt: table.deletedAt })
      .from(table)
      .where(eq(table.id, sql.placeholder('id'))),
  )

const select = {
  author: selectEntry('author', authors),
  source: selectEntry('source', sources),
  section: selectEntry('section', sections),
  tag: selectEntry('tag', tags),
}

/** The same by a present or former slug of the entry, or of one that was merged into it. */
const selectEntryBySlug = (noun: string, table: EntryTable) =>
  prepared(`reference_${noun}_by_slug`, (db) =>
    db
      .select({ id: table.id, deletedAt: table.deletedAt })
      .from(slugs)
      .innerJoin(table, eq(table.id, slugs.target))
      .where(and(eq(slugs.kind, noun), eq(slugs.slug, sql.placeholder('slug')), eq(slugs.scope, ''))),
  )

/** Of the kinds whose slugs are unique; sections are found by paths, too. */
const selectBySlug = {
  author: selectEntryBySlug('author', authors),
  source: selectEntryBySlug('source', sources),
  tag: selectEntryBySlug('tag', tags),
}
const isFlat = (noun: string): noun is keyof typeof selectBySlug => noun in selectBySlug

const selectArticle = prepared('reference_article', (db) =>
  db
    .select({
      id: articles.id,
      deletedAt: articles.deletedAt,
      createdBy: articles.createdBy,
      liveVersion: articles.liveVersion,
    })
    .from(articles)
    .where(eq(articles.id, sql.placeholder('id'))),
)

const selectMedia = prepared('reference_media', (db) =>
  db
    .select({ kind: media.kind, status: media.status, deletedAt: media.deletedAt })
    .from(media)
    .where(eq(media.id, sql.placeholder('id'))),
)

/** What a reference may name; media by the kind that the place takes. */
type ReferenceNoun = keyof typeof select | 'article' | ShownKind

const isShownKind = (noun: ReferenceNoun): noun is ShownKind => (shownKinds as readonly string[]).includes(noun)
const refKindOf = (noun: ReferenceNoun): RefKind => (isShownKind(noun) ? 'media' : noun)

/**
 * Resolves references (ids or slugs) to ids. Those that do not resolve are collected: `check` throws all of them, each
 * with its JSON pointer. An article that the caller may not see does not resolve; references in `present` always do.
 */
export function resolver(db: Reader, caller: Caller, present: Ref[] = []) {
  const known = new Map<string, Promise<ResolvedReference>>()
  const dangling: { pointer: string; noun: string; ref: string; paths?: string[] }[] = []

  const isPresent = (noun: ReferenceNoun, id: string) =>
    present.some(({ kind, ref }) => kind === refKindOf(noun) && ref === id)

  async function find(noun: ReferenceNoun, reference: string): Promise<ResolvedReference> {
    if (isShownKind(noun)) return findMedia(noun, reference)
    if (isPresent(noun, reference)) return { id: reference }
    if (isFlat(noun) && !isId(reference)) return findBySlug(noun, reference)
    const found = await resolveReference(db, noun, reference)
    const { id } = found
    // A slug leads to no section in the trash.
    if (id === undefined || (noun === 'section' && !isId(reference) && !reference.startsWith('/'))) return found
    return isPresent(noun, id) || (await isReferable(noun, id)) ? found : { paths: [] }
  }

  async function findMedia(kind: ShownKind, reference: string): Promise<ResolvedReference> {
    const found = await resolveReference(db, 'media', reference)
    return found.id === undefined || (await isShowable(kind, found.id)) ? found : { paths: [] }
  }

  /** Finds the entry and its state by one query: on PostgreSQL a second would be another round trip. */
  async function findBySlug(noun: keyof typeof selectBySlug, slug: string): Promise<ResolvedReference> {
    const [row] = await selectBySlug[noun](db, { slug })
    return row && (row.deletedAt === null || isPresent(noun, row.id)) ? { id: row.id } : { paths: [] }
  }

  /** Whether it is media of the kind, and may be shown; that which is present may stay. */
  async function isShowable(kind: ShownKind, id: string): Promise<boolean> {
    const [row] = await selectMedia(db, { id })
    return row?.kind === kind && (isPresent(kind, id) || isAvailable(row))
  }

  /** Whether it exists, not in the trash, and the caller may refer to it. */
  async function isReferable(noun: Exclude<ReferenceNoun, ShownKind>, id: string): Promise<boolean> {
    if (noun !== 'article') return (await select[noun](db, { id }))[0]?.deletedAt === null
    const [article] = await selectArticle(db, { id })
    if (article?.deletedAt !== null) return false
    return may(caller, 'content:write') || article.liveVersion !== null || article.createdBy === caller.id
  }

  const findOnce = (noun: ReferenceNoun, reference: string): Promise<ResolvedReference> =>
    getOrCreate(known, `${noun} ${reference}`, () => find(noun, reference))

  async function one(noun: ReferenceNoun, reference: string, path: PropertyKey[]): Promise<string> {
    const { id, paths = [] } = await findOnce(noun, reference)
    if (id === undefined) dangling.push({ pointer: pointerTo(path), noun, ref: reference, paths })
    return id ?? ''
  }

  return {
    /** Resolves references that are needed later: together, since on PostgreSQL each would wait for a round trip. */
    prefetch: async (references: (readonly [ReferenceNoun, string | null | undefined])[]): Promise<void> =>
      void (await Promise.all(references.map(([noun, reference]) => reference && findOnce(noun, reference)))),
    one,
    async maybe(
      noun: ReferenceNoun,
      reference: string | null | undefined,
      path: PropertyKey[],
    ): Promise<string | null> {
      return reference === null || reference === undefined ? null : one(noun, reference, path)
    },
    /** Several references, without duplicates. */
    async all(noun: ReferenceNoun, references: string[] = [], path: PropertyKey[]): Promise<string[]> {
      const ids: string[] = []
      for (const [index, reference] of references.entries()) ids.push(await one(noun, reference, [...path, index]))
      return [...new Set(ids)]
    },
    check(): void {
      if (dangling.length > 0) throw invalidReferences(dangling)
    },
  }
}
export type Resolver = ReturnType<typeof resolver>
