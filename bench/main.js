/** `npm run bench`: measures Dateline beside its rivals, prints a table and writes it to docs/performance.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cases } from './cases.js'
import { compareEngines } from './engines.js'
import { measureGrowth } from './growth.js'
import { growthPlot } from './growth-plot.js'
import { readOptions } from './options.js'
import { killAll, pinLoad } from './processes.js'
import { document } from './report.js'
import { measureNewsroom, SYNDICATION } from './runs.js'
import {
  besideTable,
  caseTable,
  engineTable,
  growthTable,
  memoryTable,
  syndicationTable,
  workerTable,
  writingTable,
} from './tables.js'
import { targetTable } from './targets.js'

const DOCUMENT = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const options = readOptions([...cases.map(({ name }) => name), SYNDICATION])
const folder = mkdtempSync(join(tmpdir(), 'dateline-bench-'))
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)

process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))

pinLoad()
const [loadBefore = 0] = loadavg()
const selected = cases.filter(({ name }) => options.only?.includes(name) ?? true)
const runs = []
for (const articles of options.articles) {
  const run = await measureNewsroom({ folder, articles, selected, options, say })
  runs.push(run)
  say(
    `\n${targetTable(run)}\n\n${caseTable(run)}\n\n${workerTable(run)}\n\n${writingTable(run)}\n\n${syndicationTable(run)}\n\n${memoryTable(runs)}\n`,
  )
}
// Those that are answered by queries of their own.
const reads = selected.filter(({ sql, name }) => sql || name === 'search')
const growth = options.growth && (await measureGrowth({ folder, reads, options, say }))
if (growth) say(`${growthTable(growth)}\n`)
const [articles = 0] = options.articles
const engines = options.postgres && (await compareEngines({ folder, articles, options, say }))
if (engines) say(`${engineTable(engines)}\n\n${besideTable(engines)}\n`)

const out = options.out ?? (options.only ? undefined : DOCUMENT)
if (out !== undefined) {
  const plot = out.replace(/(\.md)?$/, '-growth.svg')
  if (growth) writeFileSync(plot, growthPlot(growth))
  writeFileSync(out, document({ runs, growth, engines }, { options, loadBefore, plot: basename(plot) }))
  say(`Written to ${out}.`)
}
process.exit(0)
