/** What the metadata of an image says: EXIF, IPTC and XMP. Positions by satellite are never read. */
import ExifReader, { type ExpandedTags } from 'exifreader'
import type { Metadata } from 'sharp'
import type { MediaMetadata } from '../lib/media.ts'
import { firstText, readableTexts } from './metadata-text.ts'

/** What a segment of a JPEG can have: more of EXIF, IPTC or XMP is not read. */
const MAX_BLOCK = 65_533

const EXIF = Buffer.from('Exif\0\0', 'latin1')
const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1')
const PHOTOSHOP = Buffer.from('Photoshop 3.0\0', 'latin1')

/** The tags that are read. */
const includeTags = {
  exif: ['ImageDescription', 'Artist', 'Copyright', 'DateTimeOriginal', 'OffsetTimeOriginal'],
  iptc: [
    'Coded Character Set',
    'Headline',
    'Caption/Abstract',
    'Credit',
    'By-line',
    'Copyright Notice',
    'City',
    'Country/Primary Location Name',
    'Keywords',
  ],
  xmp: ['Headline', 'description', 'title', 'Credit', 'creator', 'rights', 'DateCreated', 'City', 'Country', 'subject'],
}

/** The metadata in the blocks that `sharp` gives. What cannot be read is left out. */
export function readImageMetadata({ exif, iptc, xmp }: Pick<Metadata, 'exif' | 'iptc' | 'xmp'>): MediaMetadata {
  const tags = readTags([
    ...segment(0xe1, EXIF, exif),
    ...segment(0xe1, XMP, xmp),
    ...segment(0xed, PHOTOSHOP, iptc && photoshopBlock(iptc)),
  ])
  const ofXmp = (name: string) => textsIn(tags.xmp?.[name])
  const ofIptc = (name: string) => textsIn((tags.iptc as Record<string, unknown> | undefined)?.[name])
  const ofExif = (name: string) => textsIn((tags.exif as Record<string, unknown> | undefined)?.[name])
  const keywords = readableTexts([...ofXmp('subject'), ...ofIptc('Keywords')])
  return compact({
    headline: firstText(ofXmp('Headline'), ofIptc('Headline'), ofXmp('title')),
    caption: firstText(ofXmp('description'), ofIptc('Caption/Abstract'), ofExif('ImageDescription')),
    credit: firstText(ofXmp('Credit'), ofIptc('Credit')),
    creator: firstText(ofXmp('creator'), ofIptc('By-line'), ofExif('Artist')),
    copyright: firstText(ofXmp('rights'), ofIptc('Copyright Notice'), ofExif('Copyright')),
    takenAt: takenAt(ofXmp('DateCreated')[0], ofExif('DateTimeOriginal')[0], ofExif('OffsetTimeOriginal')[0]),
    city: firstText(ofXmp('City'), ofIptc('City')),
    country: firstText(ofXmp('Country'), ofIptc('Country/Primary Location Name')),
    keywords: keywords.length > 0 ? keywords : undefined,
  })
}

/** The tags of a JPEG of these segments alone: no more than its blocks is parsed, whatever the file is. */
function readTags(segments: Buffer[]): ExpandedTags {
  if (segments.length === 0) return {}
  try {
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, Buffer.from([0xff, 0xd9])])
    return ExifReader.load(jpeg, { expanded: true, includeTags })
  } catch {
    return {}
  }
}

/** A segment of a JPEG; none if there is no such block, or it is too long. */
function segment(marker: number, prefix: Buffer, block: Buffer | undefined): Buffer[] {
  if (!block) return []
  const content = block.subarray(0, prefix.length).equals(prefix) ? block : Buffer.concat([prefix, block])
  if (content.length > MAX_BLOCK) return []
  const header = Buffer.from([0xff, marker, 0, 0])
  header.writeUInt16BE(content.length + 2, 2)
  return [header, content]
}

/** TIFF has the records of IPTC alone; in a JPEG they stand in an image resource block. */
function photoshopBlock(iptc: Buffer): Buffer {
  if (iptc[0] !== 0x1c) return iptc
  const header = Buffer.from('8BIM\x04\x04\0\0\0\0\0\0', 'latin1')
  header.writeUInt32BE(iptc.length, 8)
  return Buffer.concat([header, iptc, Buffer.alloc(iptc.length % 2)])
}

/** The texts of a tag: `value` of XMP can be a list of such; that of EXIF is a list of numbers or texts. */
function textsIn(tag: unknown): string[] {
  if (Array.isArray(tag)) return tag.flatMap(textsIn)
  if (typeof tag !== 'object' || tag === null) return []
  const { value, description } = tag as { value?: unknown; description?: unknown }
  const isList = Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)
  if (isList) return value.flatMap(textsIn)
  return typeof description === 'string' ? [description] : []
}

/** When it was taken, in the form of ISO 8601; without an offset where the camera has not stored one. */
function takenAt(...[xmp, exif, offset = '']: (string | undefined)[]): string | undefined {
  const local = exif?.replace(/^(\d{4}):(\d\d):(\d\d) /, '$1-$2-$3T')
  const found = [xmp, local && local + offset].find((time) => time !== undefined && ISO_TIME.test(time))
  return found && !Number.isNaN(Date.parse(found)) ? found : undefined
}

const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/

/** Without the members that are undefined. */
const compact = (metadata: { [K in keyof MediaMetadata]: MediaMetadata[K] | undefined }): MediaMetadata =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
