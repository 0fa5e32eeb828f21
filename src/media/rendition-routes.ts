import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { BinaryFile } from '../http/body-forms.ts'
import { vary } from '../http/caching.ts'
import { withMediaType } from '../http/media-type.ts'
import { ProblemReply } from '../http/problems.ts'
import { sendPermanentRedirect } from '../http/reply.ts'
import { sendFile } from '../http/send-file.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { digest } from '../lib/etag.ts'
import { notFound } from '../lib/problem.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { cutOf } from './crops.ts'
import { type FileCaching, immutableFor } from './file-caching.ts'
import type { GetRendition } from './rendition-cache.ts'
import type { RenditionFolder } from './rendition-folder.ts'
import { acceptedFormat, type RenditionFormat, renditionTypes } from './rendition-format.ts'
import { croppedImage, renditionKey, renditionUrl } from './renditions.ts'
import { type MayHaveFile, servedMedia, usedPart } from './served-media.ts'
import { mediaSettings } from './settings.ts'

export interface FileRouteDeps extends FileCaching {
  storage: Storage
  mayHaveFile: MayHaveFile
  renditions: Pick<RenditionFolder, 'delete'>
  getRendition: GetRendition
}

const Address = z.strictObject({
  media: z
    .string()
    .max(100)
    .meta({ description: 'The id of the image.', examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'] }),
  key: z
    .string()
    .max(50)
    .meta({ description: 'What the image is cut by, as replies have it.', examples: ['k3Jd82xQ'] }),
  rendition: z
    .string()
    .max(100)
    .meta({
      description: 'The crop and the width, and a suffix for a format of your choice: `.avif`, `.webp` or `.jpg`.',
      examples: ['wide-640', 'wide-640.webp'],
    }),
})

const description = `Replies list the addresses: \`renditions\` has each crop with its \`srcset\`. Only the crops and widths of the settings can be requested, and no rendition is larger than the image.

Without a suffix the format is the best that \`Accept\` names of AVIF and WebP, else JPEG. An animation moves in WebP. What an address gives never changes: where the image is cut differently, it has another key, and the former address redirects. \`Range\` is supported.`

/** The route of the renditions of images. */
export function registerRenditions(server: FastifyInstance, deps: FileRouteDeps): void {
  const { storage, getRendition } = deps
  const db = storage.reader
  const image = withMediaType(BinaryFile.meta({ description: 'The image.' }), 'image/*')
  server.withTypeProvider<ZodTypes>().get(
    '/media/:media/:key/:rendition',
    {
      config: { access: 'live:read', enforcesGrants: true, mayWait: true, dependsOnTime: true },
      schema: {
        operationId: 'getRendition',
        summary: 'Get a rendition of an image',
        description,
        tags: ['Media'],
        params: Address,
        replyHeaders: ['Cache-Tag'],
        response: {
          200: image,
          206: image,
          308: z.null().meta({ description: 'The image is cut differently now, or has another file.' }),
          410: ProblemReply,
          416: ProblemReply,
          422: ProblemReply,
          503: ProblemReply,
          507: ProblemReply,
        },
      },
    },
    async (request, reply) => {
      const { media: id, key, rendition } = request.params
      const { crop, width, suffix } = parseRendition(rendition)
      const media = await servedMedia(db, deps, request.caller, id)
      const settings = await mediaSettings(db)
      const part = await partOfKey(db, id, key)
      const image = croppedImage(media)
      const cut = image && cutOf(image, settings, crop, part)
      if (!cut) throw notFound('rendition')
      const cacheTag = { 'cache-tag': cacheTagOf([id]) }
      const currentKey = renditionKey(media, settings, part)
      if (key !== currentKey) {
        const nearest = cut.widths.find((each) => each >= width) ?? cut.widths.at(-1) ?? width
        const current = renditionUrl(id, settings, { key: currentKey, crop, width: nearest })
        return sendPermanentRedirect(reply.headers(cacheTag), suffix ? `${current}.${suffix}` : current)
      }
      if (!cut.widths.includes(width)) throw notFound('rendition')
      if (suffix === undefined) vary(reply, 'Accept')
      const isAnimated = (media.metadata.frames ?? 1) > 1
      const format = suffix ?? acceptedFormat(request.headers, { isAnimated })
      const file = await getRendition({ media, image, cut, key, crop, width, format })
      return await sendFile(request, reply, {
        ...file,
        etag: `"${digest(`${key}/${crop}-${width}.${format} ${file.byteSize}`)}"`,
        type: renditionTypes[format],
        headers: {
          ...cacheTag,
          'cache-control': immutableFor(media, deps),
        },
      })
    },
  )
}

const RENDITION = /^([a-z][a-z0-9]*)-([1-9]\d{0,4})(?:\.(avif|webp|jpg))?$/

/** What the last segment of an address says. Throws `not-found`. */
function parseRendition(segment: string): { crop: string; width: number; suffix: RenditionFormat | undefined } {
  const [, crop, width, suffix] = RENDITION.exec(segment) ?? []
  if (crop === undefined) throw notFound('rendition')
  return { crop, width: Number(width), suffix: suffix as RenditionFormat | undefined }
}

/** The part that one use shows, which stands behind the key of the image; null without one. */
async function partOfKey(db: Reader, id: string, key: string) {
  const [, part] = key.split('.')
  return part === undefined ? null : usedPart(db, id, part)
}
