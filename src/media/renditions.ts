/** The renditions of images: their addresses and sizes, computed without opening the file. */
import { createHash } from 'node:crypto'
import type { Crop } from '../lib/media.ts'
import type { Rendition } from '../lib/media-schemas.ts'
import type { media } from '../storage/schema.ts'
import type { MediaSettings } from './settings.ts'

export type MediaRow = typeof media.$inferSelect

/** The part of an image that a crop of this ratio (width to height) shows: as large as fits, around the focal point. */
export function cropAround(
  { width, height, focalPoint }: Pick<MediaRow, 'width' | 'height' | 'focalPoint'>,
  ratio: number,
): Crop {
  const imageRatio = (width ?? 1) / (height ?? 1)
  const size = ratio > imageRatio ? { width: 1, height: imageRatio / ratio } : { width: ratio / imageRatio, height: 1 }
  const { x, y } = focalPoint ?? { x: 0.5, y: 0.5 }
  const within = (center: number, length: number) => Math.min(Math.max(center - length / 2, 0), 1 - length)
  return { x: within(x, size.width), y: within(y, size.height), ...size }
}

/** The key in addresses that stands for what is cut: another crop has another address, so that caches may keep each forever. */
export const cropKey = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 8)

/**
 * The renditions of an image, none for other media. `crop` is that of a single use: all are cut from it. No rendition is
 * larger than the image.
 */
export function renditionsOf(media: MediaRow, settings: MediaSettings, crop: Crop | null = null): Rendition[] {
  if (media.kind !== 'image' || media.width === null || media.height === null) return []
  return Object.entries(settings.crops).map(([name, ratio]) => renditionOf(media, settings, name, ratio, crop))
}

/** The part of the image that a rendition shows. */
export function partOf(media: MediaRow, name: string, ratio: number, crop: Crop | null): Crop {
  const own = media.crops[name]
  if (crop === null) return own ?? cropAround(media, ratio)
  const inner = cropAround(
    { width: (media.width ?? 1) * crop.width, height: (media.height ?? 1) * crop.height, focalPoint: null },
    ratio,
  )
  return {
    x: crop.x + inner.x * crop.width,
    y: crop.y + inner.y * crop.height,
    width: inner.width * crop.width,
    height: inner.height * crop.height,
  }
}

function renditionOf(
  media: MediaRow,
  settings: MediaSettings,
  name: string,
  ratio: number,
  crop: Crop | null,
): Rendition {
  const part = partOf(media, name, ratio, crop)
  const full = Math.max(1, Math.floor((media.width ?? 1) * part.width))
  const widths = settings.widths.filter((width) => width < full)
  const largest = settings.widths.length > widths.length ? full : (widths.at(-1) ?? full)
  const all = [...new Set([...widths, Math.min(largest, settings.widths.at(-1) ?? full)])]
  const key = crop === null ? cropKey([media.checksum, media.focalPoint, media.crops]) : cropKey(crop)
  const address = (width: number) => `${settings.baseUrl}/media/${media.id}/${key}/${name}-${width}`
  const width = all.at(-1) ?? full
  return {
    crop: name,
    width,
    height: Math.max(1, Math.round(width / ratio)),
    mimeType: 'image/jpeg',
    url: address(width),
    srcset: all.map((one) => `${address(one)} ${one}w`).join(', '),
  }
}

/** The address of the file itself. */
export const fileUrl = (media: MediaRow, { baseUrl }: MediaSettings): string => `${baseUrl}/media/${media.id}/file`
