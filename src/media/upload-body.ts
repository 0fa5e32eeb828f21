/** Reads the body of an upload: a form, or the file itself. Nothing of it is in memory as a whole. */
import { Readable } from 'node:stream'
import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { checkContentEncoding } from '../http/json-body.ts'
import { parseBody } from '../http/validation.ts'
import { Problem } from '../lib/problem.ts'
import { invalidCharacters } from '../lib/unicode.ts'
import { FilesFull, FilesUnavailable, type ReceivedFile } from './files/file-store.ts'
import { discardFile, receiveFile, tooLarge } from './files/receive.ts'
import { type UploadFields, uploadTexts } from './upload-fields.ts'

/** A file as it was sent, with what was sent with it. */
export interface Upload {
  file: ReceivedFile
  /** The name of the file as it was sent. */
  fileName: string | undefined
  fields: UploadFields
}

/** Where a file is received: in which folder, and with at most how many bytes. */
export interface Destination {
  folder: string
  maxBytes: number
}

/** How many parts a form may have beside its file, and how many bytes each of them. */
const MAX_FIELDS = 20
const FIELD_BYTES = 64 * 1024
/** How much larger than its file a form may be, in bytes. */
const FORM_BYTES = 2 * 1024 * 1024

const FormFields = z.strictObject(uploadTexts)

/** Throws `too-large` if the header already says so, and `unsupported-media-type` for a compressed body. */
export function checkUploadHeaders({ headers }: FastifyRequest, maxBytes: number): void {
  checkContentEncoding(headers)
  if (Number(headers['content-length'] ?? 0) > maxBytes + FORM_BYTES) throw tooLarge(maxBytes)
}

/** The file that is the whole body. */
export async function receiveBody(request: FastifyRequest, destination: Destination): Promise<ReceivedFile> {
  checkUploadHeaders(request, destination.maxBytes)
  const body = request.body instanceof Readable ? request.body : Readable.from([])
  return receiveFile(chunksOf(body), destination).catch(rethrow)
}

/** The file and the fields of a form, in any order. */
export async function receiveForm(request: FastifyRequest, destination: Destination): Promise<Upload> {
  checkUploadHeaders(request, destination.maxBytes)
  const limits = { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: MAX_FIELDS, fieldSize: FIELD_BYTES }
  const texts: Record<string, unknown> = {}
  let received: Pick<Upload, 'file' | 'fileName'> | undefined
  try {
    for await (const part of request.parts({ limits: { ...limits, parts: MAX_FIELDS + 1 } })) {
      if (part.type === 'field') addField(texts, part)
      else received = { file: await receivePart(part, destination), fileName: part.filename }
    }
    if (!received) throw invalidField('file', 'required', 'is required: a part with a file')
    return { ...received, fields: parseBody(FormFields, texts) as UploadFields }
  } catch (error) {
    // What still comes is not parsed any more.
    request.raw.unpipe()
    if (received) await discardFile(received.file)
    return rethrow(error)
  }
}

async function receivePart(
  { file, fieldname }: Extract<Multipart, { type: 'file' }>,
  destination: Destination,
): Promise<ReceivedFile> {
  if (fieldname === 'file') return receiveFile(chunksOf(file), destination)
  file.resume()
  throw invalidField(fieldname, 'unknown', 'is not known here; the file is the part "file"')
}

function addField(texts: Record<string, unknown>, part: Extract<Multipart, { type: 'field' }>): void {
  const { fieldname: name, value, valueTruncated } = part
  if (name === 'file') throw invalidField(name, 'invalid_type', 'must be a file, with a file name')
  if (Object.hasOwn(texts, name)) throw invalidField(name, 'duplicate', 'is there twice')
  if (valueTruncated) throw invalidField(name, 'too_big', `must have at most ${FIELD_BYTES} bytes`)
  const error = typeof value === 'string' ? invalidCharacters(value) : undefined
  if (error !== undefined) throw new Problem('invalid-encoding', `${name} ${error}`)
  texts[name] = value
}

const invalidField = (name: string, code: string, message: string): Problem =>
  new Problem(code === 'unknown' ? 'unknown-property' : 'validation', `${name} ${message}`, {
    errors: [{ in: 'body', pointer: `/${name}`, code, message }],
  })

/** The chunks of a stream, which stays open where reading ends early: the reply needs its connection. */
const chunksOf = (stream: Readable): AsyncIterable<Buffer> => stream.iterator({ destroyOnReturn: false })

const LIMITS: Record<string, string> = {
  FST_FILES_LIMIT: 'a form has one file',
  FST_FIELDS_LIMIT: `a form has at most ${MAX_FIELDS} fields`,
  FST_PARTS_LIMIT: `a form has at most ${MAX_FIELDS} fields and one file`,
}

/** Throws the problem for what reading a body has thrown: the client has hung up, or the form is malformed. */
function rethrow(error: unknown): never {
  if (error instanceof Problem || error instanceof FilesFull || error instanceof FilesUnavailable) throw error
  const { code = '', message } = error as NodeJS.ErrnoException
  throw new Problem('bad-request', LIMITS[code] ?? `the body cannot be read to its end: ${message}`)
}
