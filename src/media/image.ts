/** What replies show of media. */

import type { LoadImages } from '../catalogue/images.ts'
import type { Crop } from '../lib/media.ts'
import type { Image, Rendition } from '../lib/media-schemas.ts'
import { singleLine } from '../lib/unicode.ts'
import { FULL } from './crops.ts'
import { loadMedia, type MediaLoader } from './loader.ts'
import { fileUrl, type MediaRow, renditionsOf } from './renditions.ts'
import type { MediaSettings } from './settings.ts'

/** What one use says of an image in place of what the image says of itself. */
export interface ImageUse {
  alt?: string | null | undefined
  caption?: string | null | undefined
  credit?: string | null | undefined
  crop?: Crop | null | undefined
}

/** The rendition that shows the whole image; undefined for what is no image. */
export const wholeOf = (renditions: Rendition[]): Rendition | undefined =>
  renditions.find(({ crop }) => crop === FULL) ?? renditions[0]

/** An image as an article or an entry shows it. */
export function imageOf(media: MediaRow, settings: MediaSettings, use: ImageUse = {}): Image {
  const { id, focalPoint } = media
  const facts = imageFactsOf(media, settings, use)
  return {
    id,
    ...wordsOf(media, use),
    focalPoint,
    ...(use.crop && { crop: use.crop }),
    ...facts,
    rights: rightsOf(media),
  }
}

/** The image with an id as it is; null if there is none or it may not be shown. */
export function imageById(id: string | null, media: MediaLoader): Image | null {
  const row = id === null ? undefined : media.available(id)
  return row ? imageOf(row, media.settings) : null
}

/** Loads the images of entries. */
export const loadImages: LoadImages = async (db, ids) => {
  const media = await loadMedia(db, ids)
  return (id) => imageById(id, media)
}

/** What a reply has of the image itself. */
export function imageFactsOf(media: MediaRow, settings: MediaSettings, { crop = null }: ImageUse) {
  const { width, height, dominantColour, thumbhash } = media
  const renditions = renditionsOf(media, settings, crop)
  const url = wholeOf(renditions)?.url ?? fileUrl(media, settings)
  return { url, width, height, dominantColour, thumbhash, renditions }
}

/** The words of a use, or those of the media where it has none. */
export const wordsOf = (media: MediaRow, { alt, caption, credit }: ImageUse) => ({
  alt: alt ?? singleLine(media.alt ?? ''),
  caption: caption ?? media.caption,
  credit: credit ?? media.credit,
})

/** What is shown of the rights in a file. */
export function rightsOf({ rights }: MediaRow): NonNullable<Image['rights']> {
  const { holder, licence, licenceUrl, usage, expiresAt, syndication } = rights
  return { holder, licence, licenceUrl, usage, expiresAt, syndication }
}
