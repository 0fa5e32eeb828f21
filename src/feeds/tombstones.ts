/** What was in a feed and is not any more: retracted, taken off the site, or moved to where another feed shows it. */
import { and, desc, gt, inArray, isNotNull, like, sql } from 'drizzle-orm'
import { lastSeq } from '../changes/log.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { changes, retractions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Tombstone } from './feed.ts'
import { isInScope, liveReferences, referencesIn } from './membership.ts'
import type { ScopeLimits } from './scope.ts'

/** How many of the last changes are looked through. */
const WINDOW = 5_000
/** How many of the articles that may be gone are looked at, and how many are told. */
const MOST_LOOKED_AT = 500
const MOST_TOLD = 50

/**
 * The articles that the last changes took out of a feed, the latest first. Only what was in the feed is told: each change
 * keeps what its article was before, and what that leaves open, the live article tells.
 */
export async function tombstonesOf(db: Reader, limits: ScopeLimits): Promise<Tombstone[]> {
  const rows = await selectLeft(db, { seq: Math.max(0, (await lastSeq(db)) - WINDOW) })
  const candidates = [...new Set(rows.map(({ target }) => target))].slice(0, MOST_LOOKED_AT)
  const live = await liveReferences(db, candidates)
  const left = candidates.flatMap((id) => {
    const now = live.get(id)
    if (now && isInScope(limits, now)) return []
    const last = rows.find(
      ({ target, was }) => target === id && isInScope(limits, { ...now, ...referencesIn(was ?? {}) }),
    )
    return last ? [last] : []
  })
  const told = left.slice(0, MOST_TOLD)
  const reasons = await reasonsOf(
    db,
    told.filter(({ type }) => type === 'article.retracted').map(({ target }) => target),
  )
  return told.map(({ target: id, at }) => ({ id, at, reason: reasons.get(id) ?? null }))
}

const selectLeft = prepared('feed_left', (db) =>
  db
    .select({ target: changes.target, type: changes.type, at: changes.at, was: changes.was })
    .from(changes)
    .where(and(gt(changes.seq, sql.placeholder('seq')), isNotNull(changes.was), like(changes.type, 'article.%')))
    .orderBy(desc(changes.seq)),
)

async function reasonsOf(db: Reader, articles: string[]): Promise<Map<string, string>> {
  if (articles.length === 0) return new Map()
  const rows = await db.select().from(retractions).where(inArray(retractions.article, articles))
  return new Map(rows.map(({ article, reason }) => [article, reason]))
}
