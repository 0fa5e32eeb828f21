/**
 * How many editions refer to an author, a source, a tag, a section, media or a language. The counts are stored and updated with
 * each edition: counting the references of a large section on every read would take too long.
 */
import { and, eq, gt, inArray, sql } from 'drizzle-orm'
import {
  inStatements,
  numberedValues,
  placeholders,
  prepared,
  preparedVariants,
} from '../storage/prepared-statements.ts'
import { refCounts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** The kinds of `editionRefs` with stored counts: those that lists can be filtered by. */
export const countedKinds = ['author', 'language', 'media', 'section', 'source', 'tag'] as const

interface Ref {
  kind: string
  ref: string
}

const selectCount = prepared('ref_count', (db) =>
  db
    .select({ editions: refCounts.editions })
    .from(refCounts)
    .where(and(eq(refCounts.kind, sql.placeholder('kind')), eq(refCounts.ref, sql.placeholder('ref')))),
)

/** How many editions refer to this. */
export async function articleCountOf(db: Reader, { kind, ref }: Ref): Promise<number> {
  const [row] = await selectCount(db, { kind, ref })
  return row?.editions ?? 0
}

const selectReferenced = prepared('ref_counts_referenced', (db) =>
  db
    .select({ ref: refCounts.ref })
    .from(refCounts)
    .where(and(eq(refCounts.kind, sql.placeholder('kind')), gt(refCounts.editions, 0))),
)

/** The ids of a kind that at least one edition refers to, unordered. */
export const referencedIds = async (db: Reader, kind: string): Promise<string[]> =>
  (await selectReferenced(db, { kind })).map(({ ref }) => ref)

const selectCounts = preparedVariants('ref_counts_of', (db, count: number) =>
  db
    .select({ ref: refCounts.ref, editions: refCounts.editions })
    .from(refCounts)
    .where(and(eq(refCounts.kind, sql.placeholder('kind')), inArray(refCounts.ref, placeholders(count)))),
)

/** How many editions refer to each of these ids, read in one query. */
export async function articleCounts(db: Reader, kind: string, ids: string[]): Promise<(id: string) => number> {
  if (ids.length === 0) return () => 0
  const rows = await selectCounts(db, ids.length, { kind, ...numberedValues(ids) })
  const counts = new Map(rows.map(({ ref, editions }) => [ref, editions]))
  return (id) => counts.get(id) ?? 0
}

/** Updates the counts by added and removed references; those of kinds without counts are ignored. */
export async function updateArticleCounts(
  tx: Writer,
  { added, removed }: { added: Ref[]; removed: Ref[] },
): Promise<void> {
  await addToArticleCounts(tx, [
    ...added.map((ref) => ({ ...ref, delta: 1 })),
    ...removed.map((ref) => ({ ...ref, delta: -1 })),
  ])
}

/** Adds `delta` to the count of each reference; a reference may occur more than once. */
export async function addToArticleCounts(tx: Writer, changes: (Ref & { delta: number })[]): Promise<void> {
  const sums = new Map<string, Ref & { editions: number }>()
  for (const { kind, ref, delta } of changes) {
    if (!(countedKinds as readonly string[]).includes(kind)) continue
    const key = `${kind} ${ref}`
    sums.set(key, { kind, ref, editions: (sums.get(key)?.editions ?? 0) + delta })
  }
  const rows = [...sums.values()].filter(({ editions }) => editions !== 0)
  for (const part of inStatements(rows)) {
    const values = part.flatMap((row, index) => Object.entries(row).map(([name, value]) => [`${name}${index}`, value]))
    await upsertCounts(tx, part.length, Object.fromEntries(values))
  }
}

const upsertCounts = preparedVariants('ref_counts', (tx: Writer, count: number) => {
  const row = (_: unknown, index: number) => ({
    kind: sql.placeholder(`kind${index}`),
    ref: sql.placeholder(`ref${index}`),
    editions: sql.placeholder(`editions${index}`),
  })
  return tx
    .insert(refCounts)
    .values(Array.from({ length: count }, row))
    .onConflictDoUpdate({
      target: [refCounts.kind, refCounts.ref],
      set: { editions: sql`${refCounts.editions} + excluded.editions` },
    })
})
