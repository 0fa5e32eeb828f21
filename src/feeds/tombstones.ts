/** Articles that have left a feed: retracted, unpublished, or changed so that they no longer match its filters. */
import { and, desc, gt, inArray, isNotNull, like, sql } from 'drizzle-orm'
import { referencesIn } from '../access/references.ts'
import { lastSeq } from '../changes/log.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { changes, retractions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Tombstone } from './feed.ts'
import { isInScope, liveReferences } from './membership.ts'
import type { ScopeLimits } from './scope.ts'

/** How many of the last changes are searched. */
const MAX_CHANGES = 5_000
/** How many articles are checked at most, and how many tombstones a feed has at most. */
const MAX_CANDIDATES = 500
const MAX_TOMBSTONES = 50

/**
 * The articles that the last changes removed from a feed, the latest first. Each change stores the previous attributes of
 * its article, which say whether it was in the feed; attributes that are not stored are those of the live article.
 */
export async function tombstonesOf(db: Reader, limits: ScopeLimits): Promise<Tombstone[]> {
  const rows = await selectLeft(db, { seq: Math.max(0, (await lastSeq(db)) - MAX_CHANGES) })
  const candidates = [...new Set(rows.map(({ target }) => target))].slice(0, MAX_CANDIDATES)
  const live = await liveReferences(db, candidates)
  const left = candidates.flatMap((id) => {
    const now = live.get(id)
    if (now && isInScope(limits, now)) return []
    const last = rows.find(
      ({ target, previousAttributes }) =>
        target === id && isInScope(limits, { ...now, ...referencesIn(previousAttributes ?? {}) }),
    )
    return last ? [last] : []
  })
  const removed = left.slice(0, MAX_TOMBSTONES)
  const reasons = await reasonsOf(
    db,
    removed.filter(({ type }) => type === 'article.retracted').map(({ target }) => target),
  )
  return removed.map(({ target: id, at }) => ({ id, at, reason: reasons.get(id) ?? null }))
}

const selectLeft = prepared('feed_left', (db) =>
  db
    .select({
      target: changes.target,
      type: changes.type,
      at: changes.at,
      previousAttributes: changes.previousAttributes,
    })
    .from(changes)
    .where(
      and(
        gt(changes.seq, sql.placeholder('seq')),
        isNotNull(changes.previousAttributes),
        like(changes.type, 'article.%'),
      ),
    )
    .orderBy(desc(changes.seq)),
)

async function reasonsOf(db: Reader, articles: string[]): Promise<Map<string, string>> {
  if (articles.length === 0) return new Map()
  const rows = await db.select().from(retractions).where(inArray(retractions.article, articles))
  return new Map(rows.map(({ article, reason }) => [article, reason]))
}
