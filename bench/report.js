/** The page docs/performance.md. */
import { cpus, totalmem } from 'node:os'
import { canPin } from './processes.js'
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
import { hasWrk } from './wrk.js'

/**
 * @param {object} measured
 * @param {import('./runs.js').Run[]} measured.runs
 * @param {import('./growth.js').Growth} [measured.growth]
 * @param {import('./engines.js').Comparison} [measured.engines]
 * @param {object} about
 * @param {import('./options.js').Options} about.options
 * @param {number} about.loadBefore the load average of the machine before the first run
 * @param {string} about.plot the file beside the page that shows the growth, where it was measured
 */
export const document = ({ runs, growth, engines }, { options, loadBefore, plot }) =>
  [
    '# Performance',
    'Written by `npm run bench`; the figures are from one machine and one day. Ratios can be compared between machines better than replies per second.',
    ...runs.flatMap((run) => [
      `## ${run.articles.toLocaleString('en')} articles`,
      TARGETS,
      targetTable(run),
      CASES,
      caseTable(run),
      ...(run.workers.length > 0 ? [WORKERS, workerTable(run)] : []),
      ...(run.writing.length > 0 ? [WRITING, writingTable(run)] : []),
      ...(run.syndication.length > 0 ? [SYNDICATION, syndicationTable(run)] : []),
    ]),
    READING,
    ...(growth ? ['## Growth', GROWTH, growthTable(growth), `![Growth](${plot})`] : []),
    ...(engines ? ['## PostgreSQL', ENGINES, engineTable(engines), BESIDE, besideTable(engines)] : []),
    '## Start and memory',
    memoryTable(runs),
    'The start is timed from the start of the process; memory is the resident set of the Dateline process.',
    '## How it was measured',
    method(options, loadBefore),
    '## To measure again',
    `\`\`\`\n${commandOf(options)}\n\`\`\``,
    '`npm run bench -- --help` lists the options. A run with `--only` prints its table and does not write this page. Nothing else should run on the machine meanwhile.',
  ]
    .join('\n\n')
    .concat('\n')

const TARGETS =
  'What is meant to be reached, and what was. Ratios are of replies a second where both servers used all of their core, and for writes; else of the processor time for a reply.'

const CASES = 'All cases; what the columns mean is explained below.'

const READING = `- **Ratio**: Dateline's replies per second divided by its rival's, medians of the rounds; **Of rounds**: the lowest and the highest of a single round.
- **By time**: the rival's processor time per reply divided by Dateline's. **Busy** is the share of the measured time in which the server used a core. Where it is low, the load generator or the disk was the bottleneck, and this ratio is more meaningful than the first. It does not count waiting for the disk.
- **Rival**: for reads, bare Fastify that finds a constant in a \`Map\` by URL and sends the same status, headers and body; for writes, bare Fastify whose one route writes the same rows with hand-written SQL, in one transaction, to a copy of the database. That route validates, resolves, compiles and compresses nothing, and its reply is a constant. It commits each article by itself, where Dateline commits those that wait at the same time together: on a slow disk that favours Dateline, and then the ratio by time says more.
- **To minimal**: the same to bare Fastify that sends the same body with no header but its type.
- **No cache**: Dateline with \`CACHE_BYTES=0\`, to the same rival.
- **No cache to SQL**: the same to Fastify with hand-written SQL over plain tables (\`bench/serve-sql.js\`), which builds the JSON in SQLite, and for search ranks with bm25.
- **Bytes**: the size of a reply with its headers, Dateline's and the rival's.`

const WORKERS =
  'The same reads by one process and by two (`serve --workers 2`), where Dateline and the load generator have all cores. On two cores the ratio is that of what the load generator leaves: **Busy** says how many cores Dateline had. **By time** is the processor time of a reply by one process to that by two.'

const WRITING =
  'Reads of articles and lists by tag, mixed, alone and while articles are published, by eight connections:'

const SYNDICATION =
  'Syndication: one follower of the changes, streams that are open at the same time, and webhooks to one receiver in the process of the load generator.'

const GROWTH =
  "Dateline's replies per second, relative to the smallest number of articles; all sizes are measured in turns. Articles beyond 10,000 are copies with other ids, slugs and times. With 1,000 articles most tags and authors have less than a page, so their lists are shorter. With more articles a search word has more matches, so search has more work; so has a list with several filters whose intersection is small. Of 1,000 articles everything fits into the caches of the process: the cards of lists (about 10,000 articles), and 12 MB of pages of the database. The requests of a case then read the same few pages again. So the growth from 10,000 articles on says more than that from 1,000, where replies have the same size: one article, the first page, a deep page."

const ENGINES =
  'Both engines with the same content, in turns, one process of Dateline each; the server of PostgreSQL runs on the same machine, on any core. Where the target is a number a second, it is that of PostgreSQL.'

const BESIDE = 'Reads of articles on PostgreSQL while others write to the same process:'

/**
 * @param {import('./options.js').Options} options
 * @param {number} loadBefore
 */
function method({ rounds, seconds, set }, loadBefore) {
  const [processor] = cpus()
  const settings = Object.entries(set).map(([name, value]) => `\`${name}=${value}\``)
  return [
    `- ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform}; the load average of the machine before the run was ${loadBefore.toFixed(1)}.`,
    `- Each case: every read once and a second of warm-up, five seconds for writes, then ${rounds} rounds of ${seconds} seconds for Dateline and its rival in turns, never both at once; 32 connections unless the case says otherwise, no pipelining. ${hasWrk ? 'wrk generates the load of reads, autocannon that of writes' : 'autocannon generates the load, and may be the limit: wrk is not installed'}.`,
    canPin
      ? '- The servers run on one core and the load generator on another. On one core Dateline has one thread for reads and writes. Where all cores are named, both may use all.'
      : '- The system does not allow pinning processes to a core: the servers and the load generator may have disturbed each other.',
    `- Dateline runs as \`serve\` does, with SQLite (WAL, synced before a write is answered) and \`RATE_LIMIT=1000000\`${settings.length > 0 ? `, and ${settings.join(', ')}` : ''}.`,
    '- The content is generated: bodies that give replies of about 6 kB, 200 authors, 50 sections in a tree, 300 tags and 100 sources; three tags, one or two authors and two citations for each article, published over ten years.',
  ].join('\n')
}

/** @param {import('./options.js').Options} options */
function commandOf({ articles, growth, rounds, seconds, urls, set, postgres }) {
  const settings = Object.entries(set).map(([name, value]) => ` --set ${name}=${value}`)
  return `npm run bench -- --articles ${articles.join(',')}${growth ? ` --growth ${growth.join(',')}` : ''} --rounds ${rounds} --seconds ${seconds} --urls ${urls}${settings.join('')}${postgres ? ' --postgres postgres://…' : ''}`
}
