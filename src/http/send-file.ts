/** Sends files: whole, in part (RFC 9110, section 14), or not at all if the client has them. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'
import { matchesEtag, notModified } from './conditional-requests.ts'
import { type Sent, sendBody } from './reply.ts'

/** The offsets of the first and the last byte of a part. */
interface Part {
  start: number
  end: number
}

/** A file as it is sent. */
export interface SentFile {
  /** The strong validator, with quotes. */
  etag: string
  type: string
  byteSize: number
  /** Further headers; problems do not have them. */
  headers: Record<string, string>
  read(part?: Part): Promise<Buffer | Readable>
}

/** Sends the file, or the part that `Range` names. Throws `range-not-satisfiable`, and what `read` throws. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag, type, byteSize, headers, read }: SentFile,
): Promise<Sent> {
  if (matchesEtag(request.headers, etag)) return notModified(reply.headers(headers), etag)
  const part = request.method === 'GET' ? partOf(request.headers, etag, byteSize) : undefined
  const body = request.method === 'HEAD' ? Readable.from([]) : await read(part)
  const length = part ? part.end - part.start + 1 : byteSize
  reply.headers({ ...headers, etag, 'content-type': type, 'accept-ranges': 'bytes', 'content-length': length })
  if (part) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${byteSize}`)
  return sendBody(reply, body)
}

const RANGE = /^bytes=(\d*)-(\d*)$/

/**
 * The part that a request is for; undefined for the whole. A `Range` that is not understood, or names several parts, is
 * ignored; so is one for another version of the file (`If-Range`).
 */
function partOf(
  { range, 'if-range': ifRange }: FastifyRequest['headers'],
  etag: string,
  byteSize: number,
): Part | undefined {
  const [, first, last] = RANGE.exec(range ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  if (ifRange !== undefined && ifRange !== etag) return undefined
  const isSuffix = first === ''
  const start = isSuffix ? Math.max(0, byteSize - Number(last)) : Number(first)
  const end = isSuffix || last === '' ? byteSize - 1 : Math.min(Number(last), byteSize - 1)
  if (last !== '' && !isSuffix && Number(last) < start) return undefined
  if (start > end)
    throw new Problem('range-not-satisfiable', `the file has ${byteSize} bytes`, {
      headers: { 'content-range': `bytes */${byteSize}` },
    })
  return { start, end }
}
