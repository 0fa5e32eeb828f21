/** What the benchmark is meant to reach, beside what it has reached. */
import { table } from './tables.js'

/** From this share of the measured time on, a server counts as saturated: its replies per second are what it can do. */
const SATURATED = 0.95

/**
 * The rivals of the ratios. `of` gives the load of Dateline and that of its rival.
 * @type {Record<import('./cases.js').Ratio, { title: string, of: (result: import('./runs.js').Result) => (import('./load.js').Load | undefined)[] }>}
 */
const ratios = {
  minimal: { title: 'to bare Fastify with the fewest headers', of: ({ dateline, minimal }) => [dateline, minimal] },
  uncached: { title: 'without the cache, to bare Fastify', of: ({ uncached, rival }) => [uncached, rival] },
  inserts: { title: 'to hand-written inserts', of: ({ dateline, rival }) => [dateline, rival] },
}

/** How much longer the slowest of a hundred reads may take while articles are published. */
const MOST_WHILE_WRITING = 2

/**
 * A row for each target of the cases that were run.
 * @param {import('./runs.js').Run} run
 */
export function targetTable({ results, writing }) {
  const rows = results.flatMap((result) =>
    Object.entries(result.of.targets ?? {}).map(([name, target]) => rowOf(result, name, target)),
  )
  for (let at = 0; at < writing.length; at += 2) {
    const [before, beside] = writing.slice(at, at + 2)
    if (before && beside)
      rows.push([
        `${before.name.replace(/: alone$/, '')}: p99 while articles are published, to that of reads alone`,
        `at most ${MOST_WHILE_WRITING.toFixed(2)}`,
        (beside.p99 / before.p99).toFixed(2),
        'p99',
      ])
  }
  return table(['Figure', 'Target', 'Reached', 'By'], rows)
}

/**
 * @param {import('./runs.js').Result} result
 * @param {string} name of the ratio
 * @param {number} target
 */
function rowOf(result, name, target) {
  const { title, of } = ratios[name]
  const [one, rival] = of(result)
  // Writes wait for the disk, which processor time leaves out.
  const isSaturated = name === 'inserts' || [one, rival].every(({ busy = 1 } = {}) => busy >= SATURATED)
  const reached = isSaturated
    ? one && rival && one.perSecond / rival.perSecond
    : one?.cost && rival?.cost && rival.cost / one.cost
  return [
    `${result.of.title}: ${title}`,
    target.toFixed(2),
    reached === undefined ? '-' : reached.toFixed(2),
    isSaturated ? 'replies a second' : 'processor time',
  ]
}
