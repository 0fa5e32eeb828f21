/** Withdraws files, makes them available again, and expires those whose rights have ended. */
import { and, eq, isNull, lte } from 'drizzle-orm'
import { serviceContext, type WriteContext } from '../access/write-context.ts'
import { findOwnEntry, saveEntry } from '../catalogue/store.ts'
import type { Clock } from '../lib/clock.ts'
import { timestamp } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { forEachItem } from '../storage/for-each.ts'
import { media } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { articlesShowing, type LiveArticle } from './articles-showing.ts'
import { mediaKind } from './kind.ts'
import type { MediaRow } from './renditions.ts'
import { statusAt } from './status.ts'

/**
 * Withdraws a file: from the commit on nobody is shown it. Gives the live articles that lose it. Throws `conflict` if it is
 * withdrawn already.
 */
export async function takeDown(
  tx: Writer,
  reference: string,
  reason: string,
  context: WriteContext,
): Promise<{ row: MediaRow; articles: LiveArticle[] }> {
  const before = await findOwnEntry(tx, mediaKind, reference, context)
  if (before.status === 'withdrawn')
    throw new Problem('conflict', `it is withdrawn already: ${before.statusReason ?? 'no reason is given'}`)
  const articles = before.status === 'available' ? await articlesShowing(tx, before.id) : []
  const withdrawn = { status: 'withdrawn', statusReason: reason }
  return { row: await saveEntry(tx, mediaKind, before, withdrawn, context, 'takedown'), articles }
}

/** Makes a withdrawn file available again, unless its rights have expired. Throws `conflict` if it is not withdrawn. */
export async function reinstate(tx: Writer, reference: string, context: WriteContext): Promise<MediaRow> {
  const before = await findOwnEntry(tx, mediaKind, reference, context)
  if (before.status !== 'withdrawn') throw new Problem('conflict', 'it is not withdrawn')
  return saveEntry(tx, mediaKind, before, statusAt(null, before.expiresAt, context.now), context, 'reinstate')
}

/** How many files are read at once. */
const BATCH = 50

/** Expires the files whose rights have ended, each in a transaction of its own. Gives how many. */
export async function expireDue({ storage, clock }: { storage: Storage; clock: Clock }): Promise<number> {
  const now = timestamp(clock)
  const isDue = and(eq(media.status, 'available'), lte(media.expiresAt, now), isNull(media.deletedAt))
  const due = await storage.reader.select({ id: media.id }).from(media).where(isDue).limit(BATCH)
  return forEachItem(due, ({ id }) =>
    storage.transaction(async (tx) => {
      // It may have been changed meanwhile, also by another process.
      const [row] = await tx
        .select()
        .from(media)
        .where(and(isDue, eq(media.id, id)))
      if (row) await saveEntry(tx, mediaKind, row, { status: 'expired' }, serviceContext('expiry', clock), 'expire')
      return 1
    }),
  )
}
