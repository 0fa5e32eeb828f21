/** Checks of what articles, editions and changes say of each other. Nothing of this can be derived again. */
import { and, count, eq, isNotNull, isNull, lt, max, min, ne, or, type SQL, sql } from 'drizzle-orm'
import { articles, changes, editions, publications, revisions, slugs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Check } from './finding.ts'

/** How many rows of each kind are named. */
const MAX_NAMED = 20

/** A query for the ids of articles with which something is wrong. */
interface WrongArticles {
  text: string
  find(db: Reader): { limit(rows: number): PromiseLike<{ id: string }[]> }
}

const id = { id: articles.id }
const edition = eq(editions.article, articles.id)

const wrongArticles: WrongArticles[] = [
  {
    text: 'is live and has no edition',
    find: (db) =>
      db
        .select(id)
        .from(articles)
        .leftJoin(editions, edition)
        .where(and(isNotNull(articles.liveVersion), isNull(editions.article))),
  },
  {
    text: 'has an edition that is not of its live version, or not at its live slug',
    find: (db) =>
      db
        .select(id)
        .from(articles)
        .innerJoin(editions, edition)
        .where(or(isDistinct(articles.liveVersion, editions.version), isDistinct(articles.liveSlug, editions.slug))),
  },
  {
    text: 'is live in the trash',
    find: (db) => db.select(id).from(articles).innerJoin(editions, edition).where(isNotNull(articles.deletedAt)),
  },
  {
    text: 'is live at a slug that leads elsewhere',
    find: (db) =>
      db
        .select(id)
        .from(articles)
        .innerJoin(editions, edition)
        .leftJoin(slugs, and(eq(slugs.kind, 'article'), eq(slugs.slug, editions.slug), eq(slugs.scope, '')))
        .where(or(isNull(slugs.target), ne(slugs.target, articles.id))),
  },
  {
    text: 'has no revision of its version',
    find: (db) =>
      db
        .select(id)
        .from(articles)
        .leftJoin(revisions, and(eq(revisions.article, articles.id), eq(revisions.number, articles.version)))
        .where(isNull(revisions.article)),
  },
  {
    text: 'is live without a publication that is still open',
    find: (db) =>
      db
        .select(id)
        .from(articles)
        .innerJoin(editions, edition)
        .leftJoin(publications, and(eq(publications.article, articles.id), isNull(publications.until)))
        .where(isNull(publications.article)),
  },
]

const isDistinct = (one: unknown, other: unknown): SQL => sql`${one} is distinct from ${other}`

export const checkArticles: Check = {
  name: 'articles and editions',
  run: ({ transaction }) =>
    transaction(async (tx) => {
      const found = []
      for (const { text, find } of wrongArticles)
        for (const row of await find(tx).limit(MAX_NAMED))
          found.push({ text: `the article ${row.id} ${text}`, repaired: false })
      return found
    }),
}

export const checkChanges: Check = {
  name: 'the log of changes',
  run: ({ transaction }) =>
    transaction(async (tx) => {
      const [row] = await tx.select({ rows: count(), first: min(changes.seq), last: max(changes.seq) }).from(changes)
      const { rows, first, last } = row ?? { rows: 0, first: null, last: null }
      const missing = first === null || last === null ? 0 : last - first + 1 - rows
      if (missing === 0) return []
      return [{ text: `${missing} changes between ${first} and ${last} are missing`, repaired: false }]
    }),
}

/** How late a scheduled publication may be, in milliseconds. */
const MAX_LATENESS = 60_000

/** Whether something that was due has not been published: the service does not run, or cannot write. */
export const checkSchedule = (now: Date): Check => ({
  name: 'scheduled publications',
  async run({ reader }) {
    const late = new Date(now.getTime() - MAX_LATENESS).toISOString()
    const rows = await reader.select(id).from(articles).where(lt(articles.publishAt, late)).limit(MAX_NAMED)
    return rows.map((row) => ({ text: `the article ${row.id} was due and is not published`, repaired: false }))
  },
})
