import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { digest } from '../../lib/etag.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** Gives the handler of a file that stays the same while the process runs. It is read once, and compressed once. */
export function constantFile(type: string, read: () => Promise<Buffer | string>) {
  let plain: Promise<Buffer> | undefined
  let compressed: Promise<Buffer> | undefined
  let tag = ''
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    plain ??= read().then(Buffer.from)
    tag ||= digest(await plain)
    reply.type(type).header('vary', 'Accept-Encoding')
    if (!headers['accept-encoding']?.includes('gzip')) return reply.header('etag', `"${tag}"`).send(await plain)
    compressed ??= plain.then((bytes) => promisify(gzip)(bytes))
    return reply.headers({ etag: `"${tag}-gzip"`, 'content-encoding': 'gzip' }).send(await compressed)
  }
}
