/** Syndication: a follower of the changes, open streams, and webhooks. */
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
/** How many sections are renamed, and how many messages that gives at least. */
const RENAMED = 10
const MANY = 5_000
/** How long the editions take to be recompiled, in milliseconds. */
const SETTLE = 30_000
/** How many articles a second are read meanwhile. */
const READ = 1_000

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
    ...(await streams(dateline)),
    { name: 'Changes followed, pages of 1,000', value: await followed(dateline, '', seconds), unit: '/s' },
    {
      name: 'The same with the editions',
      value: await followed(dateline, '&include=edition', seconds),
      unit: '/s',
    },
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
  let notified = 0
  const open = []
  for (let stream = 0; stream < STREAMS; stream++)
    open.push(await openStream(dateline.url, agent, since, () => notified++))
  await pause(1_000)
  const memory = (dateline.memory() ?? Number.NaN) - before
  const began = performance.now()
  const [draft] = posts('/v1/articles?publish=true')
  await expect(dateline.url, draft, 201)
  while (notified < STREAMS && performance.now() - began < 30_000) await pause(5)
  const seconds = (performance.now() - began) / 1_000
  if (notified < STREAMS) throw new Error(`only ${notified} of ${STREAMS} streams had the change`)
  for (const stream of open) stream.destroy()
  agent.destroy()
  return [
    { name: 'Memory that 1,000 open streams take', value: memory / 1_000_000, unit: ' MB' },
    { name: 'Until all of them have a change', value: seconds, unit: ' s' },
  ]
}

/** @returns {Promise<import('node:http').ClientRequest>} */
function openStream(url, agent, since, onChange) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/changes/stream?since=${since}`, { agent, headers }, (reply) => {
      if (reply.statusCode !== 200) return reject(new Error(`a stream was answered ${reply.statusCode}`))
      reply.on('data', (chunk) => {
        if (String(chunk).includes('event: ')) onChange()
      })
      reply.on('error', () => {})
      resolve(outgoing)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** Deliveries a second to a good receiver, and what they do to the slowest of a hundred reads. */
async function webhooks(dateline, { sample, entries }, seconds) {
  const receiver = await startReceiver()
  const reads = sample.map(({ slug }) => ({ path: `/v1/articles/${slug}` }))
  const plan = { requests: reads, connections: 8, seconds, status: 200, perSecond: READ }
  const read = async () => (await load(dateline, plan)).p99
  const send = (method, path, payload, status) =>
    expect(
      dateline.url,
      { path, method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(payload) },
      status,
    )
  const { body } = await send('POST', '/v1/webhooks', { url: receiver.url, events: ['article.*'] }, 201)
  const path = `/v1/webhooks/${JSON.parse(body).id}`
  const alone = await read()
  // Changes accumulate while the webhook is paused; meanwhile the editions are recompiled, too.
  await send('PATCH', path, { status: 'paused' }, 200)
  const names = entries.sections.slice(0, RENAMED)
  for (const { slug, name } of names) await send('PATCH', `/v1/sections/${slug}`, { name: `${name} renamed` }, 200)
  await pause(SETTLE)
  await send('PATCH', path, { status: 'active' }, 200)
  const [before, began] = [receiver.count(), performance.now()]
  const telling = await read()
  while (receiver.count() - before < MANY && performance.now() - began < 60_000) await pause(5)
  const delivered = receiver.times().slice(before)
  const lasted = ((delivered.at(-1) ?? 0) - (delivered[0] ?? 0)) / 1_000
  await expect(dateline.url, { path, method: 'DELETE', headers }, 204)
  await receiver.close()
  return [
    { name: `Webhooks delivered, ${READ} reads a second meanwhile`, value: delivered.length / lasted, unit: '/s' },
    { name: 'p99 of these reads, nothing to deliver', value: alone, unit: ' ms' },
    { name: 'p99 while webhooks are delivered', value: telling, unit: ' ms' },
  ]
}

async function startReceiver() {
  const times = []
  const server = createServer((incoming, reply) => {
    incoming.resume()
    incoming.on('end', () => {
      times.push(performance.now())
      reply.writeHead(204).end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => times.length,
    times: () => times,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
