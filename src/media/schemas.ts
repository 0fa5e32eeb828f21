/** The schemas of media: what editors write of a file, and replies. */
import * as z from 'zod'
import { entryMetadata, entryView } from '../catalogue/entry.ts'
import { MAX_ALT, MAX_CAPTION, MAX_CREDIT, syndications } from '../lib/media.ts'
import { ImageCrop, Rendition } from '../lib/media-schemas.ts'
import { patchOf } from '../lib/merge-patch.ts'
import { Country, Language, line, Moment, prose, Slug, Timestamp, WebUrl } from '../lib/schemas.ts'
import { mediaKinds } from './file-types.ts'

/** The path parameter of the operations on one entry. */
export const MediaReference = z.strictObject({
  media: z
    .string()
    .max(200)
    .meta({ description: 'The id or the slug of the media.', examples: ['harbour-bridge-at-dawn-8e2a4b6d'] }),
})

export const mediaStatuses = ['available', 'expired', 'withdrawn'] as const
export type MediaStatus = (typeof mediaStatuses)[number]

const fraction = (description: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .meta({ description, examples: [0.5] })

const FocalPoint = z
  .strictObject({
    x: fraction('From the left edge, as a fraction of the width.'),
    y: fraction('From the upper edge, as a fraction of the height.'),
  })
  .meta({ id: 'FocalPoint', description: 'The point of an image around which it is cut.' })

const text = (description: string, example?: string) =>
  prose(2_000)
    .nullish()
    .meta({ description, ...(example && { examples: [example] }) })

const RightsInput = z
  .strictObject({
    holder: text('Who owns the rights.', 'Coastal Wire'),
    licence: text('The name of the licence.', 'CC BY 4.0'),
    licenceUrl: WebUrl.nullish().meta({ description: 'The address of its text.' }),
    usage: text('What the file may be used for.'),
    restrictions: text('What it may not be used for.'),
    expiresAt: Moment.nullish().meta({ description: 'From then on the file is shown nowhere.' }),
    regions: z
      .array(Country)
      .min(1)
      .max(250)
      .nullish()
      .meta({ description: 'The countries in which it may be used (ISO 3166-1 alpha-2); null for all.' }),
    syndication: z.enum(syndications).optional().meta({
      description: 'Whether partners get the file: all (unless set), none, or those whose grant includes media.',
    }),
  })
  .meta({ id: 'MediaRightsInput', description: 'Who owns a file, and who may use it for what.' })

const members = {
  name: line(200).meta({ description: 'The title, for editors.', examples: ['Harbour bridge at dawn'] }),
  alt: prose(MAX_ALT).nullish().meta({ description: 'What the image shows, for those who do not see it.' }),
  caption: prose(MAX_CAPTION).nullish().meta({ description: 'The caption; inline Markdown.' }),
  credit: line(MAX_CREDIT)
    .nullish()
    .meta({ description: 'The credit line.', examples: ['Ana Moreau/Coastal Wire'] }),
  language: Language.nullish().meta({ description: 'The language of these texts, or of a recording.' }),
  focalPoint: FocalPoint.nullish().meta({
    description: 'The point around which an image is cut; null for its middle.',
  }),
  crops: z.record(z.string().max(50), ImageCrop.nullable()).optional().meta({
    description:
      'Crops set by hand, by the name of the crop; the others, and those that are null, are cut around the focal point.',
  }),
  rights: RightsInput.optional().meta({ description: 'Who owns the file, and who may use it for what.' }),
}

/** What editors write of a file: all of an entry that can be changed. */
export const MediaInput = z.strictObject(members)
export type MediaInput = z.infer<typeof MediaInput>

export const MediaPatch = patchOf(members).meta({
  id: 'MediaPatch',
  description: 'The changes to a media file.',
  examples: [{ caption: 'The bridge on Thursday morning.', focalPoint: { x: 0.3, y: 0.6 } }],
})

const nullableText = (description: string, example?: string) =>
  z
    .string()
    .nullable()
    .meta({ description, ...(example && { examples: [example] }) })
const nullableInteger = (description: string, example: number) =>
  z
    .int()
    .nullable()
    .meta({ description, examples: [example] })

const MediaRightsReply = z
  .object({
    holder: nullableText('Who owns the rights.', 'Coastal Wire'),
    licence: nullableText('The name of the licence.'),
    licenceUrl: nullableText('The address of its text.'),
    usage: nullableText('What the file may be used for.'),
    restrictions: nullableText('What it may not be used for.'),
    expiresAt: Timestamp.nullable().meta({ description: 'From then on the file is shown nowhere.' }),
    regions: z
      .array(z.string())
      .nullable()
      .meta({ description: 'The countries in which it may be used; null for all.' }),
    syndication: z.enum(syndications).meta({ description: 'Whether partners get the file.' }),
  })
  .meta({ id: 'MediaRights', description: 'Who owns a file, and who may use it for what.' })

const Metadata = z
  .object({
    headline: z.string().optional().meta({ description: 'The headline.' }),
    caption: z.string().optional().meta({ description: 'The caption.' }),
    credit: z.string().optional().meta({ description: 'The credit line.' }),
    creator: z
      .string()
      .optional()
      .meta({ description: 'Who made it.', examples: ['Ana Moreau'] }),
    copyright: z.string().optional().meta({ description: 'The copyright notice.' }),
    takenAt: z.string().optional().meta({ description: 'When it was taken.' }),
    city: z.string().optional().meta({ description: 'The city that it shows.' }),
    country: z.string().optional().meta({ description: 'The country that it shows.' }),
    keywords: z.array(z.string()).optional().meta({ description: 'The keywords.' }),
    duration: z.number().optional().meta({ description: 'The length of a recording, in seconds.' }),
    frames: z.int().optional().meta({ description: 'The frames of an animation.' }),
    hasContentCredentials: z
      .boolean()
      .optional()
      .meta({ description: 'Whether it carries Content Credentials (C2PA).' }),
  })
  .meta({ id: 'MediaMetadata', description: 'What the file says of itself (EXIF, IPTC, XMP); positions are not read.' })

export const Media = z
  .object({
    ...entryView,
    slug: Slug.meta({ description: 'Its slug.', examples: ['harbour-bridge-at-dawn-8e2a4b6d'] }),
    name: z.string().meta({ description: 'The title, for editors.', examples: ['Harbour bridge at dawn'] }),
    kind: z.enum(mediaKinds).meta({ description: 'The kind of file.' }),
    status: z.enum(mediaStatuses).meta({ description: 'Whether it is shown; `expired` and `withdrawn` ones are not.' }),
    statusReason: nullableText('Why it was withdrawn.'),
    mimeType: z.string().meta({ description: 'The type, by the content of the file.', examples: ['image/jpeg'] }),
    byteSize: z.int().meta({ description: 'The size of the file, in bytes.', examples: [2_400_000] }),
    checksum: z.string().meta({
      description: 'The SHA-256 of the file.',
      examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    }),
    width: nullableInteger('The width in pixels, as it is shown.', 4000),
    height: nullableInteger('The height in pixels, as it is shown.', 3000),
    fileName: nullableText('The name that the file was uploaded with.', 'bridge.jpg'),
    alt: nullableText('What the image shows, for those who do not see it.', 'A red bridge over the harbour at dawn'),
    caption: nullableText('The caption.', 'The bridge on Thursday morning.'),
    credit: nullableText('The credit line.', 'Ana Moreau/Coastal Wire'),
    language: nullableText('The language of these texts, or of a recording.', 'en'),
    focalPoint: FocalPoint.nullable().meta({
      description: 'The point around which an image is cut.',
      examples: [{ x: 0.3, y: 0.6 }],
    }),
    crops: z.record(z.string(), ImageCrop).meta({ description: 'Crops set by hand, by name.', examples: [{}] }),
    dominantColour: nullableText('The dominant colour of an image, as in CSS.', '#3a5f7d'),
    thumbhash: nullableText('A tiny preview of an image (ThumbHash, base64).'),
    metadata: Metadata,
    rights: MediaRightsReply,
    url: z.string().meta({
      description: 'The address of the file.',
      examples: ['/media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/file'],
    }),
    renditions: z.array(Rendition).meta({ description: 'The renditions of an image.' }),
    ...entryMetadata,
  })
  .meta({ id: 'Media', description: 'An image, a recording or a document.' })
