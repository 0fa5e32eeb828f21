/** Crops of single uses. They are stored, because only known ones can be requested. */
import { mediaItems } from '../body/media-uses.ts'
import type { Content } from '../editions/content.ts'
import type { Crop } from '../lib/media.ts'
import { cropKey } from '../media/renditions.ts'
import { mediaCrops } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'

/** Stores the crops by which a content shows images. */
export async function storeCrops(tx: Writer, { image, body }: Content): Promise<void> {
  const rows = [
    ...(image ? cropOf(image.media, image.crop) : []),
    ...body.flatMap(mediaItems).flatMap(({ media, item }) => cropOf(media, item.crop)),
  ]
  if (rows.length > 0) await tx.insert(mediaCrops).values(rows).onConflictDoNothing()
}

const cropOf = (media: string, crop: Crop | null | undefined) => (crop ? [{ media, key: cropKey(crop), crop }] : [])
