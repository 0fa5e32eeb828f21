/** Addresses of media of this service, as it writes them in HTML and Markdown. */
import { isId } from '../lib/id.ts'
import type { Crop } from '../lib/media.ts'
import { ImageCrop } from '../lib/media-schemas.ts'

/** How this service writes addresses of its media. */
export interface MediaAddresses {
  /** What they begin with, without a slash at the end; empty where they are relative. */
  baseUrl: string
  /** The addresses of renditions at an external image service, if there is one. */
  template?: string | undefined
}

/** The path of a file, or of a rendition; the key of a rendition that shows a part has a dot. */
const PATH = /^\/media\/([\da-f-]{36})\/(?:file|[\w-]+(\.[\w-]+)?\/[\w-]+-\d+)(?![\w-])/

/** The media of this service at an address, and whether the address shows only a part of it; null if it is another's. */
export function mediaAt(address: string, own: MediaAddresses | undefined): { media: string; isPart: boolean } | null {
  const [, media = '', part] = PATH.exec(own ? pathIn(address, own) : '') ?? []
  return isId(media) ? { media, isPart: part !== undefined } : null
}

/** The path of an address of this service; empty for others. An external image service has the address in its own. */
function pathIn(address: string, { baseUrl, template }: MediaAddresses): string {
  if (address.startsWith(`${baseUrl}/media/`)) return address.slice(baseUrl.length)
  const [start = ''] = template?.split('{', 1) ?? []
  if (start === '' || baseUrl === '' || !address.startsWith(start)) return ''
  const rest = address.slice(start.length)
  const source = [baseUrl, encodeURIComponent(baseUrl)].find((text) => rest.includes(text))
  if (source === undefined) return ''
  const path = rest.slice(rest.indexOf(source) + source.length)
  return source === baseUrl ? path : path.replaceAll('%2F', '/')
}

/** The part of an image that an attribute names: its left, its top, its width and its height, as fractions. */
export function partOf(value: string): Crop | undefined {
  const [x, y, width, height, ...more] = value.split(' ').map(Number)
  return more.length > 0 ? undefined : ImageCrop.safeParse({ x, y, width, height }).data
}

/** A part of an image as `partOf` reads it. */
export const writtenPart = ({ x, y, width, height }: Crop): string => [x, y, width, height].join(' ')
