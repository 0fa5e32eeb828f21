/** The renditions of images: their addresses and sizes, computed without opening the file. */
import { createHash } from 'node:crypto'
import type { Crop } from '../lib/media.ts'
import type { Rendition } from '../lib/media-schemas.ts'
import type { media } from '../storage/schema.ts'
import { type CroppedImage, type Cut, cutOf, FULL, heightAt } from './crops.ts'
import type { MediaSettings } from './settings.ts'

export type MediaRow = typeof media.$inferSelect

/** A short hash of what is cut, for addresses. */
export const cropKey = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 8)

/**
 * The key in the addresses of an image: it changes with the file and with every cut, so that caches may store each address
 * forever. The key of a part that one use shows stands behind it.
 */
export function renditionKey(media: MediaRow, { crops }: Pick<MediaSettings, 'crops'>, part: Crop | null): string {
  const key = cropKey([media.checksum, media.focalPoint, media.crops, crops])
  return part === null ? key : `${key}.${cropKey(part)}`
}

/** What decides how the media is cut; undefined if it is no image. */
export function croppedImage({ kind, width, height, focalPoint, crops }: MediaRow): CroppedImage | undefined {
  return kind === 'image' && width !== null && height !== null ? { width, height, focalPoint, crops } : undefined
}

/**
 * The renditions of an image, none for other media. `part` is the part that one use shows: all are cut from it. No
 * rendition is larger than the image.
 */
export function renditionsOf(media: MediaRow, settings: MediaSettings, part: Crop | null = null): Rendition[] {
  const image = croppedImage(media)
  if (!image) return []
  const key = renditionKey(media, settings, part)
  return [FULL, ...Object.keys(settings.crops)].flatMap((crop) => {
    const cut = cutOf(image, settings, crop, part)
    return cut ? [renditionOf(cut, crop, (width) => renditionUrl(media.id, settings, { key, crop, width }))] : []
  })
}

function renditionOf({ box, widths }: Cut, crop: string, url: (width: number) => string): Rendition {
  const width = widths.at(-1) ?? 1
  const srcset = widths.map((each) => `${url(each)} ${each}w`).join(', ')
  return { crop, width, height: heightAt(box, width), mimeType: 'image/jpeg', url: url(width), srcset }
}

/** The address of a rendition. */
export const renditionUrl = (
  id: string,
  { baseUrl }: Pick<MediaSettings, 'baseUrl'>,
  { key, crop, width }: { key: string; crop: string; width: number },
): string => `${baseUrl}/media/${id}/${key}/${crop}-${width}`

/** The address at which the public has the file; of an image it leads to the crop `full`. */
export const fileUrl = (media: MediaRow, { baseUrl }: MediaSettings): string => `${baseUrl}/media/${media.id}/file`
