/**
 * How many live articles refer to an author, a source, a tag, a section or a language. Counted when an edition comes or
 * goes, since the references of a large section are too many to count whenever somebody looks at it.
 */
import { and, eq, gt, inArray, sql } from 'drizzle-orm'
import { numberedValues, placeholders, prepared, preparedVariants } from '../storage/prepared-statements.ts'
import { refCounts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** Kinds of `editionRefs` that are counted: those that lists are filtered by. */
export const countedKinds = ['author', 'language', 'section', 'source', 'tag'] as const

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

/** How many live articles refer to this. */
export async function countOfRef(db: Reader, { kind, ref }: Ref): Promise<number> {
  const [row] = await selectCount(db, { kind, ref })
  return row?.editions ?? 0
}

const selectLive = prepared('ref_counts_live', (db) =>
  db
    .select({ ref: refCounts.ref })
    .from(refCounts)
    .where(and(eq(refCounts.kind, sql.placeholder('kind')), gt(refCounts.editions, 0))),
)

/** What of a kind live articles refer to, in no order. */
export const liveRefsOf = async (db: Reader, kind: string): Promise<string[]> =>
  (await selectLive(db, { kind })).map(({ ref }) => ref)

const selectCounts = preparedVariants('ref_counts_of', (db, count: number) =>
  db
    .select({ ref: refCounts.ref, editions: refCounts.editions })
    .from(refCounts)
    .where(and(eq(refCounts.kind, sql.placeholder('kind')), inArray(refCounts.ref, placeholders(count)))),
)

/** How many live articles refer to each of these. */
export async function articleCounts(db: Reader, kind: string, ids: string[]): Promise<(id: string) => number> {
  if (ids.length === 0) return () => 0
  const rows = await selectCounts(db, ids.length, { kind, ...numberedValues(ids) })
  const counts = new Map(rows.map(({ ref, editions }) => [ref, editions]))
  return (id) => counts.get(id) ?? 0
}

/** Counts references that have come and gone; those of kinds that are not counted may be among them. */
export async function countRefs(tx: Writer, change: { come: Ref[]; gone: Ref[] }): Promise<void> {
  await addToCounts(tx, [
    ...change.come.map((ref) => ({ ...ref, by: 1 })),
    ...change.gone.map((ref) => ({ ...ref, by: -1 })),
  ])
}

/** Adds to the counts of references; each of them may come several times. */
export async function addToCounts(tx: Writer, changes: (Ref & { by: number })[]): Promise<void> {
  const sums = new Map<string, Ref & { editions: number }>()
  for (const { kind, ref, by } of changes) {
    if (!(countedKinds as readonly string[]).includes(kind)) continue
    const key = `${kind} ${ref}`
    sums.set(key, { kind, ref, editions: (sums.get(key)?.editions ?? 0) + by })
  }
  const rows = [...sums.values()].filter(({ editions }) => editions !== 0)
  if (rows.length === 0) return
  const values = rows.flatMap((row, index) => Object.entries(row).map(([name, value]) => [`${name}${index}`, value]))
  await upsertCounts(tx, rows.length, Object.fromEntries(values))
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
