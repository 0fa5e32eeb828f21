import { and, eq, sql } from 'drizzle-orm'
import { idOf } from '../catalogue/slugs.ts'
import type { Ref } from '../editions/content.ts'
import { invalidReferences, pointerTo } from '../lib/problem.ts'
import { type Caller, may } from '../lib/roles.ts'
import { articles, authors, sections, sources, tags } from '../storage/schema.ts'
import { prepared, type Reader } from '../storage/storage.ts'

const entryExists = (table: typeof authors | typeof sources | typeof sections | typeof tags, name: string) =>
  prepared(`${name}_exists`, (db) =>
    db
      .select({ deletedAt: table.deletedAt })
      .from(table)
      .where(eq(table.id, sql.placeholder('id'))),
  )

const selectEntry = {
  author: entryExists(authors, 'author'),
  source: entryExists(sources, 'source'),
  section: entryExists(sections, 'section'),
  tag: entryExists(tags, 'tag'),
}

const selectArticle = prepared('article_exists', (db) =>
  db
    .select({ deletedAt: articles.deletedAt, createdBy: articles.createdBy, liveVersion: articles.liveVersion })
    .from(articles)
    .where(and(eq(articles.id, sql.placeholder('id')))),
)

type Noun = keyof typeof selectEntry | 'article'

/**
 * Turns references into ids, remembering those that lead nowhere: `check` throws them all at once, each with its
 * pointer. An article that the caller may not see is as good as none; but what is referred to at present may stay.
 */
export function resolver(db: Reader, caller: Caller, present: Ref[] = []) {
  const known = new Map<string, string | undefined>()
  const dangling: { pointer: string; noun: string; ref: string }[] = []

  async function visible(noun: Noun, id: string): Promise<boolean> {
    if (present.some(({ kind, ref }) => kind === noun && ref === id)) return true
    if (noun !== 'article') return (await selectEntry[noun](db, { id }))[0]?.deletedAt === null
    const [article] = await selectArticle(db, { id })
    if (article?.deletedAt !== null) return false
    return may(caller, 'content:write') || article.liveVersion !== null || article.createdBy === caller.id
  }

  async function find(noun: Noun, reference: string): Promise<string | undefined> {
    const id = await idOf(db, noun, reference)
    return id !== undefined && (await visible(noun, id)) ? id : undefined
  }

  async function one(noun: Noun, reference: string, path: PropertyKey[]): Promise<string> {
    const key = `${noun} ${reference}`
    if (!known.has(key)) known.set(key, await find(noun, reference))
    const id = known.get(key)
    if (id === undefined) dangling.push({ pointer: pointerTo(path), noun, ref: reference })
    return id ?? ''
  }

  return {
    one,
    async maybe(noun: Noun, reference: string | null | undefined, path: PropertyKey[]): Promise<string | null> {
      return reference === null || reference === undefined ? null : one(noun, reference, path)
    },
    /** Several, each once. */
    async all(noun: Noun, references: string[] = [], path: PropertyKey[]): Promise<string[]> {
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
