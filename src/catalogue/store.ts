import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { markStale, record } from '../changes/log.ts'
import { isId, newId } from '../lib/id.ts'
import { invalidReferences, notFound } from '../lib/problem.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { isVisible } from '../lib/unicode.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { countOf, type EntryInput, type EntryKind, type EntryRow, type EntryStore } from './entry.ts'
import { loadByIds } from './loader.ts'
import { idOf, seek, slugRow, type Wanted } from './resolve.ts'
import { claimSlug } from './slugs.ts'

/**
 * The entry that an id, a slug or a path leads to; undefined if there is none, or it is in the trash. Throws `conflict`
 * for a slug that several sections have.
 */
export async function findEntry<Row extends EntryRow>(
  db: Reader,
  shelf: EntryStore,
  reference: string,
  wanted?: Wanted,
): Promise<Row | undefined> {
  const row = await findAny<Row>(db, shelf, reference, wanted)
  return row?.deletedAt === null ? row : undefined
}

/** The same, in the trash or not. */
export async function findAny<Row extends EntryRow>(
  db: Reader,
  shelf: EntryStore,
  reference: string,
  wanted?: Wanted,
): Promise<Row | undefined> {
  const id = await idOf(db, shelf.noun, reference, wanted)
  return id === undefined ? undefined : (await loadByIds<Row>(db, shelf.table, [id]))[0]
}

/** The entry that a request refers to at `pointer`; null for none. Throws `invalid-reference`. */
export async function resolveEntry<Row extends EntryRow>(
  db: Reader,
  shelf: EntryStore,
  reference: string | null | undefined,
  pointer: string,
): Promise<Row | null> {
  if (reference === null || reference === undefined) return null
  const { id, paths } = await seek(db, shelf.noun, reference)
  const [row] = id === undefined ? [] : await loadByIds<Row>(db, shelf.table, [id])
  if (row?.deletedAt !== null) throw invalidReferences([{ pointer, noun: shelf.noun, ref: reference, paths }])
  return row
}

/** A page of the list, filtered and sorted. `total` counts all pages, if wanted. */
export async function listEntries<Row extends EntryRow, Input extends EntryInput>(
  db: Reader,
  kind: EntryKind<Row, Input>,
  query: { sort: string; count: boolean; filters: Record<string, unknown> },
  request: PageRequest,
): Promise<Page<Row> & { total?: number }> {
  const { table } = kind
  const descending = query.sort.startsWith('-')
  const field = query.sort.replace(/^-/, '')
  const order = kind.sorts[field]
  if (!order) throw new Error(`${kind.plural} cannot be sorted by ${field}`)
  const { q, ...filters } = query.filters
  const named = q === undefined ? undefined : nameHas(table.sortName, String(q))
  const matching = and(isNull(table.deletedAt), named, ...(await kind.where(db, filters)))
  const { where, orderBy, limit } = keyset({ ...order, id: table.id, descending }, request)
  const found = (await db
    .select({ row: table, key: order.column as SQLiteColumn })
    .from(table)
    .where(and(matching, where))
    .orderBy(...orderBy)
    .limit(limit)) as unknown as { row: Row; key: string | number }[]
  const { rows, ...neighbours } = pageOf(found, request, ({ row, key }) => [key, row.id])
  const page = { ...neighbours, rows: rows.map(({ row }) => row) }
  if (!query.count) return page
  const [counted] = await db.select({ total: countOf }).from(table).where(matching)
  return { ...page, total: counted?.total ?? 0 }
}

/** That a name has a word that begins as asked; with more behind it where more is asked. Nothing begins every name. */
function nameHas(sortName: SQLiteColumn, text: string): SQL | undefined {
  if (!isVisible(text)) return undefined
  const beginning = sortKey(text.trim()).replace(/[%_\\]/g, '\\$&')
  return sql`' ' || ${sortName} like ${`% ${beginning}%`} escape '\\'`
}

/** Makes an entry. */
export async function createEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  input: Input,
  act: WriteContext,
): Promise<Row> {
  const { now } = act
  const id = newId()
  const { slug: wanted, name } = input
  const above = (await kind.scope?.(tx, input)) ?? null
  const slug = await claimSlug(tx, { kind: kind.noun, target: id, above, wanted, name, live: true })
  const columns = await kind.columns(tx, input, null, slug)
  const named = { id, slug, name, sortName: sortKey(name) }
  const row = { ...columns, ...named, version: 1, createdAt: now, updatedAt: now, deletedAt: null }
  await tx.insert(kind.table).values(row)
  await record(tx, { type: `${kind.noun}.created`, at: now, target: id, slug, version: 1 })
  await audit(tx, act, { action: `${kind.noun}.create`, target: id, to: 1 })
  return row as unknown as Row
}

/** Changes an entry: `change` makes the new input from the present one. Editions that show it become stale. */
export async function updateEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  change: (before: Row) => Input,
  act: WriteContext,
): Promise<Row> {
  const { now } = act
  const before = await findEntry<Row>(tx, kind, reference, 'own')
  if (!before) throw notFound(kind.noun)
  const { id } = before
  const input = change(before)
  const slug = await moveTo(tx, kind, before, input)
  const columns = await kind.columns(tx, input, before, slug)
  const version = before.version + 1
  const changed = { ...before, ...columns, slug, name: input.name, sortName: sortKey(input.name), version }
  if (sameText({ ...changed, version: before.version }, before)) return before
  const isSeen = publicly(kind, changed) !== publicly(kind, { ...before, version })
  const after = { ...changed, updatedAt: isSeen ? now : before.updatedAt }
  await tx.update(kind.table).set(after).where(eq(kind.table.id, id))
  await audit(tx, act, { action: `${kind.noun}.update`, target: id, from: before.version, to: version })
  if (!isSeen) return after
  const was = await kind.follow?.(tx, before, after)
  await markStale(tx, kind.noun, id, now, was)
  await record(tx, { type: `${kind.noun}.updated`, at: now, target: id, slug, version })
  return after
}

/** The slug that a changed entry has, where it stands then. Throws `conflict` if it belongs to another there. */
async function moveTo<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  before: Row,
  input: Input,
): Promise<string> {
  const { name, slug: wanted = before.slug } = input
  const scopeOf = async (one: Input) => (await kind.scope?.(tx, one)) ?? null
  const [was, above] = [await scopeOf(kind.inputOf(before)), await scopeOf(input)]
  if (wanted === before.slug && above === was) return wanted
  await takeOver(tx, kind, before, { slug: wanted, scope: above ?? '' })
  const claim = { kind: kind.noun, target: before.id, above, wanted, name, live: true }
  return claimSlug(tx, claim, wanted === before.slug ? '/parent' : '/slug')
}

/**
 * Takes the slug of an entry that was merged into this one. If that is still in the trash, it gets a numbered one: it may
 * be restored.
 */
async function takeOver<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  { id }: Row,
  { slug, scope }: { slug: string; scope: string },
): Promise<void> {
  const row = await slugRow(tx, { kind: kind.noun, slug, scope })
  if (row?.target !== id || row.mergedFrom === null) return
  const [merged] = await loadByIds<Row>(tx, kind.table, [row.mergedFrom])
  if (merged?.slug !== slug) return
  const claim = { kind: kind.noun, target: merged.id, above: scope || null, name: slug, live: true }
  const other = await claimSlug(tx, claim)
  await tx.update(kind.table).set({ slug: other }).where(eq(kind.table.id, merged.id))
}

const sameText = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What the world sees of a row, as text. */
const publicly = ({ internal = [] }: { internal?: readonly string[] }, row: EntryRow): string =>
  JSON.stringify(Object.entries(row).filter(([name]) => !internal.includes(name)))

/** Whether a reference is a present way to name the row; a former slug is not, nor a former path. */
export const isCurrent = (row: { slug: string; path?: string }, reference: string): boolean =>
  isId(reference) || [row.slug, row.path].includes(reference)
