import { and, eq, sql } from 'drizzle-orm'
import type { Ref } from '../editions/content.ts'
import { isId } from '../lib/id.ts'
import { invalidReferences, pointerTo } from '../lib/problem.ts'
import { type Caller, may } from '../lib/roles.ts'
import { articles, authors, sections, slugs, sources, tags } from '../storage/schema.ts'
import { prepared, type Reader } from '../storage/storage.ts'

type EntryTable = typeof authors | typeof sources | typeof sections | typeof tags

/** Finds an entry by its id, or by a slug that it has or had. */
const selectEntry = (noun: string, table: EntryTable) => {
  const columns = { id: table.id, deletedAt: table.deletedAt }
  return {
    byId: prepared(`refer_${noun}_by_id`, (db) => db.select(columns).from(table).where(eq(table.id, reference))),
    bySlug: prepared(`refer_${noun}_by_slug`, (db) =>
      db.select(columns).from(slugs).innerJoin(table, eq(table.id, slugs.target)).where(isSlugOf(noun)),
    ),
  }
}
const reference = sql.placeholder('reference')
const isSlugOf = (noun: string) => and(eq(slugs.kind, noun), eq(slugs.slug, reference))

const select = {
  author: selectEntry('author', authors),
  source: selectEntry('source', sources),
  section: selectEntry('section', sections),
  tag: selectEntry('tag', tags),
}

const articleColumns = {
  id: articles.id,
  deletedAt: articles.deletedAt,
  createdBy: articles.createdBy,
  liveVersion: articles.liveVersion,
}
const selectArticle = {
  byId: prepared('refer_article_by_id', (db) =>
    db.select(articleColumns).from(articles).where(eq(articles.id, reference)),
  ),
  bySlug: prepared('refer_article_by_slug', (db) =>
    db.select(articleColumns).from(slugs).innerJoin(articles, eq(articles.id, slugs.target)).where(isSlugOf('article')),
  ),
}

type Noun = keyof typeof select | 'article'

/**
 * Turns references into ids, remembering those that lead nowhere: `check` throws them all at once, each with its
 * pointer. An article that the caller may not see is as good as none; but what is referred to at present may stay.
 */
export function resolver(db: Reader, caller: Caller, present: Ref[] = []) {
  const known = new Map<string, string | undefined>()
  const dangling: { pointer: string; noun: string; ref: string }[] = []

  const isPresent = (noun: Noun, id: string) => present.some(({ kind, ref }) => kind === noun && ref === id)

  async function find(noun: Noun, reference: string): Promise<string | undefined> {
    if (isPresent(noun, reference)) return reference
    const by = isId(reference) ? 'byId' : 'bySlug'
    if (noun !== 'article') {
      const [entry] = await select[noun][by](db, { reference })
      return entry && (entry.deletedAt === null || isPresent(noun, entry.id)) ? entry.id : undefined
    }
    const [article] = await selectArticle[by](db, { reference })
    if (!article || isPresent(noun, article.id)) return article?.id
    const isSeen = may(caller, 'content:write') || article.liveVersion !== null || article.createdBy === caller.id
    return article.deletedAt === null && isSeen ? article.id : undefined
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
