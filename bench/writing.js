/** Reads during writes: how publishing affects readers. */
import { expect } from './ask.js'
import { load } from './load.js'
import { median } from './median.js'
import { posts } from './posts.js'

/** How many articles the writer publishes in a second. */
const PUBLISHED = 50

/**
 * The slowest of a hundred reads, alone and while a writer publishes, in turns.
 * @param {import('./processes.js').Server} dateline
 * @param {import('./cases.js').World} world
 * @param {import('./options.js').Options} options
 */
export async function whileWriting(dateline, { sample }, { rounds, seconds }) {
  const requests = sample.flatMap(({ slug, tags: [tag] }) => [
    { path: `/v1/articles/${slug}` },
    { path: `/v1/articles?tag=${tag}` },
  ])
  const read = () => load(dateline, { requests, connections: 8, seconds, status: 200 })
  const [alone, writing] = [[], []]
  for (let round = 0; round < rounds; round++) {
    alone.push(await read())
    const stop = startWriter(dateline.url)
    writing.push(await read())
    await stop()
  }
  const of = (/** @type {import('./load.js').Load[]} */ loads) => ({
    p99: median(loads.map(({ p99 }) => p99)),
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
  })
  return [
    { name: 'Alone, 8 connections', ...of(alone) },
    { name: `While ${PUBLISHED} articles a second are published`, ...of(writing) },
  ]
}

/** @param {string} base */
function startWriter(base) {
  const drafts = posts('/v1/articles?publish=true')
  let [count, last] = [0, Promise.resolve()]
  const timer = setInterval(() => {
    const before = last
    last = expect(base, drafts[count++ % drafts.length], 201).then(() => before)
  }, 1_000 / PUBLISHED)
  return async () => {
    clearInterval(timer)
    await last
  }
}
