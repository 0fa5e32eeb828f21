/** Media as the public may have it. */
import { and, eq, sql } from 'drizzle-orm'
import type { Caller } from '../access/roles.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { isId } from '../lib/id.ts'
import type { Crop } from '../lib/media.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { media, mediaCrops } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { RenditionFolder } from './rendition-folder.ts'
import type { MediaRow } from './renditions.ts'

/** Whether a caller who may read what is live may have the file of this media. */
export type MayHaveFile = (caller: Caller, media: Pick<MediaRow, 'id' | 'rights'>) => Promise<boolean>

export interface ServedMediaDeps {
  renditions: Pick<RenditionFolder, 'delete'>
  clock: Clock
  mayHaveFile: MayHaveFile
}

/**
 * The media with this id. Throws `not-found`, also for media in the trash and for what the caller may not have, and
 * `withdrawn`: then its renditions are deleted.
 */
export async function servedMedia(
  db: Reader,
  { renditions, clock, mayHaveFile }: ServedMediaDeps,
  caller: Caller,
  id: string,
): Promise<MediaRow> {
  const [row] = isId(id) ? await loadByIds<MediaRow>(db, media, [id]) : []
  if (row?.deletedAt !== null || !(await mayHaveFile(caller, row))) throw notFound('media')
  // It is stored as expired a moment after its time.
  const hasExpired = row.expiresAt !== null && row.expiresAt <= timestamp(clock)
  if (row.status === 'available' && !hasExpired) return row
  await renditions.delete(id)
  throw new Problem('withdrawn', row.status === 'withdrawn' ? 'the file was withdrawn' : 'the rights have expired')
}

const selectPart = prepared('media_part', (db) =>
  db
    .select({ crop: mediaCrops.crop })
    .from(mediaCrops)
    .where(and(eq(mediaCrops.media, sql.placeholder('media')), eq(mediaCrops.key, sql.placeholder('key')))),
)

/** The part of an image that one use shows, by its key; null if there is no such use. */
export async function usedPart(db: Reader, id: string, key: string): Promise<Crop | null> {
  const [row] = await selectPart(db, { media: id, key })
  return row?.crop ?? null
}
