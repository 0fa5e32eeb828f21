/** Media of this service that a document shows, on its way through the HTML into which documents are read. */
import { isId } from '../lib/id.ts'
import type { Crop } from '../lib/media.ts'
import { type JsonObject, objectOf, stringOf } from './documents/json.ts'
import { attribute, type HtmlElement } from './html-tree.ts'

/** What a picture or a recording shows: media by its id, with the part that is shown, or a file elsewhere. */
export type ShownSource = { media: string; crop?: Crop } | { url: string; media?: never }

/** No attribute in HTML has such names: those are in lower case. */
const MEDIA = 'Media'
const CROP = 'Crop'
const SIDES = ['x', 'y', 'width', 'height'] as const

/** The attributes of an element that shows the media of a node; none if it shows a file elsewhere. */
export function mediaAttributes({ media, crop }: JsonObject): Record<string, string> {
  const id = stringOf(media)
  if (!isId(id)) return {}
  const sides = SIDES.map((side) => objectOf(crop)[side])
  const isPart = sides.every((side) => typeof side === 'number')
  return { [MEDIA]: id, ...(isPart && { [CROP]: sides.join(' ') }) }
}

/** The media that an element shows; null if it shows a file elsewhere. */
export function mediaOf(element: HtmlElement): Extract<ShownSource, { media: string }> | null {
  const media = attribute(element, MEDIA)
  if (media === '') return null
  const crop = attribute(element, CROP)
  if (crop === '') return { media }
  const [x = 0, y = 0, width = 0, height = 0] = crop.split(' ').map(Number)
  return { media, crop: { x, y, width, height } }
}
