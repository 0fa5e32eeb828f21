import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true })

/** Headers that Node and Fastify make for each reply by themselves. */
const OWN = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'])

/**
 * Asks for one reply, with no header but those given: what comes back is what the load will get.
 * @param {string} base
 * @param {{ path: string, method?: string, headers?: Record<string, string>, body?: string }} wanted
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: string }>}
 */
export function ask(base, { path, method = 'GET', headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const asked = request(`${base}${path}`, { agent, method, headers }, (reply) => {
      const chunks = []
      reply.on('data', (chunk) => chunks.push(chunk))
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({
          status: reply.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !OWN.has(name))),
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/**
 * Asks, and throws unless the reply has the status.
 * @param {string} base
 * @param {Parameters<typeof ask>[1]} wanted
 * @param {number} status
 */
export async function expect(base, wanted, status) {
  const reply = await ask(base, wanted)
  if (reply.status !== status) throw new Error(`${wanted.path} was answered ${reply.status}: ${reply.body}`)
  return reply
}
