/** What is in the trash, of all kinds; and its removal for good when it has been there for long enough. */
import { and, isNotNull, lt, ne, sql } from 'drizzle-orm'
import { serviceContext, type WriteContext } from '../access/write-context.ts'
import { deletePermanently } from '../articles/lifecycle/trash.ts'
import { findArticle } from '../articles/store.ts'
import { authorKind } from '../catalogue/authors.ts'
import { sectionKind } from '../catalogue/sections.ts'
import { sourceKind } from '../catalogue/sources.ts'
import { tagKind } from '../catalogue/tags.ts'
import { removeEntry } from '../catalogue/trash.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { type Keys, keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { articles, authors, sections, sources, tags } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

export const trashKinds = ['article', 'author', 'source', 'section', 'tag'] as const
export type TrashKind = (typeof trashKinds)[number]

/** A thing in the trash. */
export interface Trashed {
  kind: TrashKind
  id: string
  slug: string
  name: string
  deletedAt: string
}

/** How many things of a kind one call looks at. */
const BATCH = 100
const DAY = 24 * 60 * 60 * 1000

const tables = { article: articles, author: authors, source: sources, section: sections, tag: tags }
const entries = { author: authorKind, source: sourceKind, section: sectionKind, tag: tagKind }

/** A page of what is in the trash, last thrown away first. */
export async function listTrash(db: Reader, kinds: readonly TrashKind[], request: PageRequest): Promise<Page<Trashed>> {
  const found: Trashed[] = []
  for (const kind of kinds) found.push(...(await trashed(db, kind, request)))
  const [sign, keys] = [request.from?.back ? -1 : 1, (one: Trashed): Keys => [one.deletedAt, one.id]]
  found.sort((a, b) => sign * (keys(a).join() < keys(b).join() ? 1 : -1))
  return pageOf(found.slice(0, request.limit + 1), request, keys)
}

async function trashed(db: Reader, kind: TrashKind, request: PageRequest): Promise<Trashed[]> {
  const table = tables[kind]
  const slice = keyset({ kind: 'time', column: table.deletedAt, id: table.id, descending: true }, request)
  const name = kind === 'article' ? articles.content : tables[kind].name
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

/** Where the last look at each kind ended; null where it came to the end, and the next begins anew. */
export type Places = Map<TrashKind, Keys | null>

/**
 * Removes for good what has been in the trash for so many days; 0 removes nothing. What is still referred to stays, and
 * so does what was retracted: its notice is public. A call looks at the oldest so many of each kind, and one with the
 * same `places` at those behind them: what stays is not in the way. Gives how many were removed.
 */
export async function purgeTrash(
  { storage, clock }: { storage: Storage; clock: Clock },
  days: number,
  places: Places = new Map(),
): Promise<number> {
  if (days === 0) return 0
  const before = new Date(clock.now().getTime() - days * DAY).toISOString()
  let purged = 0
  for (const kind of trashKinds) {
    const { rows, next } = await overdue(storage.reader, kind, { before, after: places.get(kind) ?? null })
    for (const { id } of rows)
      purged += await storage
        .transaction((tx) => purgeOne(tx, kind, id, serviceContext('purge', clock)))
        .catch(unlessInUse)
    places.set(kind, next)
  }
  return purged
}

/** A page of what has been in the trash since before a time, the oldest first. */
async function overdue(db: Reader, kind: TrashKind, { before, after }: { before: string; after: Keys | null }) {
  const table = tables[kind]
  const request: PageRequest = { limit: BATCH, from: after && { keys: after, back: false } }
  const slice = keyset({ kind: 'time', column: table.deletedAt, id: table.id, descending: false }, request)
  const isKept = kind === 'article' ? ne(articles.status, 'retracted') : undefined
  const rows = await db
    .select({ id: table.id, deletedAt: table.deletedAt })
    .from(table)
    .where(and(lt(table.deletedAt, before), isKept, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(rows, request, ({ deletedAt, id }): Keys => [deletedAt ?? '', id])
}

async function purgeOne(tx: Writer, kind: TrashKind, id: string, act: WriteContext): Promise<1> {
  if (kind === 'article') await deletePermanently(tx, await findArticle(tx, id, act.caller, 'only'), act)
  else await removeEntry(tx, entries[kind] as typeof entries.tag, id, { permanent: true, check: () => {} }, act)
  return 1
}

function unlessInUse(error: unknown): 0 {
  if (error instanceof Problem && (error.type === 'in-use' || error.type === 'not-found')) return 0
  throw error
}
