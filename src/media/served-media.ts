/** Media as the public may have it. */
import { and, eq, sql } from 'drizzle-orm'
import { loadByIds } from '../catalogue/loader.ts'
import { isId } from '../lib/id.ts'
import type { Crop } from '../lib/media.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { media, mediaCrops } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { RenditionCache } from './rendition-cache.ts'
import type { MediaRow } from './renditions.ts'

/**
 * The media with this id. Throws `not-found`, also for media in the trash, and `withdrawn`: then its renditions are
 * deleted.
 */
export async function servedMedia(
  db: Reader,
  renditions: Pick<RenditionCache, 'delete'>,
  id: string,
): Promise<MediaRow> {
  const [row] = isId(id) ? await loadByIds<MediaRow>(db, media, [id]) : []
  if (row?.deletedAt !== null) throw notFound('media')
  if (row.status === 'available') return row
  await renditions.delete(id)
  throw new Problem('withdrawn', row.status === 'expired' ? 'the rights have expired' : 'the file was withdrawn')
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
