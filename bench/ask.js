import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true })

/** Headers that Node and Fastify add to each reply. */
const OWN = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'])

/**
 * Sends one request, with the given headers only, so that the reply is that of the load.
 * @param {string} base
 * @param {{ path: string, method?: string, headers?: Record<string, string>, body?: string }} target
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: string, bytes: Buffer }>}
 */
export function ask(base, { path, method = 'GET', headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${base}${path}`, { agent, method, headers }, (reply) => {
      const chunks = []
      reply.on('data', (chunk) => chunks.push(chunk))
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({
          status: reply.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !OWN.has(name))),
          body: Buffer.concat(chunks).toString(),
          bytes: Buffer.concat(chunks),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/**
 * Sends a request, and throws unless the reply has the status.
 * @param {string} base
 * @param {Parameters<typeof ask>[1]} target
 * @param {number} status
 */
export async function expect(base, target, status) {
  const reply = await ask(base, target)
  if (reply.status !== status) throw new Error(`${target.path} was answered ${reply.status}: ${reply.body}`)
  return reply
}
