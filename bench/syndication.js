/** What partners do: follow the changes, hold streams open, and be told by webhooks. */
import { Agent, createServer, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from './ask.js'
import { load } from './load.js'
import { posts } from './posts.js'
import { ADMIN_KEY } from './rivals.js'

const headers = { authorization: `Bearer ${ADMIN_KEY}` }

/** How many changes a page has. */
const PAGE = 1_000
/** How many streams are held open at the same time. */
const STREAMS = 1_000
/** How many webhooks there are, and how many articles are published in a second: together the deliveries a second. */
const WEBHOOKS = 100
const PUBLISHED = 10

/** @typedef {{ name: string, value: number, unit: string }} Figure */

/**
 * @param {import('./processes.js').Server} dateline
 * @param {import('./cases.js').World} world
 * @param {import('./options.js').Options} options
 * @returns {Promise<Figure[]>}
 */
export async function measureSyndication(dateline, world, options) {
  const { seconds } = options
  return [
    { name: 'Changes followed, pages of 1,000', value: await followed(dateline, '', seconds), unit: '/s' },
    {
      name: 'The same with the editions',
      value: await followed(dateline, '&include=edition', seconds),
      unit: '/s',
    },
    ...(await streams(dateline)),
    ...(await webhooks(dateline, world, seconds)),
  ]
}

/** How many changes a second one follower gets, one page after the other, over and over from the beginning. */
async function followed({ url }, include, seconds) {
  let [count, since] = [0, '']
  const began = performance.now()
  const until = began + seconds * 1_000
  while (performance.now() < until) {
    const { body } = await expect(url, { path: `/v1/changes?limit=${PAGE}${include}${since}`, headers }, 200)
    const { data, page } = JSON.parse(body)
    count += data.length
    since = page.hasMore ? `&since=${page.next}` : ''
  }
  return (count / (performance.now() - began)) * 1_000
}

/** What open streams take, and how soon all of them have a change. */
async function streams(dateline) {
  const { body } = await expect(dateline.url, { path: '/v1/changes/snapshot?limit=1', headers }, 200)
  const { since } = JSON.parse(body).page
  const before = dateline.memory() ?? Number.NaN
  const agent = new Agent({ keepAlive: true, maxSockets: STREAMS })
  let told = 0
  const open = []
  for (let stream = 0; stream < STREAMS; stream++) open.push(await openStream(dateline.url, agent, since, () => told++))
  await pause(1_000)
  const memory = (dateline.memory() ?? Number.NaN) - before
  const began = performance.now()
  const [draft] = posts('/v1/articles?publish=true')
  await expect(dateline.url, draft, 201)
  while (told < STREAMS && performance.now() - began < 30_000) await pause(5)
  const seconds = (performance.now() - began) / 1_000
  if (told < STREAMS) throw new Error(`only ${told} of ${STREAMS} streams had the change`)
  for (const stream of open) stream.destroy()
  agent.destroy()
  return [
    { name: 'Memory that 1,000 open streams take', value: memory / 1_000_000, unit: ' MB' },
    { name: 'Until all of them have a change', value: seconds, unit: ' s' },
  ]
}

/** @returns {Promise<import('node:http').ClientRequest>} */
function openStream(url, agent, since, tell) {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/changes/stream?since=${since}`, { agent, headers }, (reply) => {
      if (reply.statusCode !== 200) return reject(new Error(`a stream was answered ${reply.statusCode}`))
      reply.on('data', (chunk) => {
        if (String(chunk).includes('event: ')) tell()
      })
      reply.on('error', () => {})
      resolve(asked)
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Deliveries a second to a good receiver, and what they do to the slowest of a hundred reads. */
async function webhooks(dateline, { sample }, seconds) {
  const receiver = await startReceiver()
  const reads = sample.map(({ slug }) => ({ path: `/v1/articles/${slug}` }))
  const read = async () => (await load(dateline, { requests: reads, connections: 8, seconds, status: 200 })).p99
  const alone = await read()
  const publishing = await whilePublishing(dateline.url, read)
  const made = []
  for (let webhook = 0; webhook < WEBHOOKS; webhook++) {
    const body = JSON.stringify({ url: `${receiver.url}/${webhook}`, events: ['article.published'] })
    const wanted = { path: '/v1/webhooks', method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
    made.push(JSON.parse((await expect(dateline.url, { ...wanted, body }, 201)).body).id)
  }
  const before = receiver.count()
  const began = performance.now()
  const telling = await whilePublishing(dateline.url, read)
  const perSecond = ((receiver.count() - before) / (performance.now() - began)) * 1_000
  for (const id of made) await expect(dateline.url, { path: `/v1/webhooks/${id}`, method: 'DELETE', headers }, 204)
  await receiver.close()
  return [
    { name: 'Webhooks delivered to a good receiver', value: perSecond, unit: '/s' },
    { name: 'p99 of reads alone, 8 connections', value: alone, unit: ' ms' },
    { name: `p99 while ${PUBLISHED} articles a second are published`, value: publishing, unit: ' ms' },
    { name: `p99 while these are told to ${WEBHOOKS} webhooks`, value: telling, unit: ' ms' },
  ]
}

/** @template T @param {string} url @param {() => Promise<T>} read @returns {Promise<T>} */
async function whilePublishing(url, read) {
  const drafts = posts('/v1/articles?publish=true')
  let [count, last] = [0, Promise.resolve()]
  const timer = setInterval(() => {
    const before = last
    last = expect(url, drafts[count++ % drafts.length], 201).then(() => before)
  }, 1_000 / PUBLISHED)
  try {
    return await read()
  } finally {
    clearInterval(timer)
    await last
  }
}

async function startReceiver() {
  let count = 0
  const server = createServer((asked, reply) => {
    asked.resume()
    asked.on('end', () => {
      count += 1
      reply.writeHead(204).end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => count,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
