import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { type ChangeType, recordChange } from '../changes/log.ts'
import { markStale } from '../changes/stale-editions.ts'
import { isId, newId } from '../lib/id.ts'
import { invalidReferences, notFound } from '../lib/problem.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { isVisible } from '../lib/unicode.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import {
  type EntryCollection,
  type EntryInput,
  type EntryKind,
  type EntryRow,
  type EntryTable,
  rowCount,
} from './entry.ts'
import { loadByIds } from './loader.ts'
import { findSlug, type ResolveMode, resolveId, resolveReference } from './resolve.ts'
import { claimSlug } from './slugs.ts'

/**
 * Finds an entry by id, slug or path; undefined if there is none or it is in the trash. Throws `conflict` for a slug
 * that several sections have.
 */
export async function findEntry<Row extends EntryRow>(
  db: Reader,
  collection: EntryCollection,
  reference: string,
  mode?: ResolveMode,
): Promise<Row | undefined> {
  const row = await findEntryOrTrashed<Row>(db, collection, reference, mode)
  return row?.deletedAt === null ? row : undefined
}

/** Like `findEntry`, but also finds entries in the trash. */
export async function findEntryOrTrashed<Row extends EntryRow>(
  db: Reader,
  collection: EntryCollection,
  reference: string,
  mode?: ResolveMode,
): Promise<Row | undefined> {
  const id = await resolveId(db, collection.noun, reference, mode)
  return id === undefined ? undefined : (await loadByIds<Row>(db, collection.table, [id]))[0]
}

/** The entry that the request body refers to at `pointer`; null if `reference` is empty. Throws `invalid-reference`. */
export async function resolveEntry<Row extends EntryRow>(
  db: Reader,
  collection: EntryCollection,
  reference: string | null | undefined,
  pointer: string,
): Promise<Row | null> {
  if (reference === null || reference === undefined) return null
  const { id, paths } = await resolveReference(db, collection.noun, reference)
  const [row] = id === undefined ? [] : await loadByIds<Row>(db, collection.table, [id])
  if (row?.deletedAt !== null) throw invalidReferences([{ pointer, noun: collection.noun, ref: reference, paths }])
  return row
}

/** A page of the filtered and sorted list; with `count`, also the total of all pages. */
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
  const nameMatches = q === undefined ? undefined : matching(kind, String(q))
  const filtered = and(isNull(table.deletedAt), nameMatches, ...(await kind.where(db, filters)))
  const { where, orderBy, limit } = keyset({ ...order, id: table.id, descending }, request)
  const found = (await db
    .select({ row: table, key: order.column as SQLiteColumn })
    .from(table)
    .where(and(filtered, where))
    .orderBy(...orderBy)
    .limit(limit)) as unknown as { row: Row; key: string | number }[]
  const { rows, ...cursors } = pageOf(found, request, ({ row, key }) => [key, row.id])
  const page = { ...cursors, rows: rows.map(({ row }) => row) }
  if (!query.count) return page
  const [counted] = await db.select({ total: rowCount }).from(table).where(filtered)
  return { ...page, total: counted?.total ?? 0 }
}

/** The predicate for the parameter `q`; undefined for a text of nothing visible. */
function matching({ table, search }: Pick<EntryKind<never, never>, 'table' | 'search'>, text: string): SQL | undefined {
  if (!isVisible(text)) return undefined
  return search ? search.where(text) : hasWordPrefix(table.sortName, text)
}

/** The predicate that the text matches the name from the start of one of its words. */
function hasWordPrefix(sortName: SQLiteColumn, text: string): SQL {
  const prefix = sortKey(text.trim()).replace(/[%_\\]/g, '\\$&')
  return sql`' ' || ${sortName} like ${`% ${prefix}%`} escape '\\'`
}

/**
 * Creates an entry. `ownColumns` are those that follow from no input, such as what is known of a file. Throws `conflict`
 * if the requested slug is taken.
 */
export async function createEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  input: Input,
  context: WriteContext,
  ownColumns: Partial<Row> = {},
): Promise<Row> {
  const { now } = context
  const id = newId()
  const { slug: requested = kind.slugOfNew?.(id, input), name } = input
  const section = (await kind.slugScope?.(tx, input)) ?? null
  const slug = await claimSlug(tx, { kind: kind.noun, target: id, section, requested, name, live: true })
  const columns = { ...(await kind.columns(tx, input, null, { slug, now })), ...ownColumns }
  const identity = { id, slug, name, sortName: sortKey(name) }
  const row = { ...columns, ...identity, version: 1, createdAt: now, updatedAt: now, deletedAt: null }
  await tx.insert(kind.table).values(row)
  await recordEntryChange(tx, kind, 'created', row, now)
  await audit(tx, context, { action: `${kind.noun}.create`, target: id, to: 1 })
  return row as unknown as Row
}

/** Records the change of an entry, unless only some may read entries of the kind and no live edition shows this one. */
export async function recordEntryChange(
  tx: Writer,
  { noun, readAccess }: Pick<EntryKind<never, never>, 'noun' | 'readAccess'>,
  verb: string,
  { id, slug, version }: Pick<EntryRow, 'id' | 'slug' | 'version'>,
  at: string,
  isShown = false,
): Promise<void> {
  if (readAccess === undefined || isShown)
    await recordChange(tx, { type: `${noun}.${verb}` as ChangeType, at, target: id, slug, version })
}

/** Updates an entry to the input that `change` returns, and marks the editions that show it as stale. */
export async function updateEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  change: (before: Row) => Input,
  context: WriteContext,
): Promise<Row> {
  const before = await findOwnEntry(tx, kind, reference, context)
  const input = change(before)
  const slug = await updateSlug(tx, kind, before, input)
  const columns = await kind.columns(tx, input, before, { slug, now: context.now })
  const named = { ...columns, slug, name: input.name, sortName: sortKey(input.name) } as Partial<Row>
  return saveEntry(tx, kind, before, named, context)
}

/** The entry, for a change. Throws `not-found`; `forbidden` if the caller may not change it. */
export async function findOwnEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  { caller }: WriteContext,
): Promise<Row> {
  const row = await findEntry<Row>(tx, kind, reference, 'own')
  if (!row) throw notFound(kind.noun)
  if (!may(caller, 'content:write')) await kind.checkOwner?.(tx, caller, row)
  return row
}

/**
 * Saves columns of an entry as its next version, and marks the editions that show it as stale. Does nothing if no column
 * changes. `verb` is that of the audit log.
 */
export async function saveEntry<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  before: Row,
  columns: Partial<Row>,
  context: WriteContext,
  verb = 'update',
): Promise<Row> {
  const { now } = context
  const { id } = before
  const version = before.version + 1
  const changed = { ...before, ...columns, version }
  if (isEqual({ ...changed, version: before.version }, before)) return before
  const isPublicChange = publicJson(kind, changed) !== publicJson(kind, { ...before, version })
  const after = { ...changed, updatedAt: isPublicChange ? now : before.updatedAt }
  await tx.update(kind.table).set(after).where(eq(kind.table.id, id))
  await audit(tx, context, { action: `${kind.noun}.${verb}`, target: id, from: before.version, to: version })
  if (!isPublicChange) return after
  const previousAttributes = await kind.cascade?.(tx, before, after)
  const isReferred = await markStale(tx, kind.noun, id, now, previousAttributes)
  const isShown = (await markUsersStale(tx, kind, id, now)) || isReferred
  await recordEntryChange(tx, kind, kind.changeVerb?.(before, after) ?? 'updated', after, now, isShown)
  return after
}

/**
 * Marks the editions as stale that refer to an entry which uses this one, and records that what is shown of that entry has
 * changed; gives whether any entry does.
 */
async function markUsersStale(
  tx: Writer,
  { usedBy = [] }: Pick<EntryKind<never, never>, 'usedBy'>,
  id: string,
  now: string,
): Promise<boolean> {
  let isUsed = false
  for (const { noun, table, column } of usedBy)
    for (const user of await entriesWith(tx, table, eq(column, id))) {
      isUsed = true
      await markStale(tx, noun, user.id, now)
      await recordEntryChange(tx, { noun }, 'updated', user, now)
    }
  return isUsed
}

const entriesWith = (db: Reader, table: EntryTable, predicate: SQL) =>
  db
    .select({ id: table.id, slug: table.slug, version: table.version })
    .from(table)
    .where(and(predicate, isNull(table.deletedAt))) as unknown as Promise<Pick<EntryRow, 'id' | 'slug' | 'version'>[]>

/** The slug of an updated entry, reserved if the slug or its scope changed. Throws `conflict` if it is taken. */
async function updateSlug<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  before: Row,
  input: Input,
): Promise<string> {
  const { name, slug: requested = before.slug } = input
  const scopeOf = async (one: Input) => (await kind.slugScope?.(tx, one)) ?? null
  const [formerSection, section] = [await scopeOf(kind.inputOf(before)), await scopeOf(input)]
  if (requested === before.slug && section === formerSection) return requested
  await reclaimSlug(tx, kind, before, { slug: requested, scope: section ?? '' })
  const claim = { kind: kind.noun, target: before.id, section, requested, name, live: true }
  return claimSlug(tx, claim, requested === before.slug ? '/parent' : '/slug')
}

/**
 * Lets an entry take the slug of an entry that was merged into it. The merged entry, if it is still in the trash, gets a
 * numbered slug, so that it can be restored.
 */
async function reclaimSlug<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  { id }: Row,
  { slug, scope }: { slug: string; scope: string },
): Promise<void> {
  const row = await findSlug(tx, { kind: kind.noun, slug, scope })
  if (row?.target !== id || row.mergedFrom === null) return
  const [merged] = await loadByIds<Row>(tx, kind.table, [row.mergedFrom])
  if (merged?.slug !== slug) return
  const claim = { kind: kind.noun, target: merged.id, section: scope || null, name: slug, live: true }
  const numbered = await claimSlug(tx, claim)
  await tx.update(kind.table).set({ slug: numbered }).where(eq(kind.table.id, merged.id))
}

const isEqual = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The public columns of a row as JSON, for comparison. */
const publicJson = ({ internalColumns = [] }: { internalColumns?: readonly string[] }, row: EntryRow): string =>
  JSON.stringify(Object.entries(row).filter(([name]) => !internalColumns.includes(name)))

/** Whether a reference is the id, or the present slug or path, of the row; false for former ones. */
export const isCurrentReference = (row: { slug: string; path?: string }, reference: string): boolean =>
  isId(reference) || [row.slug, row.path].includes(reference)
