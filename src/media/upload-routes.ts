import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { type LatestArticles, withLatest } from '../catalogue/with-latest.ts'
import { unauthenticated } from '../http/access.ts'
import { BinaryFile, bodyForms } from '../http/body-forms.ts'
import { ConditionalHeaders } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { registerJsonBodies } from '../http/json-body.ts'
import { ProblemReply } from '../http/problems.ts'
import { exemptFromTimeout } from '../http/timeout-exemption.ts'
import { parseBody, type ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { OpenRequests } from '../keys/open-requests.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import type { FetchFile } from './fetch-file.ts'
import type { FileStore } from './files/file-store.ts'
import { discardFile } from './files/receive.ts'
import type { ImageTasks } from './image-tasks.ts'
import { mediaKind } from './kind.ts'
import type { MediaRow } from './renditions.ts'
import { MediaReference } from './schemas.ts'
import { createMedia, inspectUpload, replaceFile } from './upload.ts'
import { receiveBody, receiveForm, type Upload } from './upload-body.ts'
import { MediaByAddress, MediaForm, type UploadFields, uploadTexts } from './upload-fields.ts'

export interface UploadDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  openRequests: OpenRequests
  files: FileStore
  imageTasks: Pick<ImageTasks, 'inspectFile'>
  fetchFile: FetchFile
  maxFileBytes: number
  latestArticles: LatestArticles
}

const UploadQuery = z.strictObject({
  ...uploadTexts,
  fileName: z.string().max(1_000).optional().meta({ description: 'The name of the file.' }),
})
type UploadQuery = z.output<typeof UploadQuery>

const description = `Stores a file and creates its entry. The body is one of:

- a form (\`multipart/form-data\`) with the part \`file\`; the other members are fields of the form, objects as JSON
- the file itself, under any other type; the members are parameters of the query
- JSON with the \`url\` of a file of the public internet, and the members

The type is that of the content, whatever is sent as type or name. Texts that are not sent are those of the file (IPTC, XMP, EXIF). The same bytes are one entry: it is answered with 200, unchanged; one in the trash is restored. A file that was withdrawn is refused (409).`

/** Registers the upload of a file, and its replacement. */
export function registerUploads(server: FastifyInstance, deps: UploadDeps): void {
  server.register(async (scope) => {
    registerJsonBodies(scope)
    await scope.register(multipart)
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const { View } = withLatest(mediaKind, deps.latestArticles)
    const app = scope.withTypeProvider<ZodTypes>()
    app.post(
      '/media',
      {
        config: { access: 'drafts:write', mayWait: true },
        schema: {
          operationId: 'createMedia',
          summary: 'Upload a media file',
          description,
          tags: ['Media'],
          querystring: UploadQuery,
          headers: Idempotent,
          body: bodyForms({
            'multipart/form-data': MediaForm,
            'application/json': MediaByAddress,
            'application/octet-stream': BinaryFile,
          }),
          response: { 200: View, 201: View, 409: ProblemReply, 413: ProblemReply, 422: ProblemReply },
        },
      },
      (request, reply) => create(request, reply, request.query, deps),
    )
    app.put(
      '/media/:media/file',
      {
        config: { access: 'drafts:write', mayWait: true },
        schema: {
          operationId: 'replaceMediaFile',
          summary: 'Replace the file of a media entry',
          description:
            'Gives the entry another file of the same kind, sent as to `POST /v1/media`; its texts and rights stay. Live articles show the new file at once. Crops and the focal point stay if the new image has the same shape.',
          tags: ['Media'],
          params: MediaReference,
          querystring: z.strictObject({ fileName: UploadQuery.shape.fileName }),
          headers: ConditionalHeaders,
          body: bodyForms({
            'multipart/form-data': MediaForm.pick({ file: true }),
            'application/json': MediaByAddress.pick({ url: true }),
            'application/octet-stream': BinaryFile,
          }),
          response: { 200: View, 409: ProblemReply, 413: ProblemReply, 422: ProblemReply },
        },
      },
      (request, reply) => replace(request, reply, request.params.media, request.query, deps),
    )
  })
}

async function create(
  request: FastifyRequest,
  reply: FastifyReply,
  query: UploadQuery,
  deps: UploadDeps,
): Promise<never> {
  const { clock, idempotent, files, imageTasks } = deps
  const { file, fileName, fields } = await receive(request, reply, query, deps)
  try {
    const inspected = await inspectUpload(file, fileName, imageTasks)
    await files.add(file)
    // Distinguishes the request from others, in place of a body that is not stored.
    request.body = { checksum: file.checksum, fileName, fields }
    return await idempotent(request, reply, async (tx) => {
      const { row, isNew } = await createMedia(tx, inspected, fields, writeContext(request, clock))
      const body = await view(tx, row)
      return isNew
        ? { status: 201, location: `/v1/media/${row.id}`, version: row.version, body }
        : { status: 200, version: row.version, body }
    })
  } finally {
    await discardFile(file)
  }
}

async function replace(
  request: FastifyRequest,
  reply: FastifyReply,
  reference: string,
  query: Pick<UploadQuery, 'fileName'>,
  deps: UploadDeps,
): Promise<never> {
  const { storage, clock, files, imageTasks } = deps
  const { file, fileName, fields } = await receive(request, reply, query, deps)
  try {
    if (Object.keys(fields).length > 0)
      throw new Problem('unknown-property', 'a file is replaced without other members: change those by PATCH')
    const inspected = await inspectUpload(file, fileName, imageTasks)
    await files.add(file)
    const row = await storage.transaction((tx) =>
      replaceFile(tx, reference, inspected, ifMatch(request), writeContext(request, clock)),
    )
    reply.version = row.version
    return (await view(storage.reader, row)) as never
  } finally {
    await discardFile(file)
  }
}

const view = async (db: Reader, row: MediaRow) => (await mediaKind.views(db, [row], true))[0]

/** Receives the file of a request. It ends early when the key of the request is revoked. */
async function receive(
  request: FastifyRequest,
  reply: FastifyReply,
  query: UploadQuery,
  { files, fetchFile, maxFileBytes: maxBytes, openRequests }: UploadDeps,
): Promise<Upload> {
  exemptFromTimeout(request.raw, reply.raw)
  await files.prepare()
  const destination = { folder: files.incoming, maxBytes }
  const open = openRequests.watch(request)
  open.signal.addEventListener('abort', () => request.raw.destroy())
  try {
    if (request.isMultipart()) {
      refuseQuery(query)
      return await receiveForm(request, destination)
    }
    if (isJson(request)) {
      refuseQuery(query)
      const { url, ...fields } = parseBody(MediaByAddress, request.body)
      return { file: await fetchFile(url, destination), fileName: nameIn(url), fields }
    }
    const { fileName, ...fields } = query
    return { file: await receiveBody(request, destination), fileName, fields: fields as UploadFields }
  } catch (error) {
    throw open.signal.aborted ? unauthenticated() : error
  } finally {
    open.stop()
  }
}

const isJson = ({ headers }: FastifyRequest): boolean => /^application\/json\b/i.test(headers['content-type'] ?? '')

/** The last segment of the path of an address. */
function nameIn(url: string): string | undefined {
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last) || undefined
  } catch {
    return last
  }
}

/** Throws `unknown-parameter` for parameters beside a body that has its members itself. */
function refuseQuery(query: object): void {
  const names = Object.keys(query)
  if (names.length === 0) return
  const message = 'is taken only where the body is the file: send it in the body'
  const errors = names.map((name) => ({ in: 'query' as const, pointer: `/${name}`, code: 'unknown', message }))
  throw new Problem('unknown-parameter', `${names.join(', ')} ${message}`, { errors })
}
