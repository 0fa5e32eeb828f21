import { eq, sql } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { type ResolvedReference, resolveReference } from '../catalogue/resolve.ts'
import type { Ref } from '../editions/content.ts'
import { getOrCreate } from '../lib/cache.ts'
import { invalidReferences, pointerTo } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, authors, sections, sources, tags } from '../storage/schema.ts'
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

type ReferenceNoun = keyof typeof select | 'article'

/**
 * Resolves references (ids or slugs) to ids. Those that do not resolve are collected: `check` throws all of them, each
 * with its JSON pointer. An article that the caller may not see does not resolve; references in `present` always do.
 */
export function resolver(db: Reader, caller: Caller, present: Ref[] = []) {
  const known = new Map<string, Promise<ResolvedReference>>()
  const dangling: { pointer: string; noun: string; ref: string; paths?: string[] }[] = []

  const isPresent = (noun: ReferenceNoun, id: string) => present.some(({ kind, ref }) => kind === noun && ref === id)

  async function find(noun: ReferenceNoun, reference: string): Promise<ResolvedReference> {
    if (isPresent(noun, reference)) return { id: reference }
    const found = await resolveReference(db, noun, reference)
    const { id } = found
    if (id === undefined || isPresent(noun, id)) return found
    return (await isReferable(noun, id)) ? found : { paths: [] }
  }

  /** Whether it exists, not in the trash, and the caller may refer to it. */
  async function isReferable(noun: ReferenceNoun, id: string): Promise<boolean> {
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
