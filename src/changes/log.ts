import { and, eq, inArray, notInArray, sql } from 'drizzle-orm'
import { changes, editionRefs, staleEditions } from '../storage/schema.ts'
import { prepared, type Reader, type Storage, type Writer } from '../storage/storage.ts'

export type EntryNoun = 'author' | 'source' | 'section' | 'tag'

/** What can happen to what the world reads. */
export type ChangeType =
  | `article.${'published' | 'updated' | 'corrected' | 'retracted' | 'unpublished' | 'deleted'}`
  | `${EntryNoun}.${'created' | 'updated' | 'deleted'}`

export interface Change {
  type: ChangeType
  at: string
  /** The id of what changed, and the slug and version it has now. */
  target: string
  slug: string
  version: number
}

const selectLatest = prepared('latest_change', (db) =>
  db.select({ seq: sql<number>`coalesce(max(${changes.seq}), 0)`.mapWith(Number) }).from(changes),
)

/** The number of the last change; 0 before the first. */
export async function latest(db: Reader): Promise<number> {
  const [row] = await selectLatest(db)
  return row?.seq ?? 0
}

/** Gives the function that tells the number of the last change; it asks the database only after a commit. */
export function lastChange(storage: Storage): () => number | Promise<number> {
  let [seen, known] = [-1, 0]
  return () => {
    const commits = storage.commits()
    if (commits === undefined) return latest(storage.reader)
    if (commits === seen) return known
    return latest(storage.reader).then((change) => {
      ;[seen, known] = [commits, change]
      return change
    })
  }
}

/**
 * Appends a change to the log, in the transaction that makes it. Numbers have no gap and follow the order of commits,
 * since transactions run one at a time.
 */
export async function record(tx: Writer, change: Change): Promise<void> {
  await tx.insert(changes).values({ seq: (await latest(tx)) + 1, ...change })
}

/**
 * Marks every edition that refers to the thing as stale: whoever reads one from now on gets it compiled anew. `kind` is
 * a kind of `editionRefs`. Costs one short row for each edition.
 */
export async function markStale(tx: Writer, kind: string, ref: string): Promise<void> {
  const referring = tx
    .select({ article: editionRefs.article })
    .from(editionRefs)
    .where(
      and(
        eq(editionRefs.kind, kind),
        eq(editionRefs.ref, ref),
        notInArray(editionRefs.article, tx.select({ article: staleEditions.article }).from(staleEditions)),
      ),
    )
  await tx.insert(staleEditions).select(referring)
}

/** Marks as stale every edition with a related link to an article that refers to the thing: its path has changed. */
export async function markLinkingStale(tx: Writer, kind: string, ref: string): Promise<void> {
  const referring = tx
    .select({ article: editionRefs.article })
    .from(editionRefs)
    .where(and(eq(editionRefs.kind, kind), eq(editionRefs.ref, ref)))
  const linking = tx
    .selectDistinct({ article: editionRefs.article })
    .from(editionRefs)
    .where(
      and(
        eq(editionRefs.kind, 'article'),
        inArray(editionRefs.ref, referring),
        notInArray(editionRefs.article, tx.select({ article: staleEditions.article }).from(staleEditions)),
      ),
    )
  await tx.insert(staleEditions).select(linking)
}

/** Takes editions off the list of stale ones: they have been compiled anew. */
export async function markFresh(tx: Writer, articles: string[]): Promise<void> {
  if (articles.length > 0) await tx.delete(staleEditions).where(inArray(staleEditions.article, articles))
}
