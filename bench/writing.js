/** Reads during writes: how publishing affects readers. */
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from './ask.js'
import { load, WARM_UP } from './load.js'
import { median } from './median.js'
import { posts } from './posts.js'

/** How many articles the writer publishes in a second. */
const PUBLISHED = 50

/**
 * The slowest of a hundred reads, alone and while a writer publishes, in turns.
 * @param {string} name how Dateline runs
 * @param {import('./processes.js').Server} dateline
 * @param {import('./cases.js').World} world
 * @param {import('./options.js').Options} options
 */
export async function whileWriting(name, dateline, { sample }, { rounds, seconds }) {
  const requests = sample.flatMap(({ slug, tags: [tag] }) => [
    { path: `/v1/articles/${slug}` },
    { path: `/v1/articles?tag=${tag}` },
  ])
  const read = () => load(dateline, { requests, connections: 8, seconds, status: 200 })
  /** What is not cached yet would be among the slowest of a hundred, also where nothing is written. */
  const warmUp = async () => {
    for (const { path } of requests) await (await fetch(`${dateline.url}${path}`)).arrayBuffer()
  }
  const [alone, writing, published] = [[], [], []]
  const first = startWriter(dateline.url)
  await pause(WARM_UP.writes * 1_000)
  await first.stop()
  for (let round = 0; round < rounds; round++) {
    await warmUp()
    alone.push(await read())
    const writer = startWriter(dateline.url)
    writing.push(await read())
    published.push(writer.published() / seconds)
    await writer.stop()
  }
  const of = (/** @type {{ p99: number, perSecond: number }[]} */ loads) => ({
    p99: median(loads.map(({ p99 }) => p99)),
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
  })
  return [
    { name: `${name}: alone`, ...of(alone), published: 0 },
    {
      name: `${name}: while ${PUBLISHED} articles a second are sent to be published`,
      ...of(writing),
      published: median(published),
    },
  ]
}

/** @param {string} base */
function startWriter(base) {
  const drafts = posts('/v1/articles?publish=true')
  let [count, published] = [0, 0]
  const sent = new Set()
  async function publish() {
    const { status, body } = await ask(base, drafts[count++ % drafts.length])
    if (status === 201) published++
    // It has more to do than it can; the writer waits, as `Retry-After` says.
    else if (status === 503) await pause(1_000)
    else throw new Error(`a publication was answered ${status}: ${body}`)
  }
  const timer = setInterval(() => {
    const one = publish().finally(() => sent.delete(one))
    sent.add(one)
  }, 1_000 / PUBLISHED)
  return {
    published: () => published,
    async stop() {
      clearInterval(timer)
      await Promise.all(sent)
    },
  }
}
