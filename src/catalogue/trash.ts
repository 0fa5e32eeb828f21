/** Moves entries to the trash, restores them, and deletes them permanently. */
import { and, eq, isNull } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { articleRefs, editionRefs } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { type EntryCollection, type EntryInput, type EntryKind, type EntryRow, rowCount } from './entry.ts'
import { findSlug } from './resolve.ts'
import { claimSlug, deleteSlugs, mergeSlugs, unmergeSlugs } from './slugs.ts'
import { findEntry, findEntryOrTrashed, recordEntryChange } from './store.ts'

/** How an entry is deleted. */
export interface DeletionOptions<Row extends EntryRow = EntryRow> {
  /** Whether to delete it permanently instead of moving it to the trash. */
  permanent: boolean
  /** Throws unless the client expects this version. */
  check: (currentVersion: number) => void
  /** Makes articles refer to another entry and returns its id, to which the slugs then redirect. */
  reassign?: (tx: Writer, row: Row) => Promise<string>
}

/** The entry that a deletion is about. Throws `not-found`, or what `check` throws. */
export async function entryToDelete<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  { permanent, check }: Pick<DeletionOptions, 'permanent' | 'check'>,
): Promise<Row> {
  const row = await (permanent ? findEntryOrTrashed<Row> : findEntry<Row>)(tx, kind, reference, 'own')
  if (!row) throw notFound(kind.noun)
  check(row.version)
  return row
}

/** Moves an entry to the trash or deletes it permanently; returns it. Throws `in-use` while anything refers to it. */
export async function deleteEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  { permanent, check, reassign }: DeletionOptions<Row>,
  context: WriteContext,
): Promise<Row> {
  const { now } = context
  const row = await entryToDelete(tx, kind, reference, { permanent, check })
  const successor = await reassign?.(tx, row)
  await assertUnused(tx, kind, row)
  const { id } = row
  if (successor !== undefined) await mergeSlugs(tx, id, successor)
  if (permanent) {
    await deleteSlugs(tx, id, kind.table)
    // Only entries in the trash can still refer to it.
    if (kind.selfReference)
      await tx
        .update(kind.table)
        .set({ [kind.selfReference.name]: null })
        .where(eq(kind.selfReference.column, id))
    for (const { table, column } of kind.usedBy ?? [])
      await tx
        .update(table)
        .set({ [column.name]: null })
        .where(eq(column, id))
    await tx.delete(kind.table).where(eq(kind.table.id, id))
  } else await tx.update(kind.table).set({ deletedAt: now }).where(eq(kind.table.id, id))
  await audit(tx, context, { action: `${kind.noun}.${permanent ? 'erase' : 'trash'}`, target: id, from: row.version })
  if (row.deletedAt === null) await recordEntryChange(tx, kind, 'deleted', row, now)
  return row
}

/** Throws `in-use` while an entry refers to this one, or an article that is not among those that are reassigned. */
export async function assertUnused<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  { id, slug }: Row,
  reassigned: string[] = [],
): Promise<void> {
  const uses: Record<string, number> = {
    articles: (await articlesReferring(tx, kind.noun, id)).length - reassigned.length,
    ...(kind.selfReference && { [kind.plural]: await countReferringEntries(tx, kind, kind.selfReference.column, id) }),
  }
  for (const { plural, column, table } of kind.usedBy ?? [])
    uses[plural] = await countReferringEntries(tx, { table }, column, id)
  const nonZero = Object.entries(uses).filter(([, count]) => count > 0)
  if (nonZero.length === 0) return
  const counts = nonZero
    .map(([noun, count]) => (count === 1 ? `1 ${noun.replace(/s$/, '')}` : `${count} ${noun}`))
    .join(' and ')
  throw new Problem('in-use', `in use by ${counts}: the ${kind.noun} "${slug}"`, { extensions: { uses } })
}

/** How many entries of a kind refer to the entry, without those in the trash. */
async function countReferringEntries(
  tx: Writer,
  { table }: Pick<EntryCollection, 'table'>,
  column: SQLiteColumn,
  id: string,
): Promise<number> {
  const [row] = await tx
    .select({ count: rowCount })
    .from(table)
    .where(and(eq(column, id), isNull(table.deletedAt)))
  return row?.count ?? 0
}

/** The ids of the articles that refer to an entry, in their working copy or their edition. */
export async function articlesReferring(db: Reader, noun: string, id: string): Promise<string[]> {
  const referring = (table: typeof articleRefs | typeof editionRefs) =>
    db
      .select({ article: table.article })
      .from(table)
      .where(and(eq(table.kind, noun), eq(table.ref, id)))
  const rows = [...(await referring(articleRefs)), ...(await referring(editionRefs))]
  return [...new Set(rows.map(({ article }) => article))]
}

/** Restores an entry from the trash. Throws `conflict` while its parent or affiliation is in the trash. */
export async function restoreEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  context: WriteContext,
): Promise<Row> {
  const row = await findEntryOrTrashed<Row>(tx, kind, reference, 'trashed')
  if (!row || row.deletedAt === null) throw notFound(kind.noun)
  const parent = kind.selfReference && (row as Record<string, unknown>)[kind.selfReference.name]
  if (typeof parent === 'string' && !(await findEntry(tx, kind, parent)))
    throw new Problem('conflict', `the ${kind.noun} above it is in the trash: restore that first`)
  const { id, version } = row
  const { now } = context
  await unmergeSlugs(tx, kind.noun, id)
  const slug = await reserveSlug(tx, kind, row)
  const columns = await kind.columns(tx, kind.inputOf(row), row, { slug, now })
  const after = { ...row, ...columns, slug, deletedAt: null }
  await tx.update(kind.table).set(after).where(eq(kind.table.id, id))
  await kind.cascade?.(tx, row, after)
  await audit(tx, context, { action: `${kind.noun}.restore`, target: id, from: version, to: version })
  await recordEntryChange(tx, kind, 'created', after, now)
  return after
}

/** The slug of a restored entry: its own, unless its parent was permanently deleted and the slug is now taken at the top. */
async function reserveSlug<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  row: Row,
): Promise<string> {
  const section = (await kind.slugScope?.(tx, kind.inputOf(row))) ?? null
  const own = await findSlug(tx, { kind: kind.noun, slug: row.slug, scope: section ?? '' })
  if (own?.target === row.id) return row.slug
  return claimSlug(tx, { kind: kind.noun, target: row.id, section, name: row.slug, live: true })
}
