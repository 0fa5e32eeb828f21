/** Compiles the media of an article: ids are replaced by what is shown of the files. What may not be shown is left out. */

import type { Block, StoredBlock } from '../body/block.ts'
import { mapMedia } from '../body/media-uses.ts'
import { writeInline } from '../body/write-inline.ts'
import type { Image } from '../lib/media-schemas.ts'
import { singleLine } from '../lib/unicode.ts'
import { type ImageUse, imageFactsOf, imageOf, rightsOf, wordsOf } from '../media/image.ts'
import type { MediaLoader } from '../media/loader.ts'
import { fileUrl, type MediaRow } from '../media/renditions.ts'
import type { StoredImage } from './content.ts'

/** The lead image of an article; null if it has none or may not show it. */
export function compileImage(image: StoredImage | undefined, media: MediaLoader): Image | null {
  const row = image && media.available(image.media)
  return row ? imageOf(row, media.settings, image) : null
}

/** A block with the addresses, the words and the rights of its media; null if none of it may be shown. */
export const compileMediaBlock = (block: StoredBlock, media: MediaLoader): Block | null =>
  mapMedia(block, (item, { kind }) => {
    const row = media.available(item.media)
    return row ? { ...item, ...(kind === 'image' ? picture(row, media, item) : recording(row, media, item)) } : null
  }) as Block | null

function picture(row: MediaRow, { settings }: MediaLoader, use: ImageUse) {
  const { caption, credit, alt } = inlineWords(row, use)
  return { ...imageFactsOf(row, settings, use), alt, caption, credit, rights: rightsOf(row) }
}

function recording(row: MediaRow, { settings }: MediaLoader, use: ImageUse) {
  const { caption, credit } = inlineWords(row, use)
  const { mimeType, byteSize, metadata } = row
  const duration = metadata.duration === undefined ? {} : { duration: metadata.duration }
  return { url: fileUrl(row, settings), caption, credit, mimeType, byteSize, ...duration, rights: rightsOf(row) }
}

/** The words of a block, whose captions are inline Markdown. That of the media is plain text. */
function inlineWords(row: MediaRow, use: ImageUse) {
  const { caption, ...words } = wordsOf(row, use)
  const isOwn = typeof use.caption === 'string'
  return {
    ...words,
    caption: isOwn || caption === null ? caption : writeInline([{ text: singleLine(caption), marks: [] }]),
  }
}
