/** One run: a database of one size, Dateline and its rivals over it, all cases. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask, expect } from './ask.js'
import { writeConstants, writeModels } from './captured.js'
import { contest } from './contest.js'
import { startDateline, timeStarts } from './dateline.js'
import { filledDatabase } from './filled.js'
import { catalogue } from './newsroom.js'
import { posts } from './posts.js'
import { pinLoad, run, startServer } from './processes.js'
import { measureSyndication } from './syndication.js'
import { measureWorkers } from './workers.js'
import { whileWriting } from './writing.js'

/** The name by which `--only` selects syndication and webhooks. */
export const SYNDICATION = 'syndication'

const script = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

/**
 * @typedef {object} Run
 * @property {number} articles
 * @property {number} startSeconds from the start of the process to its first reply
 * @property {{ idle?: number, afterReads?: number, afterWrites?: number, withThread?: number }} memory in bytes
 * @property {Result[]} results
 * @property {import('./workers.js').Row[]} workers the same reads by one process and by two
 * @property {{ name: string, p99: number, perSecond: number, published: number }[]} writing reads alone, and while a writer publishes
 * @property {import('./syndication.js').Figure[]} syndication syndication and webhooks
 */

/** @typedef {{ of: import('./cases.js').Case, urls: number } & import('./contest.js').Outcome} Result */

/**
 * @param {object} task
 * @param {string} task.folder for databases, emptied afterwards
 * @param {number} task.articles
 * @param {import('./cases.js').Case[]} task.selected
 * @param {import('./options.js').Options} task.options
 * @param {(text: string) => void} task.say
 * @returns {Promise<Run>}
 */
export async function measureNewsroom({ folder, articles, selected, options, say }) {
  const home = join(folder, String(articles))
  mkdirSync(home)
  const place = (/** @type {string} */ name) => join(home, name)
  const reads = selected.filter(({ against }) => against === 'constants')
  const writes = selected.filter(({ against }) => against === 'inserts')

  say(`Filling a database with ${articles} articles.`)
  const { database, sample } = await filledDatabase(home, articles, options)
  if (writes.length > 0) copyFileSync(database, place('rival.db'))
  const startSeconds = await timeStarts(database, options.set)
  const dateline = await startDateline(database, options.set)
  const memory = {
    idle: await idleMemory(dateline),
    afterReads: undefined,
    afterWrites: undefined,
    withThread: undefined,
  }
  const world = worldOf(dateline.url, articles, options.urls, sample)
  const results = []
  /** @type {Run['workers']} */
  let workers = []
  /** @type {Run['writing']} */
  let writing = []
  /** @type {Run['syndication']} */
  let syndication = []

  if (reads.length > 0) {
    say('Noting the replies of Dateline for its rival.')
    const prepared = await prepare(reads, world)
    await writeConstants(dateline.url, prepared, place('constants.jsonl'))
    const rival = await startServer([script('serve-constants.js'), place('constants.jsonl')])
    const minimal = await startServer([script('serve-constants.js'), place('constants.jsonl'), '--minimal'])
    const uncached = await startDateline(database, { ...options.set, CACHE_BYTES: '0' })
    await run([script('sql-newsroom.js'), database, place('sql.db')])
    const sql = await startServer([script('serve-sql.js'), place('sql.db')])
    for (const one of prepared)
      results.push(await contest(one, { dateline, rival, minimal, uncached, sql, options, say }))
    for (const server of [rival, minimal, uncached, sql]) await server.stop()
    memory.afterReads = dateline.memory()
    workers = await measureWorkers(database, prepared, { options, say })
  }
  if (writes.length > 0) {
    const prepared = await prepare(writes, world)
    await writeModels(
      dateline.url,
      { drafts: posts('/v1/articles'), published: posts('/v1/articles?publish=true') },
      place('models.json'),
    )
    const paths = [place('rival.db'), database, place('models.json')]
    const rival = await startServer([script('serve-inserts.js'), ...paths])
    for (const one of prepared) results.push(await contest(one, { dateline, rival, options, say }))
    await rival.stop()
    writing = await whileWriting('One core', dateline, world, options)
    memory.afterWrites = dateline.memory()
    pinLoad(true)
    for (const [name, thread] of [
      ['one thread', 'false'],
      ['a writer thread', 'true'],
    ]) {
      const onAllCores = await startDateline(database, { ...options.set, WRITER_THREAD: thread }, { isPinned: false })
      writing.push(...(await whileWriting(`All cores, ${name}`, onAllCores, world, options)))
      memory.withThread = onAllCores.memory()
      await onAllCores.stop()
    }
    pinLoad()
  }
  if (options.only?.includes(SYNDICATION) ?? true) syndication = await measureSyndication(dateline, world, options)
  await dateline.stop()
  rmSync(home, { recursive: true, force: true })
  return { articles, startSeconds, memory, results, workers, writing, syndication }
}

/** @param {import('./processes.js').Server} server */
async function idleMemory(server) {
  await expect(server.url, { path: '/v1/articles?limit=1' }, 200)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return server.memory()
}

/** @returns {import('./cases.js').World} */
export function worldOf(base, articles, urls, sample) {
  const etag = async (path) => (await ask(base, { path })).headers.etag ?? ''
  return { base, articles, urls, sample, entries: catalogue(), etag }
}

export async function prepare(some, world) {
  const prepared = []
  for (const one of some) prepared.push({ of: one, requests: await one.requests(world) })
  return prepared
}
