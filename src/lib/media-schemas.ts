/** The schemas of images, and of recordings, where articles and entries show them. */
import * as z from 'zod'
import { syndications } from './media.ts'
import { Id, Timestamp } from './schemas.ts'

export const Rendition = z
  .strictObject({
    crop: z.string().meta({ description: 'The name of the crop; `full` is all of the image.', examples: ['wide'] }),
    width: z.int().meta({ description: 'The width of the largest size, in pixels.', examples: [1920] }),
    height: z.int().meta({ description: 'Its height.', examples: [1080] }),
    mimeType: z
      .string()
      .meta({ description: 'The type for clients that accept no newer one.', examples: ['image/jpeg'] }),
    url: z.string().meta({
      description: 'The address of the largest size.',
      examples: ['/media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/k3Jd82xQ/wide-1920'],
    }),
    srcset: z.string().meta({
      description: 'All sizes, as the attribute `srcset` of HTML takes them.',
      examples: [
        '/media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/k3Jd82xQ/wide-640 640w, /media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/k3Jd82xQ/wide-1920 1920w',
      ],
    }),
  })
  .meta({ id: 'Rendition', description: 'An image cut to a crop, in several sizes.' })
export type Rendition = z.infer<typeof Rendition>

const fraction = (description: string, min = 0) =>
  z
    .number()
    .min(min)
    .max(1)
    .meta({ description, examples: [0.5] })

/** The smallest part of an image that can be shown. */
const MIN_PART = 0.001
/** Rounding may take the end of a part beyond the edge by this much. */
const TOLERANCE = 1e-9

export const ImageCrop = z
  .strictObject({
    x: fraction('Its left edge, as a fraction of the width of the image.'),
    y: fraction('Its upper edge, as a fraction of the height of the image.'),
    width: fraction('Its width, as a fraction.', MIN_PART),
    height: fraction('Its height, as a fraction.', MIN_PART),
  })
  .refine(({ x, width }) => x + width <= 1 + TOLERANCE, { message: 'must end within the image', path: ['width'] })
  .refine(({ y, height }) => y + height <= 1 + TOLERANCE, { message: 'must end within the image', path: ['height'] })
  .meta({ id: 'ImageCrop', description: 'A part of an image, as fractions of its size.' })

export const ShownRights = z
  .strictObject({
    holder: z
      .string()
      .nullable()
      .meta({ description: 'Who owns it.', examples: ['Coastal Pictures'] }),
    licence: z.string().nullable().meta({ description: 'The licence under which it is used.' }),
    licenceUrl: z.string().nullable().meta({ description: 'Where the licence can be read.' }),
    usage: z.string().nullable().meta({ description: 'Terms of use.' }),
    expiresAt: Timestamp.nullable().meta({ description: 'From then on it is shown nowhere.' }),
    syndication: z
      .enum(syndications)
      .meta({ description: 'Whether partners may have it: all, none, or those whose grant has `media`.' }),
  })
  .meta({ id: 'ShownRights', description: 'Who owns a file, and who may use it for what.' })

/** What replies have of the image itself, wherever it is shown. */
export const imageFacts = {
  width: z
    .int()
    .nullable()
    .meta({ description: 'The width of the whole image, in pixels.', examples: [4000] }),
  height: z
    .int()
    .nullable()
    .meta({ description: 'Its height.', examples: [3000] }),
  dominantColour: z
    .string()
    .nullable()
    .meta({ description: 'The colour to show before it is loaded.', examples: ['#3a5f7d'] }),
  thumbhash: z.string().nullable().meta({ description: 'A blurred picture of it, as ThumbHash in Base64.' }),
  renditions: z.array(Rendition).meta({ description: 'The image in the crops and sizes that there are.' }),
}

export const Image = z
  .object({
    id: Id,
    alt: z.string().meta({
      description: 'What the image shows, for those who do not see it; empty if nobody has said.',
      examples: ['The bridge at dawn'],
    }),
    caption: z
      .string()
      .nullable()
      .meta({ description: 'The words below it, as plain text.', examples: ['The bridge on Thursday.'] }),
    credit: z
      .string()
      .nullable()
      .meta({ description: 'Who made it.', examples: ['Ana Moreau'] }),
    focalPoint: z
      .object({ x: fraction('From the left.'), y: fraction('From the top.') })
      .nullable()
      .meta({ description: 'What crops are cut around, as fractions of width and height; null for the middle.' }),
    crop: ImageCrop.optional().meta({ description: 'The part that is shown here; absent for all.' }),
    url: z.string().meta({
      description: 'The address of the whole image, or of that part.',
      examples: ['/media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/k3Jd82xQ/full-4000'],
    }),
    ...imageFacts,
    rights: ShownRights.optional(),
  })
  .meta({ id: 'Image', description: 'An image of an article or an entry.' })
export type Image = z.infer<typeof Image>
