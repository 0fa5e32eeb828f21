import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { audit } from '../audit/log.ts'
import { markStale, record } from '../changes/log.ts'
import type { Act } from '../lib/act.ts'
import { isId, newId } from '../lib/id.ts'
import { invalidReferences, notFound, Problem } from '../lib/problem.ts'
import { isVisible } from '../lib/text.ts'
import { sortKey } from '../lib/tokens.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { articleRefs, editionRefs } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { byIds } from './by-ids.ts'
import { countOf, type EntryInput, type EntryKind, type EntryRow, type Shelf } from './entry.ts'
import { claimSlug, idOf, releaseAll } from './slugs.ts'

/** The entry that an id or a slug leads to; undefined if there is none, or it is in the trash. */
export async function find<Row extends EntryRow>(
  db: Reader,
  shelf: Shelf,
  reference: string,
): Promise<Row | undefined> {
  const row = await findAny<Row>(db, shelf, reference)
  return row?.deletedAt === null ? row : undefined
}

async function findAny<Row extends EntryRow>(db: Reader, shelf: Shelf, reference: string): Promise<Row | undefined> {
  const id = await idOf(db, shelf.noun, reference)
  return id === undefined ? undefined : (await byIds<Row>(db, shelf.table, [id]))[0]
}

/** The entry that a request refers to at `pointer`; null for none. Throws `invalid-reference`. */
export async function refer<Row extends EntryRow>(
  db: Reader,
  shelf: Shelf,
  reference: string | null | undefined,
  pointer: string,
): Promise<Row | null> {
  if (reference === null || reference === undefined) return null
  const row = await find<Row>(db, shelf, reference)
  if (!row) throw invalidReferences([{ pointer, noun: shelf.noun, ref: reference }])
  return row
}

/** The ids that a filter's comma-separated ids and slugs lead to; those that lead nowhere match nothing. */
export async function idsOf(db: Reader, noun: string, list: string): Promise<string[]> {
  const ids = await Promise.all(list.split(',').map((reference) => idOf(db, noun, reference.trim())))
  return ids.filter((id) => id !== undefined)
}

/** A page of the list, filtered and sorted. `total` counts all pages, if wanted. */
export async function list<Row extends EntryRow, Input extends EntryInput>(
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
export async function create<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  input: Input,
  act: Act,
): Promise<Row> {
  const { now } = act
  const id = newId()
  const slug = await claimSlug(tx, { kind: kind.noun, target: id, wanted: input.slug, name: input.name, live: true })
  const columns = await kind.columns(tx, input, null, slug)
  const { name } = input
  const named = { id, slug, name, sortName: sortKey(name) }
  const row = { ...columns, ...named, version: 1, createdAt: now, updatedAt: now, deletedAt: null }
  await tx.insert(kind.table).values(row)
  await record(tx, { type: `${kind.noun}.created`, at: now, target: id, slug, version: 1 })
  await audit(tx, act, { action: `${kind.noun}.create`, target: id, to: 1 })
  return row as unknown as Row
}

/** Changes an entry: `change` makes the new input from the present one. Editions that show it become stale. */
export async function update<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  change: (before: Row) => Input,
  act: Act,
): Promise<Row> {
  const { now } = act
  const before = await find<Row>(tx, kind, reference)
  if (!before) throw notFound(kind.noun)
  const { id } = before
  const input = change(before)
  const wanted = input.slug ?? before.slug
  const slug = await claimSlug(tx, { kind: kind.noun, target: id, wanted, name: input.name, live: true })
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

const sameText = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What the world sees of a row, as text. */
const publicly = ({ internal = [] }: { internal?: readonly string[] }, row: EntryRow): string =>
  JSON.stringify(Object.entries(row).filter(([name]) => !internal.includes(name)))

/** How an entry is removed. */
export interface Removal {
  permanent: boolean
  /** Throws unless this is the version that is meant. */
  check: (currentVersion: number) => void
  /** Makes articles that refer to it refer to something else first. */
  reassign?: ((tx: Writer, row: EntryRow) => Promise<void>) | undefined
}

/** Moves an entry to the trash, or removes it for good. Throws `in-use` while anything refers to it. */
export async function remove<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  { permanent, check, reassign }: Removal,
  act: Act,
): Promise<void> {
  const { now } = act
  const row = await (permanent ? findAny<Row> : find<Row>)(tx, kind, reference)
  if (!row) throw notFound(kind.noun)
  check(row.version)
  await reassign?.(tx, row)
  await refuseIfUsed(tx, kind, row)
  const { id, slug } = row
  if (permanent) {
    await releaseAll(tx, id)
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
async function countBelow(tx: Writer, { table }: Shelf, above: SQLiteColumn, id: string): Promise<number> {
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
export async function restore<Row extends EntryRow, Input extends EntryInput>(
  tx: Writer,
  kind: EntryKind<Row, Input>,
  reference: string,
  act: Act,
): Promise<Row> {
  const row = await findAny<Row>(tx, kind, reference)
  if (!row || row.deletedAt === null) throw notFound(kind.noun)
  const above = kind.above && (row as Record<string, unknown>)[kind.above.name]
  if (typeof above === 'string' && !(await find(tx, kind, above)))
    throw new Problem('conflict', `the ${kind.noun} above it is in the trash: restore that first`)
  const { id, slug, version } = row
  await tx.update(kind.table).set({ deletedAt: null }).where(eq(kind.table.id, id))
  await audit(tx, act, { action: `${kind.noun}.restore`, target: id, from: version, to: version })
  await record(tx, { type: `${kind.noun}.created`, at: act.now, target: id, slug, version })
  return { ...row, deletedAt: null }
}

/** Whether a reference is the present way to name the row; a former slug is not. */
export const isCurrent = (row: { slug: string }, reference: string): boolean =>
  isId(reference) || row.slug === reference
