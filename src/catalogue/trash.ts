/** Entries on their way out and back: to the trash, for good, and out of the trash. */
import { and, eq, isNull } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { record } from '../changes/log.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { articleRefs, editionRefs } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { countOf, type EntryInput, type EntryKind, type EntryRow, type EntryStore } from './entry.ts'
import { slugRow } from './resolve.ts'
import { claimSlug, mergeSlugs, releaseSlugs, unmergeSlugs } from './slugs.ts'
import { findAny, findEntry } from './store.ts'

/** How an entry is removed. */
export interface Removal {
  permanent: boolean
  /** Throws unless this is the version that is meant. */
  check: (currentVersion: number) => void
  /** Makes articles that refer to it refer to another first, if that is wanted; gives its id: the slugs lead there, too. */
  reassign?: (tx: Writer, row: EntryRow) => Promise<string | undefined>
}

/** Moves an entry to the trash, or removes it for good; gives it. Throws `in-use` while anything refers to it. */
export async function removeEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  { permanent, check, reassign }: Removal,
  act: WriteContext,
): Promise<Row> {
  const { now } = act
  const row = await (permanent ? findAny<Row> : findEntry<Row>)(tx, kind, reference, 'own')
  if (!row) throw notFound(kind.noun)
  check(row.version)
  const heir = await reassign?.(tx, row)
  await refuseIfUsed(tx, kind, row)
  const { id, slug } = row
  if (heir !== undefined) await mergeSlugs(tx, id, heir)
  if (permanent) {
    await releaseSlugs(tx, id, kind.table)
    // Only what is in the trash can still refer to it.
    if (kind.above)
      await tx
        .update(kind.table)
        .set({ [kind.above.name]: null })
        .where(eq(kind.above.column, id))
    await tx.delete(kind.table).where(eq(kind.table.id, id))
  } else await tx.update(kind.table).set({ deletedAt: now }).where(eq(kind.table.id, id))
  await audit(tx, act, { action: `${kind.noun}.${permanent ? 'erase' : 'trash'}`, target: id, from: row.version })
  if (row.deletedAt === null)
    await record(tx, { type: `${kind.noun}.deleted`, at: now, target: id, slug, version: row.version })
  return row
}

async function refuseIfUsed<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  { id, slug }: Row,
): Promise<void> {
  const uses = {
    articles: await articlesUsing(tx, kind.noun, id),
    ...(kind.above && { [kind.plural]: await countBelow(tx, kind, kind.above.column, id) }),
  }
  const found = Object.entries(uses).filter(([, count]) => count > 0)
  if (found.length === 0) return
  const counted = found
    .map(([noun, count]) => (count === 1 ? `1 ${noun.replace(/s$/, '')}` : `${count} ${noun}`))
    .join(' and ')
  throw new Problem('in-use', `in use by ${counted}: the ${kind.noun} "${slug}"`, { more: { uses } })
}

/** How many entries of the same kind refer to the entry; those in the trash do not count. */
async function countBelow(tx: Writer, { table }: EntryStore, above: SQLiteColumn, id: string): Promise<number> {
  const [row] = await tx
    .select({ count: countOf })
    .from(table)
    .where(and(eq(above, id), isNull(table.deletedAt)))
  return row?.count ?? 0
}

/** How many articles refer to the entry in their working copy or in their live edition. */
async function articlesUsing(tx: Writer, noun: string, id: string): Promise<number> {
  const used = (table: typeof articleRefs | typeof editionRefs) =>
    tx
      .select({ article: table.article })
      .from(table)
      .where(and(eq(table.kind, noun), eq(table.ref, id)))
  const articles = [...(await used(articleRefs)), ...(await used(editionRefs))].map(({ article }) => article)
  return new Set(articles).size
}

/** Brings an entry back from the trash. Throws `conflict` while the one above it is in the trash itself. */
export async function restoreEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  act: WriteContext,
): Promise<Row> {
  const row = await findAny<Row>(tx, kind, reference, 'trashed')
  if (!row || row.deletedAt === null) throw notFound(kind.noun)
  const above = kind.above && (row as Record<string, unknown>)[kind.above.name]
  if (typeof above === 'string' && !(await findEntry(tx, kind, above)))
    throw new Problem('conflict', `the ${kind.noun} above it is in the trash: restore that first`)
  const { id, version } = row
  await unmergeSlugs(tx, kind.noun, id)
  const slug = await claimAnew(tx, kind, row)
  const columns = await kind.columns(tx, kind.inputOf(row), row, slug)
  const after = { ...row, ...columns, slug, deletedAt: null }
  await tx.update(kind.table).set(after).where(eq(kind.table.id, id))
  await kind.follow?.(tx, row, after)
  await audit(tx, act, { action: `${kind.noun}.restore`, target: id, from: version, to: version })
  await record(tx, { type: `${kind.noun}.created`, at: act.now, target: id, slug, version })
  return after
}

/** The slug of an entry that comes back: its own, unless what it stood below is gone for good and it is taken now. */
async function claimAnew<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  row: Row,
): Promise<string> {
  const above = (await kind.scope?.(tx, kind.inputOf(row))) ?? null
  const own = await slugRow(tx, { kind: kind.noun, slug: row.slug, scope: above ?? '' })
  if (own?.target === row.id) return row.slug
  return claimSlug(tx, { kind: kind.noun, target: row.id, above, name: row.slug, live: true })
}

/** The problem with a `reassignTo` that names no other entry of the kind. */
export function notAnother(noun: string, reference: string): Problem {
  const message = `names no other ${noun}: "${reference}"`
  const errors = [{ in: 'query' as const, pointer: '/reassignTo', code: 'invalid_reference', message }]
  return new Problem('invalid-reference', `reassignTo ${message}`, { errors })
}
