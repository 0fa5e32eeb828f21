/** The same reads by one process and by two workers, both on all cores, with the response cache and without. */
import { middle } from './contest.js'
import { startDateline } from './dateline.js'
import { load, warmUp } from './load.js'
import { pinLoad } from './processes.js'

const CONNECTIONS = 32
/** The cases that are measured. */
const MEASURED = ['detail', 'filtered']

/**
 * @typedef {object} Row
 * @property {string} title
 * @property {import('./load.js').Load} one
 * @property {import('./load.js').Load} two
 * @property {number} [target] the ratio of two workers to one process that is meant to be reached
 */

/**
 * @param {string} database
 * @param {import('./contest.js').Prepared[]} prepared
 * @param {{ options: import('./options.js').Options, say: (text: string) => void }} how
 * @returns {Promise<Row[]>}
 */
export async function measureWorkers(database, prepared, { options, say }) {
  const { rounds, seconds } = options
  const rows = []
  const measured = prepared.filter(({ of }) => MEASURED.includes(of.name))
  if (measured.length === 0) return rows
  pinLoad(true)
  for (const isCached of [true, false]) {
    const settings = { ...options.set, ...(!isCached && { CACHE_BYTES: '0' }) }
    const one = await startDateline(database, settings, { isPinned: false })
    const two = await startDateline(database, settings, { isPinned: false, workers: 2 })
    for (const { of, requests } of measured) {
      const plan = { requests, connections: CONNECTIONS, status: 200 }
      /** @type {Record<'one' | 'two', import('./load.js').Load[]>} */
      const loads = { one: [], two: [] }
      for (const server of [one, two]) await warmUp(server, plan)
      for (let round = 0; round < rounds; round++) {
        loads.one.push(await load(one, { ...plan, seconds }))
        loads.two.push(await load(two, { ...plan, seconds }))
      }
      const row = {
        title: `${of.title}${isCached ? '' : ', no cache'}`,
        one: middle(loads.one),
        two: middle(loads.two),
      }
      say(`  ${row.title}, two workers to one process: ${(row.two.perSecond / row.one.perSecond).toFixed(2)}`)
      // Where a reply costs little, the load generator takes most of what the second worker would need.
      rows.push({ ...row, ...(!isCached && { target: 1.7 }) })
    }
    await one.stop()
    await two.stop()
  }
  pinLoad()
  return rows
}
