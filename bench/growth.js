/** The same reads in instances of several sizes, in turns: what growth costs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startDateline } from './dateline.js'
import { filledDatabase } from './filled.js'
import { load, warmUp } from './load.js'
import { median } from './median.js'
import { prepare, worldOf } from './runs.js'

const CONNECTIONS = 32

/**
 * @typedef {object} Growth
 * @property {number[]} sizes
 * @property {{ title: string, cached: number[], uncached: number[] }[]} cases replies a second by size, with the memory
 *   of replies and without
 * @property {(number | undefined)[]} memory after the reads, in bytes, by size
 */

/**
 * @param {object} task
 * @param {string} task.folder
 * @param {import('./cases.js').Case[]} task.reads
 * @param {import('./options.js').Options} task.options
 * @param {(text: string) => void} task.say
 * @returns {Promise<Growth>}
 */
export async function measureGrowth({ folder, reads, options, say }) {
  const instances = []
  for (const articles of options.growth ?? []) {
    say(`Filling a database with ${articles} articles.`)
    instances.push(await openNewsroom(join(folder, `growth-${articles}`), articles, options))
  }
  const cases = []
  for (const of of reads) {
    const requests = []
    for (const { world } of instances) requests.push((await prepare([of], world))[0]?.requests ?? [])
    const all = { cached: instances.map(() => []), uncached: instances.map(() => []) }
    for (let round = 0; round <= options.rounds; round++)
      for (const [index, instance] of instances.entries())
        for (const kind of /** @type {const} */ (['cached', 'uncached'])) {
          const plan = { requests: requests[index], connections: CONNECTIONS, status: of.status ?? 200 }
          if (round === 0) await warmUp(instance[kind], plan)
          else all[kind][index].push((await load(instance[kind], { ...plan, seconds: options.seconds })).perSecond)
        }
    const row = { title: of.title, cached: all.cached.map(median), uncached: all.uncached.map(median) }
    say(`  ${of.name}: ${row.cached.map((value) => (value / row.cached[0]).toFixed(2)).join(' ')}`)
    cases.push(row)
  }
  const memory = instances.map(({ cached }) => cached.memory())
  for (const { cached, uncached } of instances) for (const server of [cached, uncached]) await server.stop()
  return { sizes: instances.map(({ world }) => world.articles), cases, memory }
}

async function openNewsroom(home, articles, options) {
  mkdirSync(home)
  const { database, sample } = await filledDatabase(home, articles, options, { inPlace: true })
  const cached = await startDateline(database, options.set)
  const uncached = await startDateline(database, { ...options.set, CACHE_BYTES: '0' })
  return { cached, uncached, world: worldOf(cached.url, articles, options.urls, sample) }
}
