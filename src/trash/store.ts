/** The trash: items of all kinds, and their permanent deletion after the retention period. */
import { and, isNotNull, lt, ne, sql } from 'drizzle-orm'
import { serviceContext, type WriteContext } from '../access/write-context.ts'
import { deletePermanently } from '../articles/lifecycle/trash.ts'
import { findArticle } from '../articles/store.ts'
import { authorKind } from '../catalogue/authors.ts'
import { sectionKind } from '../catalogue/sections.ts'
import { sourceKind } from '../catalogue/sources.ts'
import { tagKind } from '../catalogue/tags.ts'
import { deleteEntry } from '../catalogue/trash.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { mediaKind } from '../media/kind.ts'
import { forEachItem } from '../storage/for-each.ts'
import { type Keys, keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { articles } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import { tablesByKind } from '../storage/tables-by-kind.ts'

export const trashKinds = ['article', 'author', 'source', 'section', 'tag', 'media'] as const
export type TrashKind = (typeof trashKinds)[number]

/** An article or an entry in the trash. */
export interface TrashItem {
  kind: TrashKind
  id: string
  slug: string
  name: string
  deletedAt: string
}

/** How many items of a kind are read at once. */
const BATCH_SIZE = 100
const DAY = 24 * 60 * 60 * 1000

const entries = { author: authorKind, source: sourceKind, section: sectionKind, tag: tagKind, media: mediaKind }

/** A page of the trash, the last deleted first. */
export async function listTrash(
  db: Reader,
  kinds: readonly TrashKind[],
  request: PageRequest,
): Promise<Page<TrashItem>> {
  const items: TrashItem[] = []
  for (const kind of kinds) items.push(...(await trashedOf(db, kind, request)))
  const sign = request.from?.back ? -1 : 1
  const keys = ({ deletedAt, id }: TrashItem): Keys => [deletedAt, id]
  items.sort((a, b) => sign * (keys(a).join() < keys(b).join() ? 1 : -1))
  return pageOf(items.slice(0, request.limit + 1), request, keys)
}

async function trashedOf(db: Reader, kind: TrashKind, request: PageRequest): Promise<TrashItem[]> {
  const table = tablesByKind[kind]
  const slice = keyset({ kind: 'time', column: table.deletedAt, id: table.id, descending: true }, request)
  const name = kind === 'article' ? articles.content : tablesByKind[kind].name
  const rows = await db
    .select({
      id: table.id,
      slug: table.slug,
      name,
      deletedAt: sql<string>`${table.deletedAt}`.mapWith(table.deletedAt),
    })
    .from(table)
    .where(and(isNotNull(table.deletedAt), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return rows.map((row) => ({ ...row, kind, name: nameOf(row.name) }))
}

const nameOf = (value: unknown): string =>
  typeof value === 'string' ? value : (value as { headline: string }).headline

/** By kind, the position after which the next call continues; null to start again from the oldest. */
export type PurgeCursors = Map<TrashKind, Keys | null>

/**
 * Permanently deletes items that have been in the trash for `days` days (0 deletes nothing), except those that are still
 * referred to and retracted articles, whose notice is public. Each item is deleted in a transaction of its own, so that
 * others get their turn. Of each kind a call processes batch after batch, until one in which nothing could be deleted;
 * `cursors` makes the next call continue behind that, so that undeletable items do not block others. Ends early when
 * `isStopped`. Returns how many were deleted; throws the error of an item that cannot be deleted, after all kinds had their
 * turn.
 */
export async function deleteExpiredTrash(
  { storage, clock }: { storage: Storage; clock: Clock },
  days: number,
  cursors: PurgeCursors = new Map(),
  isStopped: () => boolean = () => false,
): Promise<number> {
  if (days === 0) return 0
  const before = new Date(clock.now().getTime() - days * DAY).toISOString()
  return forEachItem(trashKinds, async (kind) => {
    let total = 0
    for (let deleted = 1; deleted > 0 && !isStopped(); total += deleted) {
      const { rows, next } = await expiredOf(storage.reader, kind, { before, after: cursors.get(kind) ?? null })
      cursors.set(kind, next)
      deleted = await forEachItem(rows, ({ id }) =>
        storage.transaction((tx) => deleteItem(tx, kind, id, serviceContext('purge', clock))).catch(zeroIfInUse),
      )
    }
    return total
  })
}

/** A batch of items that were deleted before a time, the oldest first. */
async function expiredOf(db: Reader, kind: TrashKind, { before, after }: { before: string; after: Keys | null }) {
  const table = tablesByKind[kind]
  const request: PageRequest = { limit: BATCH_SIZE, from: after && { keys: after, back: false } }
  const slice = keyset({ kind: 'time', column: table.deletedAt, id: table.id, descending: false }, request)
  const notRetracted = kind === 'article' ? ne(articles.status, 'retracted') : undefined
  const rows = await db
    .select({ id: table.id, deletedAt: table.deletedAt })
    .from(table)
    .where(and(lt(table.deletedAt, before), notRetracted, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(rows, request, ({ deletedAt, id }): Keys => [deletedAt ?? '', id])
}

async function deleteItem(tx: Writer, kind: TrashKind, id: string, context: WriteContext): Promise<1> {
  if (kind === 'article') await deletePermanently(tx, await findArticle(tx, id, context.caller, 'only'), context)
  else await deleteEntry(tx, entries[kind] as typeof entries.tag, id, { permanent: true, check: () => {} }, context)
  return 1
}

function zeroIfInUse(error: unknown): 0 {
  if (error instanceof Problem && (error.type === 'in-use' || error.type === 'not-found')) return 0
  throw error
}
