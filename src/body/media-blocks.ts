/** Schemas of images, recordings, and pages of others. */
import * as z from 'zod'
import { WebUrl } from '../lib/schemas.ts'
import { isLinkTarget } from './addresses.ts'
import { caption, InlineLine, LineOrNothing, ShortName, typed } from './block-members.ts'
import { MAX_IMAGES } from './limits.ts'

const picture = {
  url: WebUrl.meta({ description: 'The address of the image.' }),
  alt: LineOrNothing.meta({
    description: 'What the image shows, for those who do not see it.',
    examples: ['The bridge at dawn'],
  }),
  link: z
    .string()
    .refine(isLinkTarget, 'must be a relative address, or one of http, https, mailto or tel')
    .optional()
    .meta({ description: 'Where the image leads.', examples: ['https://wire.example/1'] }),
  caption,
  credit: ShortName.nullish().meta({ description: 'Who made it.' }),
}

export const ImageBlockInput = z
  .strictObject({ ...typed('image'), ...picture })
  .meta({ id: 'ImageBlockInput', description: 'An image; its caption is inline Markdown, `alt` plain words.' })

export const GalleryBlock = z
  .strictObject({
    ...typed('gallery'),
    images: z.array(z.strictObject(picture)).min(1).max(MAX_IMAGES).meta({ description: 'The images.' }),
    caption,
  })
  .meta({ id: 'GalleryBlock', description: 'Images that belong together, each with its own caption.' })

const recording = {
  url: WebUrl.meta({ description: 'The address of the file.' }),
  caption,
  credit: ShortName.nullish().meta({ description: 'Who made it.' }),
}

export const AudioBlock = z
  .strictObject({ ...typed('audio'), ...recording })
  .meta({ id: 'AudioBlock', description: 'A file to listen to.' })

export const VideoBlock = z
  .strictObject({
    ...typed('video'),
    ...recording,
    poster: WebUrl.nullish().meta({ description: 'The address of an image that is shown before it plays.' }),
  })
  .meta({ id: 'VideoBlock', description: 'A file to watch.' })

export const EmbedBlockInput = z
  .strictObject({
    ...typed('embed'),
    url: WebUrl.meta({ description: 'The address of the page.' }),
    provider: ShortName.nullish().meta({ description: 'Whose page it is.', examples: ['YouTube'] }),
    title: InlineLine.nullish().meta({ description: 'The title of the page, as plain words.' }),
    caption,
    aspectRatio: z
      .number()
      .min(0.01)
      .max(100)
      .nullish()
      .meta({ description: 'Its width, divided by its height.', examples: [1.78] }),
  })
  .meta({ id: 'EmbedBlockInput', description: 'A page elsewhere (a video, a post, a chart) shown in the article.' })
