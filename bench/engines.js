/** SQLite and PostgreSQL with the same content on the same machine, loaded in turns. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { WRITE_LOCK } from '../dist/storage/postgres-writer.js'
import { ask } from './ask.js'
import { cases } from './cases.js'
import { middle } from './contest.js'
import { startDateline } from './dateline.js'
import { fill, filledDatabase, readSample } from './filled.js'
import { load, warmUp } from './load.js'
import { median } from './median.js'
import { posts } from './posts.js'
import { prepare, worldOf } from './runs.js'

const CONNECTIONS = 32
/** How many clients write while others read. */
const WRITERS = 64
/** How long they write before it is read, in milliseconds. */
const SETTLED = 1_000
const PUBLISH = '/v1/articles?publish=true'

/**
 * The cases of the comparison, by whether Dateline has its cache. `target` is the ratio of PostgreSQL to SQLite that is
 * meant to be reached, or the replies a second.
 * @type {{ name: string, cached: boolean, target?: number, targetPerSecond?: number }[]}
 */
const COMPARED = [
  { name: 'detail', cached: true, target: 0.9 },
  { name: 'filtered', cached: true, target: 0.9 },
  { name: 'detail', cached: false },
  { name: 'filtered', cached: false },
  { name: 'combined', cached: false, target: 0.33 },
  { name: 'search', cached: false, target: 0.33 },
  { name: 'publish', cached: true },
  { name: 'publish-32', cached: true, targetPerSecond: 500 },
]
/** The share of the reads that is meant to be answered while writes wait. */
const WHILE_WAITING = 0.9

/**
 * @typedef {object} Comparison
 * @property {{ title: string, sqlite: import('./load.js').Load, postgres: import('./load.js').Load, target?: number, targetPerSecond?: number }[]} rows
 * @property {{ title: string, perSecond: number, p99: number, ratio: number, target?: number }[]} beside reads of articles
 *   on PostgreSQL, alone and beside writes; the ratio is to those alone
 */

/**
 * @param {object} task
 * @param {string} task.folder
 * @param {number} task.articles
 * @param {import('./options.js').Options} task.options
 * @param {(text: string) => void} task.say
 * @returns {Promise<Comparison>}
 */
export async function compareEngines({ folder, articles, options, say }) {
  const home = join(folder, 'engines')
  mkdirSync(home)
  const { postgres = '' } = options
  say(`Filling both engines with ${articles} articles.`)
  const sqlite = await filledDatabase(home, articles, options)
  const filled = await fillPostgres(postgres, join(home, 'postgres.json'), articles, options)
  const databases = { sqlite: sqlite.database, postgres }
  const rows = []
  for (const cached of [true, false]) {
    const settings = { ...options.set, ...(!cached && { CACHE_BYTES: '0' }) }
    const servers = {
      sqlite: await startDateline(databases.sqlite, settings),
      postgres: await startDateline(databases.postgres, settings),
    }
    for (const compared of COMPARED.filter((one) => one.cached === cached)) {
      const row = await compare(compared, { servers, samples: { sqlite: sqlite.sample, postgres: filled }, options })
      rows.push(row)
      say(`  ${row.title}: ${(row.postgres.perSecond / row.sqlite.perSecond).toFixed(2)}`)
    }
    for (const server of Object.values(servers)) await server.stop()
  }
  return { rows, beside: await readBesideWrites(postgres, filled, articles, options) }
}

/** Fills an empty database; gives a sample of its articles. */
async function fillPostgres(url, sampleFile, articles, { urls }) {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query("select 1 from pg_tables where schemaname = 'public' limit 1")
  await client.end()
  if (rows.length > 0) throw new Error('the database given by --postgres is not empty')
  await fill([url, sampleFile], articles, urls)
  return readSample(sampleFile, urls)
}

async function compare({ name, cached, ...targets }, { servers, samples, options }) {
  const of = cases.find((one) => one.name === name) ?? cases[0]
  const plans = {}
  for (const [engine, server] of Object.entries(servers)) {
    const world = worldOf(server.url, options.articles[0], options.urls, samples[engine])
    const [{ requests }] = await prepare([of], world)
    plans[engine] = { requests, connections: of.connections ?? CONNECTIONS, status: of.status ?? 200 }
    await warmUp(server, plans[engine])
  }
  const loads = { sqlite: [], postgres: [] }
  for (let round = 0; round < options.rounds; round++)
    for (const [engine, server] of Object.entries(servers))
      loads[engine].push(await load(server, { ...plans[engine], seconds: options.seconds }))
  const title = of.against === 'inserts' || cached ? of.title : `${of.title}, no cache`
  return { title, sqlite: middle(loads.sqlite), postgres: middle(loads.postgres), ...targets }
}

/** Reads of articles on PostgreSQL: alone, beside clients that write, and beside writes that another process keeps waiting. */
async function readBesideWrites(url, sample, articles, { urls, rounds, seconds, set }) {
  const server = await startDateline(url, set)
  const [{ requests }] = await prepare([cases[0]], worldOf(server.url, articles, urls, sample))
  const plan = { requests, connections: CONNECTIONS, status: 200 }
  await warmUp(server, plan)
  const read = () => load(server, { ...plan, seconds })
  const states = [
    { title: 'Alone', during: async () => async () => {} },
    { title: `Beside ${WRITERS} clients that write`, during: async () => startWriters(server.url) },
    {
      title: `Beside ${WRITERS} clients whose writes wait for another process`,
      target: WHILE_WAITING,
      during: async () => {
        const unlock = await lockWrites(url)
        const stop = startWriters(server.url)
        return async () => {
          await unlock()
          await stop()
        }
      },
    },
  ].map((state) => ({ ...state, loads: [] }))
  for (let round = 0; round < rounds; round++)
    for (const { during, loads } of states) {
      const end = await during()
      // The first writes of all clients are converted at the same time.
      await pause(SETTLED)
      loads.push(await read())
      await end()
    }
  await server.stop()
  const [alone] = states
  const each = (loads) => median(loads.map(({ perSecond }) => perSecond))
  return states.map(({ title, target, loads }) => ({
    title,
    target,
    perSecond: each(loads),
    p99: median(loads.map(({ p99 }) => p99)),
    ratio: each(loads) / each(alone.loads),
  }))
}

/** Clients that write one article after the other, and again where a write is refused because the lock is held. */
function startWriters(base) {
  let isOver = false
  const drafts = posts(PUBLISH)
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let count = writer; !isOver; count++) await ask(base, draftOf(drafts[count % drafts.length]))
  })
  return async () => {
    isOver = true
    await Promise.all(writers)
  }
}

const draftOf = (draft) => draft.setupRequest(draft)

/** Holds the lock that each write needs; gives what releases it. */
async function lockWrites(url) {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('select pg_advisory_lock($1)', [WRITE_LOCK])
  return () => client.end()
}
