/** Pages of the changes and of the snapshot, limited to what a client's grant covers. */
import { asc, gt, sql } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import type { MediaAccess } from '../access/media-access.ts'
import type { ChangeNotifier } from '../changes/change-notifier.ts'
import { changesAfter, type LoggedChange } from '../changes/log.ts'
import { jsonWithMediaFor } from '../editions/article-media.ts'
import { documentsOf } from '../editions/cards.ts'
import { changePayloads, grantedArticles } from '../editions/change-payload.ts'
import type { CursorLocation } from '../lib/cursor.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { changes, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { type ChangePosition, cursorExpired, decodePosition } from './cursor.ts'

/** How many changes one request reads at most, however few of them the client may see. */
const MAX_SCANNED = 5_000

/** A change as JSON, with its position. */
export interface ChangeItem {
  type: string
  position: ChangePosition
  json: string
}

export interface ChangesPage {
  items: ChangeItem[]
  /** The last change that was read, visible to the client or not. */
  position: ChangePosition
  hasMore: boolean
}

export interface ChangesQuery {
  limit: number
  grant: Grant | null
  /** Whether to include the live editions of articles. */
  withEditions: boolean
  /** Which media the editions may have. */
  mediaAccess: MediaAccess
}

/** The changes after a position. They show articles as they are now. */
export async function readChanges(db: Reader, from: ChangePosition, query: ChangesQuery): Promise<ChangesPage> {
  const { limit, grant } = query
  const items: ChangeItem[] = []
  let position = from
  let hasMore = true
  for (let scanned = 0; hasMore && items.length < limit && scanned < MAX_SCANNED; ) {
    const missing = limit - items.length
    const found = await changesAfter(db, position.seq, missing + 1)
    const rows = found.slice(0, missing)
    hasMore = found.length > missing
    scanned += rows.length
    items.push(...(await visibleItems(db, rows, query)))
    const last = rows.at(-1)
    if (last) position = { seq: last.seq, at: last.at }
    // Without a grant every change is visible, so that one query fills the page.
    if (grant === null) break
  }
  return { items, position, hasMore }
}

/** The changes after a position; while there is none, waits for one until the signal or the service ends the wait. */
export async function waitForChanges(
  db: Reader,
  from: ChangePosition,
  query: ChangesQuery,
  notifier: ChangeNotifier,
  signal: AbortSignal,
): Promise<ChangesPage> {
  for (let position = from; ; ) {
    const page = await readChanges(db, position, query)
    position = page.position
    if (page.items.length > 0 || page.hasMore || signal.aborted || notifier.closed.aborted) return page
    await notifier.waitAfter(position.seq, signal)
  }
}

async function visibleItems(db: Reader, rows: LoggedChange[], query: ChangesQuery): Promise<ChangeItem[]> {
  return (await changePayloads(db, rows, query))
    .filter(({ isVisible }) => isVisible)
    .map(({ change: { seq, type, at }, members }) => {
      const json = `{"seq":${seq},"type":${JSON.stringify(type)},"at":${JSON.stringify(at)},${members}}`
      return { type, position: { seq, at }, json }
    })
}

/**
 * The position of a cursor, or the beginning if there is none. Throws `invalid-cursor` with where the request has it, and
 * `cursor-expired`.
 */
export async function resolvePosition(
  db: Reader,
  cursor: string | undefined,
  grant: Grant | null,
  where: CursorLocation = { in: 'query', name: 'since' },
): Promise<ChangePosition> {
  const position = cursor === undefined ? { seq: 0, at: '' } : decodePosition(cursor, grant, where)
  await checkPosition(db, position)
  return position
}

const selectFirst = prepared('changes_first', (db) =>
  db.select({ seq: changes.seq }).from(changes).orderBy(asc(changes.seq)).limit(1),
)

/** Throws `cursor-expired` unless every change after the position is still stored, in the history it belongs to. */
async function checkPosition(db: Reader, { seq, at }: ChangePosition): Promise<void> {
  if (seq === 0) return
  const [row] = await changesAfter(db, seq - 1, 1)
  const [first] = await selectFirst(db)
  if (!row) throw cursorExpired('there are fewer changes than the cursor says')
  if (row.seq === seq && row.at !== at) throw cursorExpired('the cursor comes from another history')
  if (row.seq !== seq && first && first.seq > seq + 1) throw cursorExpired('changes after the cursor have been deleted')
}

const selectPage = prepared('snapshot_page', (db) =>
  db
    .select({ article: editions.article })
    .from(editions)
    .where(gt(editions.article, sql.placeholder('after')))
    .orderBy(asc(editions.article))
    .limit(sql.placeholder('limit')),
)

/**
 * A page of all live articles that the grant covers, in the order of their ids, after the article `after`. `last` is the
 * last article that was read; null on the last page.
 */
export async function readSnapshot(
  db: Reader,
  { after, limit, grant, mediaAccess }: { after: string; limit: number; grant: Grant | null; mediaAccess: MediaAccess },
): Promise<{ documents: string[]; last: string | null }> {
  const found = await selectPage(db, { after, limit: limit + 1 })
  const ids = found.slice(0, limit).map(({ article }) => article)
  const granted = await grantedArticles(db, ids, grant)
  const documents = await documentsOf(
    db,
    ids.filter((id) => granted.has(id)),
  )
  return {
    documents: documents.map(({ json }) => jsonWithMediaFor(mediaAccess, json)),
    last: found.length > limit ? (ids.at(-1) ?? null) : null,
  }
}
