/** The figures as tables of plain text, which are Markdown too. */

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)))
  const cell = (text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]))
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const ratio = (value) => (value === undefined ? '-' : value.toFixed(2))
const whole = (value) => Math.round(value).toLocaleString('en')
const share = (value) => (value === undefined ? '-' : `${Math.round(value * 100)}%`)
const megabytes = (value) => (value === undefined ? '-' : `${Math.round(value / 1_000_000)} MB`)

/** The processor time of the second for a reply, to that of the first. */
const costs = (one, other) => one?.cost && other?.cost && other.cost / one.cost

/** @param {import('./runs.js').Run} run */
export const caseTable = ({ results }) =>
  table(
    [
      'Case',
      'Ratio',
      'Of rounds',
      'By time',
      'To minimal',
      'By time',
      'No cache',
      'By time',
      'No cache to SQL',
      'By time',
      'Dateline/s',
      'Busy',
      'p99',
      'Rival/s',
      'Busy',
      'Bytes',
      'Rival',
      'URLs',
    ],
    results.map(({ of, ratio: value, spread, costRatio, dateline, rival, minimal, uncached, sql, urls }) => [
      of.title,
      ratio(value),
      spread.map(ratio).join('-'),
      ratio(costRatio),
      ratio(minimal && dateline.perSecond / minimal.perSecond),
      ratio(costs(dateline, minimal)),
      ratio(uncached && uncached.perSecond / rival.perSecond),
      ratio(costs(uncached, rival)),
      ratio(uncached && sql && uncached.perSecond / sql.perSecond),
      ratio(costs(uncached, sql)),
      whole(dateline.perSecond),
      share(dateline.busy),
      `${whole(dateline.p99)} ms`,
      whole(rival.perSecond),
      share(rival.busy),
      whole(dateline.bytesEach),
      whole(rival.bytesEach),
      whole(urls),
    ]),
  )

/** @param {import('./engines.js').Comparison} comparison */
export const engineTable = ({ rows }) =>
  table(
    ['Case', 'Target', 'PostgreSQL to SQLite', 'By time', 'SQLite/s', 'PostgreSQL/s', 'Busy', 'p99'],
    rows.map(({ title, sqlite, postgres, target, targetPerSecond }) => [
      title,
      targetPerSecond === undefined ? ratio(target) : `${targetPerSecond} a second`,
      ratio(postgres.perSecond / sqlite.perSecond),
      ratio(costs(postgres, sqlite)),
      whole(sqlite.perSecond),
      whole(postgres.perSecond),
      share(postgres.busy),
      `${whole(postgres.p99)} ms`,
    ]),
  )

/** @param {import('./engines.js').Comparison} comparison */
export const besideTable = ({ beside }) =>
  table(
    ['Reads of articles', 'Target', 'To those alone', 'Replies/s', 'p99'],
    beside.map(({ title, target, ratio: value, perSecond, p99 }) => [
      title,
      ratio(target),
      ratio(value),
      whole(perSecond),
      `${whole(p99)} ms`,
    ]),
  )

/** @param {import('./runs.js').Run} run */
export const workerTable = ({ workers }) =>
  table(
    ['Reads, on all cores', 'Target', 'Two workers to one process', 'By time', 'One/s', 'Busy', 'Two/s', 'Busy'],
    workers.map(({ title, target, one, two }) => [
      title,
      ratio(target),
      ratio(two.perSecond / one.perSecond),
      ratio(costs(two, one)),
      whole(one.perSecond),
      share(one.busy),
      whole(two.perSecond),
      share(two.busy),
    ]),
  )

/** @param {import('./runs.js').Run} run */
export const writingTable = ({ writing }) =>
  table(
    ['Reads', 'p99', 'Replies/s', 'Published/s'],
    writing.map(({ name, p99, perSecond, published }) => [
      name,
      `${p99.toFixed(1)} ms`,
      whole(perSecond),
      published > 0 ? published.toFixed(1) : '-',
    ]),
  )

/** @param {import('./runs.js').Run} run */
export const syndicationTable = ({ syndication }) =>
  table(
    ['Partners', 'Figure'],
    syndication.map(({ name, value, unit }) => [name, `${value < 100 ? value.toFixed(1) : whole(value)}${unit}`]),
  )

/** @param {import('./runs.js').Run[]} runs */
export const memoryTable = (runs) =>
  table(
    [
      'Articles',
      'Start to first reply',
      'Memory idle',
      'After reads',
      'After writes',
      'After reads and writes, writer thread',
    ],
    runs.map(({ articles, startSeconds, memory }) => [
      whole(articles),
      `${startSeconds.toFixed(2)} s`,
      megabytes(memory.idle),
      megabytes(memory.afterReads),
      megabytes(memory.afterWrites),
      megabytes(memory.withThread),
    ]),
  )

/**
 * Dateline's replies per second with each number of articles, relative to the smallest: with the response cache, and without.
 * @param {import('./growth.js').Growth} growth
 */
export const growthTable = ({ sizes, cases, memory }) =>
  table(
    ['Case', ...sizes.map(whole), ...sizes.map((size) => `${whole(size)}, no cache`)],
    [
      ...cases.map(({ title, cached, uncached }) => [
        title,
        ...[cached, uncached].flatMap((values) => values.map((value) => ratio(value / values[0]))),
      ]),
      ['Memory after these reads', ...memory.map(megabytes), ...sizes.map(() => '')],
    ],
  )
