/** Schemas of images, recordings, and pages of others. */
import * as z from 'zod'
import { ImageCrop, imageFacts, ShownRights } from '../lib/media-schemas.ts'
import { Id, Reference, WebUrl } from '../lib/schemas.ts'
import { isLinkTarget } from './addresses.ts'
import { CreditLine, caption, InlineLine, LineOrNothing, mediaCaption, ShortName, typed } from './block-members.ts'
import { MAX_IMAGES } from './limits.ts'

/** The longest address: that of a file elsewhere, or of one of this service. */
const MAX_ADDRESS = 2_048

/** What is shown: media of this service, or a file elsewhere. */
const source = {
  media: Reference.optional().meta({ description: 'The media that is shown, by id; in place of `url`.' }),
  url: z
    .string()
    .max(MAX_ADDRESS)
    .optional()
    .meta({
      description: 'The address of a file elsewhere, http or https; in place of `media`.',
      examples: ['https://images.example/bridge.jpg'],
    }),
}
const credit = CreditLine.nullish().meta({ description: 'Who made it; with `media`, that of the media if left out.' })

/** The same in a reply. */
const shownSource = {
  media: Id.optional().meta({ description: 'The media that is shown; absent for a file elsewhere.' }),
  url: z.string().meta({ description: 'The address of the file.', examples: ['https://images.example/bridge.jpg'] }),
}
const rights = ShownRights.optional().meta({ description: 'The rights in it. Only with `media`.' })

/** What replies add to a picture that is media. Requests may have it as replies do: it is not read. */
const shownImage = { ...z.object(imageFacts).partial().shape, rights }

/** What replies add to a recording that is media. Requests may have it as replies do: it is not read. */
const shownRecording = {
  mimeType: z
    .string()
    .optional()
    .meta({ description: 'The type of the file.', examples: ['audio/mpeg'] }),
  byteSize: z.int().optional().meta({ description: 'The size of the file, in bytes.' }),
  duration: z.number().optional().meta({ description: 'How long it is, in seconds.' }),
  rights,
}
const shownNames = Object.keys({ ...shownImage, ...shownRecording })

const link = z
  .string()
  .refine(isLinkTarget, 'must be a relative address, or one of http, https, mailto or tel')
  .optional()
  .meta({ description: 'Where the image leads.', examples: ['https://wire.example/1'] })

const picture = {
  ...source,
  alt: LineOrNothing.nullish().meta({
    description:
      'What the image shows, for those who do not see it. Required with `url`; with `media`, that of the media if left out.',
    examples: ['The bridge at dawn'],
  }),
  link,
  caption: mediaCaption,
  credit,
  crop: ImageCrop.nullish().meta({ description: 'The part that is shown here; all if left out. Only with `media`.' }),
  ...shownImage,
}

const shownPicture = {
  ...shownSource,
  alt: z.string().meta({
    description: 'What the image shows, for those who do not see it.',
    examples: ['The bridge at dawn'],
  }),
  link,
  caption: mediaCaption,
  credit,
  crop: ImageCrop.optional().meta({ description: 'The part that is shown here.' }),
  ...shownImage,
}

interface Source {
  media?: string | undefined
  url?: string | undefined
}

/** Either media or the address of a file elsewhere. An address beside media has to be that of the media, as in replies. */
function checkSource({ value, issues }: z.core.ParsePayload<Source>): void {
  const { media, url } = value
  const add = (path: string, message: string, code?: string) =>
    void issues.push({ code: 'custom', message, path: [path], input: value, ...(code && { params: { code } }) })
  if (media !== undefined) {
    if (url !== undefined && !url.includes(media)) add('url', 'must not be given beside `media`')
    return
  }
  if (url === undefined) add('url', 'is required, or `media`', 'required')
  else for (const { message } of WebUrl.safeParse(url).error?.issues ?? []) add('url', message)
  const isGiven = (name: string) => (value as Record<string, unknown>)[name] !== undefined
  for (const name of [...shownNames, 'crop'].filter(isGiven)) add(name, 'goes with `media`')
}

/** The same for an image, which needs a description where no media has one. */
function checkPicture(payload: z.core.ParsePayload<Source & { alt?: string | null | undefined }>): void {
  const { media, alt } = payload.value
  checkSource(payload)
  if (media === undefined && typeof alt !== 'string')
    payload.issues.push({
      code: 'custom',
      message: 'is required',
      path: ['alt'],
      input: payload.value,
      params: { code: 'required' },
    })
}

export const ImageBlockInput = z
  .strictObject({ ...typed('image'), ...picture })
  .check(checkPicture)
  .meta({ id: 'ImageBlockInput', description: 'An image; its caption is inline Markdown, `alt` plain words.' })

export const ImageBlock = z
  .strictObject({ ...typed('image'), ...shownPicture })
  .required({ caption: true, credit: true })
  .meta({ id: 'ImageBlock', description: 'An image.' })

const gallery = { description: 'Images that belong together, each with its own caption.' }
const images = <T extends z.ZodType>(item: T) =>
  z.array(item).min(1).max(MAX_IMAGES).meta({ description: 'The images.' })

export const GalleryBlockInput = z
  .strictObject({ ...typed('gallery'), images: images(z.strictObject(picture).check(checkPicture)), caption })
  .meta({ id: 'GalleryBlockInput', ...gallery })

export const GalleryBlock = z
  .strictObject({ ...typed('gallery'), images: images(z.strictObject(shownPicture)), caption })
  .meta({ id: 'GalleryBlock', ...gallery })

const recording = { ...source, caption: mediaCaption, credit, ...shownRecording }
const shown = { ...shownSource, caption: mediaCaption, credit, ...shownRecording }
const poster = WebUrl.nullish().meta({ description: 'The address of an image that is shown before it plays.' })

export const AudioBlockInput = z
  .strictObject({ ...typed('audio'), ...recording })
  .check(checkSource)
  .meta({ id: 'AudioBlockInput', description: 'A file to listen to.' })

export const AudioBlock = z
  .strictObject({ ...typed('audio'), ...shown })
  .meta({ id: 'AudioBlock', description: 'A file to listen to.' })

export const VideoBlockInput = z
  .strictObject({ ...typed('video'), ...recording, poster })
  .check(checkSource)
  .meta({ id: 'VideoBlockInput', description: 'A file to watch.' })

export const VideoBlock = z
  .strictObject({ ...typed('video'), ...shown, poster })
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
