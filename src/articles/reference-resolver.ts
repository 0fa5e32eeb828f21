import { and, eq, inArray, sql } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { type ShownKind, shownKinds } from '../body/media-uses.ts'
import { findSlug, type ResolvedReference, resolveReference } from '../catalogue/resolve.ts'
import type { Ref, RefKind } from '../editions/content.ts'
import { getOrCreate } from '../lib/cache.ts'
import { isId } from '../lib/id.ts'
import { invalidReferences, pointerTo } from '../lib/problem.ts'
import { isAvailable } from '../media/loader.ts'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
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

/** The same by present or former slugs of entries, or of those that were merged into them. */
const selectEntriesBySlug = (noun: string, table: EntryTable) =>
  preparedVariants(`reference_${noun}_by_slug`, (db, count: number) =>
    db
      .select({ slug: slugs.slug, id: table.id, deletedAt: table.deletedAt })
      .from(slugs)
      .innerJoin(table, eq(table.id, slugs.target))
      .where(and(eq(slugs.kind, noun), inArray(slugs.slug, placeholders(count)), eq(slugs.scope, ''))),
  )

/** Of the kinds whose slugs are unique; sections are found by paths, too. */
const selectBySlug = {
  author: selectEntriesBySlug('author', authors),
  source: selectEntriesBySlug('source', sources),
  tag: selectEntriesBySlug('tag', tags),
}
type FlatNoun = keyof typeof selectBySlug
const flatNouns = Object.keys(selectBySlug) as FlatNoun[]
const isFlat = (noun: string): noun is FlatNoun => noun in selectBySlug

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
    if (isFlat(noun) && !isId(reference)) return findBySlugs(noun, [reference]).then((found) => found(reference))
    const found = await resolveReference(db, noun, reference)
    const { id } = found
    // A slug leads to no section in the trash.
    if (id === undefined || (noun === 'section' && !isId(reference) && !reference.startsWith('/'))) return found
    const isReferred = isPresent(noun, id) || ((await mayBeKnown(noun, reference)) && (await isReferable(noun, id)))
    return isReferred ? found : { paths: [] }
  }

  /** Whether the caller may know that an article has the slug: it was public, or the article is the caller's own. */
  async function mayBeKnown(noun: ReferenceNoun, slug: string): Promise<boolean> {
    if (noun !== 'article' || isId(slug) || may(caller, 'content:write')) return true
    const row = await findSlug(db, { kind: 'article', slug })
    if (!row || row.live) return true
    return (await selectArticle(db, { id: row.target }))[0]?.createdBy === caller.id
  }

  async function findMedia(kind: ShownKind, reference: string): Promise<ResolvedReference> {
    const found = await resolveReference(db, 'media', reference)
    return found.id === undefined || (await isShowable(kind, found.id)) ? found : { paths: [] }
  }

  /** Finds entries and their states by one query: on PostgreSQL each further one would be another round trip. */
  async function findBySlugs(noun: FlatNoun, some: string[]): Promise<(slug: string) => ResolvedReference> {
    const rows = await selectBySlug[noun](db, some.length, numberedValues(some))
    return (slug) => {
      const row = rows.find((one) => one.slug === slug)
      return row && (row.deletedAt === null || isPresent(noun, row.id)) ? { id: row.id } : { paths: [] }
    }
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

  const keyOf = (noun: ReferenceNoun, reference: string): string => `${noun} ${reference}`
  const findOnce = (noun: ReferenceNoun, reference: string): Promise<ResolvedReference> =>
    getOrCreate(known, keyOf(noun, reference), () => find(noun, reference))

  async function one(noun: ReferenceNoun, reference: string, path: PropertyKey[]): Promise<string> {
    const { id, paths = [] } = await findOnce(noun, reference)
    if (id === undefined) dangling.push({ pointer: pointerTo(path), noun, ref: reference, paths })
    return id ?? ''
  }

  return {
    /** Resolves references that are needed later: together, since on PostgreSQL each would wait for a round trip. */
    async prefetch(references: (readonly [ReferenceNoun, string | null | undefined])[]): Promise<void> {
      for (const flat of flatNouns) {
        const ofKind = references.flatMap(([noun, one]) => (noun === flat && one && !isId(one) ? one : []))
        if (ofKind.length === 0) continue
        const found = findBySlugs(flat, [...new Set(ofKind)])
        for (const slug of ofKind)
          known.set(
            keyOf(flat, slug),
            found.then((of) => of(slug)),
          )
      }
      await Promise.all(references.map(([noun, reference]) => reference && findOnce(noun, reference)))
    },
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
