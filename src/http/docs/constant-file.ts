import type { FastifyReply, FastifyRequest } from 'fastify'
import { digest } from '../../lib/etag.ts'
import { vary } from '../caching.ts'
import { acceptedCoding, type Coding, codedEtag, compress, isCompressible } from '../content-coding.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Gives the handler of a file that stays the same while the process runs. It is read once, and compressed once in each
 * coding that clients accept. `more` are further headers.
 */
export function constantFile(type: string, read: () => Promise<Buffer | string>, more: Record<string, string> = {}) {
  let file: Promise<Buffer> | undefined
  let tag = ''
  const coded: Partial<Record<Coding, Promise<Buffer>>> = {}
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    file ??= read().then(Buffer.from)
    const plain = await file
    tag ||= `"${digest(plain)}"`
    reply.headers(more).type(type)
    vary(reply, 'Accept-Encoding')
    const coding = isCompressible(plain) ? acceptedCoding(headers['accept-encoding']) : undefined
    if (coding === undefined) return reply.header('etag', tag).send(plain)
    coded[coding] ??= compress(plain, coding)
    return reply.headers({ etag: codedEtag(tag, coding), 'content-encoding': coding }).send(await coded[coding])
  }
}
