/** Bare Fastify that reads a file and sends it, whatever the URL: `node bench/serve-file.js <file> <type>`. */
import { open } from 'node:fs/promises'
import fastify from 'fastify'
import { keepAliveTimeout } from './rivals.js'

const [, , file = '', type = ''] = process.argv

const app = fastify({ keepAliveTimeout })
app.get('/*', async (_request, reply) => {
  const handle = await open(file)
  const body = await handle.readFile().finally(() => handle.close())
  return reply.type(type).send(body)
})
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
