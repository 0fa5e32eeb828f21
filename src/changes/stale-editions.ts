/**
 * Marks editions as stale: what they show of something else has changed, so that they are compiled again. An entry may be
 * shown in a great many editions; they are read and marked in steps, between which other requests have their turn.
 */
import { and, asc, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { AccessAttributes } from '../access/attributes.ts'
import { jsonArrayElements } from '../storage/fulltext.ts'
import { placeholder, prepared } from '../storage/prepared-statements.ts'
import { changes, editionRefs, editions, staleEditions } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { type ChangeType, lastSeq } from './log.ts'

/** Before all times of publication. */
const EARLIEST = '0001-01-01T00:00:00.000Z'

/** How many editions are read or marked in a step. */
const STEP = 250

/** The predicate that a column is among the given articles. */
const isGiven = (column: SQLiteColumn): SQL => sql`${column} in ${jsonArrayElements(sql.placeholder('articles'))}`

const selectReferring = prepared('any_referring', (db) =>
  db
    .select({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, sql.placeholder('kind')), eq(editionRefs.ref, sql.placeholder('ref'))))
    .limit(1),
)

/** Whether an edition refers to this; `kind` is a kind of `editionRefs`. */
export const isReferredTo = async (db: Reader, kind: string, ref: string): Promise<boolean> =>
  (await selectReferring(db, { kind, ref })).length > 0

/** A reference of an edition, by which the next ones are found. */
type Referring = Pick<typeof editionRefs.$inferSelect, 'publishedAt' | 'article'>

const selectReferringAfter = prepared('referring_after', (db) =>
  db
    .select({ publishedAt: editionRefs.publishedAt, article: editionRefs.article })
    .from(editionRefs)
    .where(
      and(
        eq(editionRefs.kind, sql.placeholder('kind')),
        eq(editionRefs.ref, sql.placeholder('ref')),
        sql`(${editionRefs.publishedAt}, ${editionRefs.article}) > (${sql.placeholder('publishedAt')}, ${sql.placeholder('article')})`,
      ),
    )
    .orderBy(asc(editionRefs.publishedAt), asc(editionRefs.article))
    .limit(placeholder('limit')),
)

/** The editions that refer to this, each once, in steps. */
export async function* referringEditions(db: Reader, kind: string, ref: string): AsyncGenerator<Referring[]> {
  let last: Referring | undefined
  do {
    const { publishedAt, article } = last ?? { publishedAt: EARLIEST, article: '' }
    const step: Referring[] = await selectReferringAfter(db, { kind, ref, publishedAt, article, limit: STEP })
    if (step.length > 0) yield step
    last = step.length === STEP ? step.at(-1) : undefined
  } while (last)
}

/**
 * Marks every edition that refers to an entry as stale, so that it is compiled again when it is read, and logs each as
 * updated; gives whether there are any. `kind` is a kind of `editionRefs`; `previous` are the access attributes that these
 * articles no longer have. Writes two short rows for each edition.
 */
export async function markStale(
  tx: Writer,
  kind: string,
  ref: string,
  now: string,
  previous?: AccessAttributes | null,
): Promise<boolean> {
  let isAny = false
  for await (const referring of referringEditions(tx, kind, ref)) {
    isAny = true
    await mark(tx, articlesOf(referring), now, previous)
  }
  return isAny
}

const articlesOf = (referring: Referring[]): string[] => referring.map(({ article }) => article)

const selectEditionsAfter = prepared('editions_after', (db) =>
  db
    .select({ article: editions.article })
    .from(editions)
    .where(gt(editions.article, sql.placeholder('article')))
    .orderBy(asc(editions.article))
    .limit(placeholder('limit')),
)

const selectOfKind = prepared('referring_to_kind', (db) =>
  db
    .selectDistinct({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, sql.placeholder('kind')), isGiven(editionRefs.article))),
)

/** Marks every edition as stale that refers to any entry of a kind: what all of them show of it has changed. */
export async function markKindStale(tx: Writer, kind: string, now: string): Promise<void> {
  let article: string | undefined = ''
  while (article !== undefined) {
    const step = await selectEditionsAfter(tx, { article, limit: STEP })
    const articles = step.map((row) => row.article)
    const referring = await selectOfKind(tx, { kind, articles: JSON.stringify(articles) })
    await mark(
      tx,
      referring.map((row) => row.article),
      now,
    )
    article = step.length === STEP ? articles.at(-1) : undefined
  }
}

const selectLinking = prepared('linking_to', (db) =>
  db
    .selectDistinct({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, 'article'), isGiven(editionRefs.ref))),
)

/** Marks every edition as stale that links to an article which refers to an entry: the path of that article has changed. */
export async function markLinkingStale(tx: Writer, kind: string, ref: string, now: string): Promise<void> {
  const marked = new Set<string>()
  for await (const referring of referringEditions(tx, kind, ref)) {
    const rows = await selectLinking(tx, { articles: JSON.stringify(articlesOf(referring)) })
    const linking = rows.map(({ article }) => article).filter((article) => !marked.has(article))
    for (let first = 0; first < linking.length; first += STEP) {
      const articles = linking.slice(first, first + STEP)
      await mark(tx, articles, now)
      for (const article of articles) marked.add(article)
    }
  }
}

const insertUpdates = prepared('insert_updates', (tx: Writer) =>
  tx.insert(changes).select(
    tx
      .select({
        seq: sql<number>`${sql.placeholder('last')} + row_number() over (order by ${editions.article})`.as('seq'),
        type: sql<string>`${'article.updated' satisfies ChangeType}`.as('type'),
        at: sql<string>`${sql.placeholder('now')}`.as('at'),
        target: sql<string>`${editions.article}`.as('target'),
        slug: editions.slug,
        version: editions.version,
        previousAttributes: sql<AccessAttributes | null>`${sql.placeholder('previous')}`.as('was'),
      })
      .from(editions)
      .where(isGiven(editions.article)),
  ),
)

const insertStale = prepared('insert_stale', (tx: Writer) =>
  tx
    .insert(staleEditions)
    .select(tx.select({ article: editions.article }).from(editions).where(isGiven(editions.article)))
    .onConflictDoNothing(),
)

async function mark(tx: Writer, ids: string[], now: string, previous: AccessAttributes | null = null): Promise<void> {
  if (ids.length === 0) return
  const articles = JSON.stringify(ids)
  const last = await lastSeq(tx)
  await insertUpdates(tx, { articles, last, now, previous: previous && JSON.stringify(previous) })
  await insertStale(tx, { articles })
}

/** Marks editions as no longer stale: they have been compiled again. */
export async function markFresh(tx: Writer, articles: string[]): Promise<void> {
  if (articles.length > 0) await tx.delete(staleEditions).where(inArray(staleEditions.article, articles))
}
