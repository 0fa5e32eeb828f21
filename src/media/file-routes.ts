import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { may } from '../access/roles.ts'
import { BinaryFile } from '../http/body-forms.ts'
import { withMediaType } from '../http/media-type.ts'
import { ProblemReply } from '../http/problems.ts'
import { asSent, type Sent } from '../http/reply.ts'
import { sendFile } from '../http/send-file.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { type FileStore, FilesUnavailable } from './files/file-store.ts'
import type { FileRouteDeps } from './rendition-routes.ts'
import { type MediaRow, renditionsOf } from './renditions.ts'
import { servedMedia } from './served-media.ts'
import { type MediaSettings, mediaSettings } from './settings.ts'

const One = z.strictObject({
  media: z
    .string()
    .max(100)
    .meta({ description: 'The id of the media.', examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'] }),
})

const description = `The file of a recording or a document, as it was uploaded. \`Range\` is supported.

The file of an image may say where it was taken, so only those who write drafts get it; others are redirected to the image without metadata.`

/** The route of the files of media. */
export function registerFiles(server: FastifyInstance, deps: FileRouteDeps & { files: FileStore }): void {
  const { storage, files } = deps
  const db = storage.reader
  const file = withMediaType(BinaryFile.meta({ description: 'The file.' }), '*/*')
  server.withTypeProvider<ZodTypes>().get(
    '/media/:media/file',
    {
      config: { access: 'live:read', enforcesGrants: true, mayWait: true, dependsOnTime: true },
      schema: {
        operationId: 'getMediaFile',
        summary: 'Get the file of a media entry',
        description,
        tags: ['Media'],
        params: One,
        replyHeaders: ['Cache-Tag'],
        response: {
          200: file,
          206: file,
          307: z.null().meta({ description: 'The image without metadata.' }),
          410: ProblemReply,
          416: ProblemReply,
        },
      },
    },
    async (request, reply) => {
      const media = await servedMedia(db, deps, request.caller, request.params.media)
      const cacheTag = { 'cache-tag': cacheTagOf([media.id]) }
      if (media.kind === 'image' && !may(request.caller, 'drafts:write'))
        return redirectToImage(reply.headers(cacheTag), media, await mediaSettings(db))
      const { checksum, mimeType: type, byteSize } = media
      return await sendFile(request, reply, {
        etag: `"${checksum}"`,
        type,
        byteSize,
        headers: { ...cacheTag, 'content-disposition': dispositionOf(media) },
        async read(part) {
          const content = await files.read(checksum, part)
          if (content) return content
          throw new FilesUnavailable(`the file ${checksum} is missing`)
        },
      })
    },
  )
}

function redirectToImage(reply: FastifyReply, media: MediaRow, settings: MediaSettings): Sent {
  const [full] = renditionsOf(media, settings)
  return asSent(reply.redirect(full?.url ?? '/', 307))
}

/** Recordings and documents are shown where they are; the name is for those who save one. */
const dispositionOf = ({ kind, slug, mimeType }: MediaRow): string =>
  `${kind === 'image' ? 'attachment' : 'inline'}; filename="${slug}.${mimeType.split('/')[1]}"`
