import { and, asc, eq, isNotNull, isNull, lte } from 'drizzle-orm'
import { serviceContext, type WriteContext } from '../../access/write-context.ts'
import { type Clock, timestamp } from '../../lib/clock.ts'
import { articles } from '../../storage/schema.ts'
import type { Storage } from '../../storage/storage.ts'
import type { ArticleRow } from '../store.ts'
import { makeLive } from './publish.ts'

/** How many pieces one look finds at most. */
const BATCH = 100

/**
 * Publishes what is due, in the order of its time, each piece in a transaction of its own; gives how many. Whether a
 * piece is still due is asked again inside: with several processes, or an editor who calls it off, it goes out once or
 * not at all.
 */
export async function publishDue({ storage, clock }: { storage: Storage; clock: Clock }): Promise<number> {
  const now = timestamp(clock)
  const due = await storage.reader
    .select({ id: articles.id })
    .from(articles)
    .where(lte(articles.publishAt, now))
    .orderBy(asc(articles.publishAt), asc(articles.id))
    .limit(BATCH)
  let published = 0
  for (const { id } of due)
    published += await storage.transaction((tx) => publishIfDue(tx, id, serviceContext('scheduler', clock)))
  return published
}

async function publishIfDue(tx: Parameters<typeof makeLive>[0], id: string, act: WriteContext): Promise<0 | 1> {
  const [row] = await tx
    .select()
    .from(articles)
    .where(and(eq(articles.id, id), lte(articles.publishAt, act.now), isNull(articles.deletedAt)))
  if (!row?.publishAt) return 0
  await makeLive(tx, row as ArticleRow, act, { at: row.publishAt })
  return 1
}

/** When the next piece goes live, if any is scheduled. */
async function nextRelease({ storage }: { storage: Storage }): Promise<string | null> {
  const [row] = await storage.reader
    .select({ publishAt: articles.publishAt })
    .from(articles)
    .where(isNotNull(articles.publishAt))
    .orderBy(asc(articles.publishAt))
    .limit(1)
  return row?.publishAt ?? null
}

/** Knows when the next piece goes live, so that nothing that is cached outlives it. */
export interface Releases {
  /** Seconds until the next release; infinite while none is scheduled. */
  secondsToNext(): number
  /** Looks it up anew: after a change to what is scheduled, and now and then, for those of other processes. */
  look(): Promise<void>
}

export function releases(deps: { storage: Storage; clock: Clock }): Releases {
  let next: number | null = null
  return {
    secondsToNext: () => (next === null ? Infinity : Math.max(0, (next - deps.clock.now().getTime()) / 1000)),
    async look() {
      const time = await nextRelease(deps)
      next = time === null ? null : Date.parse(time)
    },
  }
}
