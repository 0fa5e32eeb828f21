/** Dateline and a rival, loaded in turns. */
import { load, warmUp } from './load.js'
import { median } from './median.js'

const CONNECTIONS = 32

/** @typedef {{ of: import('./cases.js').Case, requests: import('./load.js').LoadRequest[] }} Prepared */

/**
 * @typedef {object} Outcome medians of the rounds
 * @property {number} ratio Dateline's replies a second to the rival's
 * @property {[number, number]} spread the lowest and the highest ratio of a round
 * @property {number} [costRatio] the rival's processor time for a reply to Dateline's
 * @property {import('./load.js').Load} dateline
 * @property {import('./load.js').Load} rival
 * @property {import('./load.js').Load} [minimal] the rival with as few headers as possible
 * @property {import('./load.js').Load} [uncached] Dateline without its response cache
 * @property {import('./load.js').Load} [sql] Fastify with hand-written SQL
 */

/**
 * Loads one and the other, several rounds, never both at once.
 * @param {Prepared} prepared
 * @param {object} ring
 * @param {import('./processes.js').Server} ring.dateline
 * @param {import('./processes.js').Server} ring.rival
 * @param {import('./processes.js').Server} [ring.minimal]
 * @param {import('./processes.js').Server} [ring.uncached]
 * @param {import('./processes.js').Server} [ring.sql]
 * @param {import('./options.js').Options} ring.options
 * @param {(text: string) => void} ring.say
 * @returns {Promise<import('./runs.js').Result>}
 */
export async function contest({ of, requests }, { dateline, rival, minimal, uncached, sql, options, say }) {
  const { rounds, seconds } = options
  const plan = { requests, connections: of.connections ?? CONNECTIONS, status: of.status ?? 200 }
  const servers = Object.entries({ dateline, rival, minimal, uncached, ...(of.sql && { sql }) }).filter(
    ([, server]) => server,
  )
  /** @type {Record<string, import('./load.js').Load[]>} */
  const loads = Object.fromEntries(servers.map(([name]) => [name, []]))
  try {
    for (const [, server] of servers) await warmUp(server, plan)
    for (let round = 0; round < rounds; round++)
      for (const [name, server] of servers) loads[name].push(await load(server, { ...plan, seconds }))
  } catch (error) {
    throw new Error(`the case ${of.name} failed`, { cause: error })
  }
  const outcome = outcomeOf(loads)
  say(`  ${of.name}: ${outcome.ratio.toFixed(2)}`)
  return { of, urls: new Set(requests.map(({ path }) => path)).size, ...outcome }
}

/**
 * @param {Record<string, import('./load.js').Load[]>} loads
 * @returns {Outcome}
 */
function outcomeOf(loads) {
  const [dateline, rival] = [middle(loads.dateline), middle(loads.rival)]
  const ratios = loads.dateline.map(({ perSecond }, round) => perSecond / loads.rival[round].perSecond)
  return {
    ratio: dateline.perSecond / rival.perSecond,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    costRatio: dateline.cost && rival.cost && rival.cost / dateline.cost,
    dateline,
    rival,
    ...(loads.minimal && { minimal: middle(loads.minimal) }),
    ...(loads.uncached && { uncached: middle(loads.uncached) }),
    ...(loads.sql && { sql: middle(loads.sql) }),
  }
}

/**
 * The medians of several loads.
 * @param {import('./load.js').Load[]} loads
 */
export function middle(loads) {
  const of = (name) =>
    loads.some((one) => one[name] === undefined) ? undefined : median(loads.map((one) => one[name]))
  return {
    perSecond: of('perSecond') ?? Number.NaN,
    bytesEach: of('bytesEach') ?? Number.NaN,
    p99: of('p99') ?? Number.NaN,
    cost: of('cost'),
    busy: of('busy'),
  }
}
