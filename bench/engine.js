/**
 * Measures one filled database, of any engine: `node bench/engine.js <database> <sample file> [<case> …]`. The file is
 * that of bench/seed.js. Prints a line for each case. Writes add articles.
 */
import { readFileSync } from 'node:fs'
import { cases } from './cases.js'
import { startDateline } from './dateline.js'
import { load } from './load.js'
import { catalogue } from './newsroom.js'
import { posts } from './posts.js'
import { killAll, pinLoad } from './processes.js'

const SECONDS = Number(process.env.SECONDS ?? 3)
const UNCACHED = { CACHE_BYTES: '0' }
/** How many clients write while others read. */
const WRITERS = [0, 12, 64]

const [database = '', file = '', ...only] = process.argv.slice(2)
const sample = JSON.parse(readFileSync(file, 'utf8'))
const world = {
  base: '',
  articles: sample.length,
  urls: sample.length,
  sample,
  entries: catalogue(),
  etag: async () => '',
}
const isChosen = (/** @type {string} */ name) => only.length === 0 || only.includes(name)
const caseOf = (/** @type {string} */ name) => cases.find((one) => one.name === name) ?? cases[0]

/** @type {Record<string, (server: import('./processes.js').Server) => Promise<string>>} */
const reads = Object.fromEntries(
  ['detail', 'filtered', 'combined', 'search'].map((name) => [
    name,
    async (server) => {
      const requests = await caseOf(name).requests(world)
      await load(server, { requests, connections: 10, seconds: 1, status: 200 })
      return line(await load(server, { requests, connections: 10, seconds: SECONDS, status: 200 }))
    },
  ]),
)

const print = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)
const line = ({ perSecond, p99, busy }) =>
  `${Math.round(perSecond)} a second, p99 ${p99} ms, ${Math.round((busy ?? 0) * 100)} % of a core`

async function withServer(/** @type {Record<string, string>} */ settings, work) {
  const server = await startDateline(database, settings)
  try {
    await work(server)
  } finally {
    await server.stop()
  }
}

pinLoad()
process.on('exit', killAll)
for (const [title, settings] of /** @type {const} */ ([
  ['cached', {}],
  ['uncached', UNCACHED],
]))
  await withServer(settings, async (server) => {
    for (const [name, run] of Object.entries(reads))
      if (isChosen(`${name}-${title}`)) print(`${name}, ${title}: ${await run(server)}`)
  })
for (const writers of WRITERS)
  if (isChosen(`writers-${writers}`))
    await withServer({}, async (server) => {
      const requests = await caseOf('detail').requests(world)
      const writing =
        writers &&
        load(server, {
          requests: posts('/v1/articles?publish=true'),
          connections: writers,
          seconds: SECONDS + 1,
          status: 201,
        })
      const read = await load(server, { requests, connections: 10, seconds: SECONDS, status: 200 })
      const wrote = await writing
      print(`articles read beside ${writers} writers: ${line(read)}${wrote ? `; written: ${line(wrote)}` : ''}`)
    })
if (isChosen('publish-32'))
  await withServer({}, async (server) => {
    await load(server, { requests: posts('/v1/articles?publish=true'), connections: 32, seconds: 3, status: 201 })
    const wrote = await load(server, {
      requests: posts('/v1/articles?publish=true'),
      connections: 32,
      seconds: SECONDS,
      status: 201,
    })
    print(`create and publish, 32 connections: ${line(wrote)}`)
  })
