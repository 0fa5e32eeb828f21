import { and, asc, eq, isNotNull, isNull, lte } from 'drizzle-orm'
import { serviceContext, type WriteContext } from '../../access/write-context.ts'
import { type Clock, timestamp } from '../../lib/clock.ts'
import { forEachItem } from '../../storage/for-each.ts'
import { prepared } from '../../storage/prepared-statements.ts'
import { articles, media } from '../../storage/schema.ts'
import type { Reader, Storage } from '../../storage/storage.ts'
import { articleRow } from '../store.ts'
import { makeLive } from './publish.ts'

/** How many articles one run publishes at most. */
const BATCH = 100

/**
 * Publishes the articles that are due, in the order of `publishAt`, each in a transaction of its own; gives how many.
 * The transaction checks again that the article is due: another process may have published it, an editor cancelled it.
 * Throws the error of an article that cannot be published, after it has published the others.
 */
export async function publishDue({ storage, clock }: { storage: Storage; clock: Clock }): Promise<number> {
  const now = timestamp(clock)
  const due = await storage.reader
    .select({ id: articles.id })
    .from(articles)
    .where(lte(articles.publishAt, now))
    .orderBy(asc(articles.publishAt), asc(articles.id))
    .limit(BATCH)
  return forEachItem(due, ({ id }) =>
    storage.transaction((tx) => publishIfDue(tx, id, serviceContext('scheduler', clock))),
  )
}

async function publishIfDue(tx: Parameters<typeof makeLive>[0], id: string, context: WriteContext): Promise<0 | 1> {
  const [row] = await tx
    .select()
    .from(articles)
    .where(and(eq(articles.id, id), lte(articles.publishAt, context.now), isNull(articles.deletedAt)))
  if (!row?.publishAt) return 0
  await makeLive(tx, articleRow(row), context, { at: row.publishAt })
  return 1
}

const selectNext = prepared('next_release', (db) =>
  db
    .select({ publishAt: articles.publishAt })
    .from(articles)
    .where(isNotNull(articles.publishAt))
    .orderBy(asc(articles.publishAt))
    .limit(1),
)

const selectNextExpiry = prepared('next_expiry', (db) =>
  db
    .select({ expiresAt: media.expiresAt })
    .from(media)
    .where(and(eq(media.status, 'available'), isNotNull(media.expiresAt), isNull(media.deletedAt)))
    .orderBy(asc(media.expiresAt))
    .limit(1),
)

/** The time of the next scheduled publication, or of the next end of rights in media; null if there is none. */
async function nextRelease(db: Reader): Promise<string | null> {
  const [[release], [expiry]] = await Promise.all([selectNext(db), selectNextExpiry(db)])
  const [first = null] = [release?.publishAt, expiry?.expiresAt].flatMap((time) => time ?? []).sort()
  return first
}

/** Knows the time of the next change of what is public that no request makes, so that no reply is cached for longer. */
export interface Releases {
  /** Seconds until the next scheduled publication or end of rights in media; infinite if there is none. */
  secondsToNext(): number
  /** Reads that time from the database: at the start, and regularly, for the commits of other processes. */
  refresh(): Promise<void>
}

/** Reads that time after each commit. */
export function releases({ storage, clock }: { storage: Storage; clock: Clock }): Releases {
  let next: number | null = null
  async function refresh(): Promise<void> {
    const at = await nextRelease(storage.backgroundReader)
    next = at === null ? null : Date.parse(at)
  }
  storage.onCommit(() =>
    refresh().catch(() => {
      // The commit holds. Until the time is known, nothing is cached.
      next = 0
    }),
  )
  return {
    secondsToNext: () => (next === null ? Infinity : Math.max(0, (next - clock.now().getTime()) / 1000)),
    refresh,
  }
}
