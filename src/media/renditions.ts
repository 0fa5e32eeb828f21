/** The renditions of images: their addresses and sizes, computed without opening the file. */
import { createHash } from 'node:crypto'
import { imageServiceUrl } from '../lib/image-service.ts'
import type { Crop } from '../lib/media.ts'
import type { Rendition } from '../lib/media-schemas.ts'
import type { media } from '../storage/schema.ts'
import { type Box, type CroppedImage, type Cut, cutOf, FULL, heightAt } from './crops.ts'
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
  const source = settings.template === undefined ? undefined : serviceSource(media, image, settings)
  return [FULL, ...Object.keys(settings.crops)].flatMap((crop) => {
    const cut = cutOf(image, settings, crop, part)
    if (!cut) return []
    const url = (width: number) =>
      source ? source.urlOf(cut.box, width) : renditionUrl(media.id, settings, { key, crop, width })
    return [renditionOf(cut, crop, url)]
  })
}

function renditionOf({ box, widths }: Cut, crop: string, url: (width: number) => string): Rendition {
  const width = widths.at(-1) ?? 1
  const srcset = widths.map((each) => `${url(each)} ${each}w`).join(', ')
  return { crop, width, height: heightAt(box, width), mimeType: 'image/jpeg', url: url(width), srcset }
}

/** The whole image, from which an external service makes renditions: the largest one of this service. */
function serviceSource(media: MediaRow, image: CroppedImage, settings: MediaSettings) {
  const { baseUrl, template = '' } = settings
  const widest = cutOf(image, settings, FULL, null)?.widths.at(-1) ?? image.width
  const key = renditionKey(media, settings, null)
  const url = `${renditionUrl(media.id, { baseUrl }, { key, crop: FULL, width: widest })}.jpg`
  const pixels = (length: number) => Math.round((length * widest) / image.width)
  return {
    urlOf: (box: Box, width: number) =>
      imageServiceUrl(template, {
        source: url,
        width,
        height: heightAt(box, width),
        left: pixels(box.left),
        top: pixels(box.top),
        cropWidth: Math.max(1, pixels(box.width)),
        cropHeight: Math.max(1, pixels(box.height)),
      }),
  }
}

/** The address of a rendition. */
export const renditionUrl = (
  id: string,
  { baseUrl }: Pick<MediaSettings, 'baseUrl'>,
  { key, crop, width }: { key: string; crop: string; width: number },
): string => `${baseUrl}/media/${id}/${key}/${crop}-${width}`

/** The address at which the public has the file; of an image it leads to the crop `full`. */
export const fileUrl = (media: MediaRow, { baseUrl }: MediaSettings): string => `${baseUrl}/media/${media.id}/file`
