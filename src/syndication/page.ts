/** Pages of the log as a client may see them. */
import { asc, gt, sql } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import { changesAfter, type LoggedChange } from '../changes/log.ts'
import { documentsOf } from '../editions/cards.ts'
import { changePayloads, grantedArticles } from '../editions/change-payload.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { changes, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { type ChangePosition, cursorExpired } from './cursor.ts'

/** How many rows of the log one request goes through at most, however few of them it may show. */
const MOST_SCANNED = 5_000

/** A change as it is shown, as finished JSON; and its place in the log. */
export interface ChangeItem {
  type: string
  position: ChangePosition
  json: string
}

export interface ChangesPage {
  items: ChangeItem[]
  /** Up to where the log was read. */
  position: ChangePosition
  hasMore: boolean
}

export interface ChangesQuery {
  limit: number
  grant: Grant | null
  /** Whether the live editions are wanted with the changes. */
  withEditions: boolean
}

/** The changes that come after a place. What an article is now decides how its changes are shown. */
export async function readChanges(db: Reader, from: ChangePosition, query: ChangesQuery): Promise<ChangesPage> {
  const { limit, grant } = query
  const items: ChangeItem[] = []
  let place = from
  let hasMore = true
  for (let scanned = 0; hasMore && items.length < limit && scanned < MOST_SCANNED; ) {
    const wanted = limit - items.length
    const found = await changesAfter(db, place.seq, wanted + 1)
    const rows = found.slice(0, wanted)
    hasMore = found.length > wanted
    scanned += rows.length
    items.push(...(await shown(db, rows, query)))
    const last = rows.at(-1)
    if (last) place = { seq: last.seq, at: last.at }
    if (grant === null) break
  }
  return { items, position: place, hasMore }
}

async function shown(db: Reader, rows: LoggedChange[], query: ChangesQuery): Promise<ChangeItem[]> {
  return (await changePayloads(db, rows, query))
    .filter(({ isVisible: concerns }) => concerns)
    .map(({ change: { seq, type, at }, members }) => {
      const json = `{"seq":${seq},"type":${JSON.stringify(type)},"at":${JSON.stringify(at)},${members}}`
      return { type, place: { seq, at }, json }
    })
}

const selectFirst = prepared('changes_first', (db) =>
  db.select({ seq: changes.seq }).from(changes).orderBy(asc(changes.seq)).limit(1),
)

/** Throws `cursor-expired` unless the log still has all that comes after the place, and is the log it was taken from. */
export async function checkPosition(db: Reader, { seq, at }: ChangePosition): Promise<void> {
  if (seq === 0) return
  const [row] = await changesAfter(db, seq - 1, 1)
  const [first] = await selectFirst(db)
  if (!row) throw cursorExpired('this log is shorter than the cursor says')
  if (row.seq === seq && row.at !== at) throw cursorExpired('the cursor comes from another history')
  if (row.seq !== seq && first && first.seq > seq + 1)
    throw cursorExpired('what came after the cursor is not kept any more')
}

const selectPage = prepared('snapshot_page', (db) =>
  db
    .select({ article: editions.article })
    .from(editions)
    .where(gt(editions.article, sql.placeholder('after')))
    .orderBy(asc(editions.article))
    .limit(sql.placeholder('limit')),
)

/** A page of all live articles that the grant covers, in the order of their ids; `last` is null on the last page. */
export async function readSnapshot(
  db: Reader,
  { from, limit, grant }: { from: string; limit: number; grant: Grant | null },
): Promise<{ documents: string[]; last: string | null }> {
  const found = await selectPage(db, { after: from, limit: limit + 1 })
  const ids = found.slice(0, limit).map(({ article }) => article)
  const held = await grantedArticles(db, ids, grant)
  const documents = await documentsOf(
    db,
    ids.filter((id) => held.has(id)),
  )
  return { documents: documents.map(({ json }) => json), last: found.length > limit ? (ids.at(-1) ?? null) : null }
}
