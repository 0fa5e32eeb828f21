import { and, asc, desc, gt, lt, lte, max, sql } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import type { Clock } from '../lib/clock.ts'
import { prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { changes } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

const publicNouns = ['author', 'source', 'section', 'tag'] as const
/** The nouns of the entries of the catalogue. Lists of media are not public: they have changes of their own. */
export type EntryNoun = (typeof publicNouns)[number] | 'media'

const articleVerbs = ['published', 'updated', 'corrected', 'retracted', 'unpublished', 'deleted'] as const
const entryVerbs = ['created', 'updated', 'deleted'] as const
const mediaVerbs = ['updated', 'withdrawn', 'expired', 'restored'] as const

/** The types of changes to what the public reads. */
export const changeTypes = [
  ...articleVerbs.map((verb) => `article.${verb}` as const),
  ...publicNouns.flatMap((noun) => entryVerbs.map((verb) => `${noun}.${verb}` as const)),
  ...mediaVerbs.map((verb) => `media.${verb}` as const),
] as const
export type ChangeType = (typeof changeTypes)[number]

export interface NewChange {
  type: ChangeType
  at: string
  /** The id of what changed, and the slug and version it has now. */
  target: string
  slug: string
  version: number
  /** The access attributes that the article had before, if it no longer has them. */
  previousAttributes?: AccessAttributes | null
}

/** A change in the log, with its number. */
export type LoggedChange = typeof changes.$inferSelect

const selectLatest = prepared('latest_change', (db) =>
  db.select({ seq: sql<number>`coalesce(max(${changes.seq}), 0)`.mapWith(Number) }).from(changes),
)

/** The number of the last change; 0 before the first. */
export async function lastSeq(db: Reader): Promise<number> {
  const [row] = await selectLatest(db)
  return row?.seq ?? 0
}

const selectLast = prepared('last_change', (db) =>
  db.select({ seq: changes.seq, at: changes.at }).from(changes).orderBy(desc(changes.seq)).limit(1),
)

/** The number and time of the last change; 0 and an empty time before the first. */
export async function lastPosition(db: Reader): Promise<{ seq: number; at: string }> {
  const [row] = await selectLast(db)
  return row ?? { seq: 0, at: '' }
}

/** Deletes changes older than so many days, but never the last, so that numbers continue. With 0 it deletes none. */
export async function sweepChanges(
  { storage, clock }: { storage: Storage; clock: Clock },
  days: number,
): Promise<void> {
  if (days === 0) return
  const before = new Date(clock.now().getTime() - days * 86_400_000).toISOString()
  const [old] = await storage.reader
    .select({ seq: max(changes.seq) })
    .from(changes)
    .where(and(lt(changes.at, before), lt(changes.seq, await lastSeq(storage.reader))))
  const { seq = null } = old ?? {}
  if (seq === null) return
  await storage.transaction(async (tx) => void (await tx.delete(changes).where(lte(changes.seq, seq))))
}

/**
 * Appends a change to the log, in the transaction that makes the change. Numbers have no gaps and follow the order of
 * commits, since transactions run one at a time.
 */
export async function recordChange(tx: Writer, { previousAttributes = null, ...change }: NewChange): Promise<void> {
  if (previousAttributes === null) await insertChange(tx, 'alone', change)
  else await insertChange(tx, 'with attributes', { ...change, previousAttributes })
}

const changeColumns = ['type', 'at', 'target', 'slug', 'version'] as const

/** Numbers the change itself: to read the last number before would be another round trip. */
const insertChange = preparedVariants('insert_change', (tx: Writer, variant: 'alone' | 'with attributes') => {
  const columns = variant === 'alone' ? changeColumns : [...changeColumns, 'previousAttributes' as const]
  const values = Object.fromEntries(columns.map((name) => [name, sql.placeholder(name)]))
  return tx
    .insert(changes)
    .values({ seq: sql`(select coalesce(max(${changes.seq}), 0) + 1 from ${changes})`, ...values } as never)
})

const selectAfter = prepared('changes_after', (db) =>
  db
    .select()
    .from(changes)
    .where(gt(changes.seq, sql.placeholder('seq')))
    .orderBy(asc(changes.seq))
    .limit(sql.placeholder('limit')),
)

/** The changes after the one with number `seq`, in their order, at most `limit`. */
export const changesAfter = (db: Reader, seq: number, limit: number): Promise<LoggedChange[]> =>
  selectAfter(db, { seq, limit })
