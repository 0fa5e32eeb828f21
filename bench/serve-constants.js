/**
 * Bare Fastify that answers every URL it knows with a constant: `node bench/serve-constants.js <file> [--minimal]`. The
 * file holds, a line each, the replies that Dateline gave. With `--minimal` it sends of their headers only those without
 * which a client could not read the body.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import fastify from 'fastify'
import { keepAliveTimeout, replyKey } from './rivals.js'

/**
 * Bodies as bytes, which costs Fastify the least: a string beyond Latin-1 would be encoded for each reply.
 * @type {Map<string, { status: number, headers: Record<string, string>, body?: Buffer }>}
 */
const constants = new Map()
const isMinimal = process.argv.includes('--minimal')
const minimal = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^content-(type|encoding)$/.test(name)))

for await (const line of createInterface({ input: createReadStream(String(process.argv[2])) })) {
  const { key, body, headers, ...reply } = JSON.parse(line)
  const sent = isMinimal ? minimal(headers) : headers
  constants.set(key, { ...reply, headers: sent, body: body === '' ? undefined : Buffer.from(body, 'base64') })
}

const app = fastify({ keepAliveTimeout })
app.get('/*', (request, reply) => {
  const constant = constants.get(replyKey(request.url, request.headers))
  if (!constant) return reply.code(404).send()
  return reply.code(constant.status).headers(constant.headers).send(constant.body)
})
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
