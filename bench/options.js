import { Command, InvalidArgumentError } from 'commander'

/** With fewer articles some cases have nothing to ask for. */
const FEWEST = 100

/**
 * @typedef {object} Options
 * @property {number[]} articles how many articles, one run for each number
 * @property {number[]} [growth] the sizes at which the reads are compared with one another; none if left out
 * @property {number} rounds how often each of two rivals is loaded
 * @property {number} seconds how long one load lasts
 * @property {number} urls how many different URLs a case requests, at most
 * @property {string[]} [only] the names of the cases to run; all if left out
 * @property {Record<string, string>} set further settings of Dateline
 * @property {string} [keep] a folder in which filled databases are stored, to be copied in later runs
 * @property {string} [postgres] an empty PostgreSQL database, to be compared with SQLite
 * @property {string} [out] the file to write; none if left out while `only` is given
 */

/**
 * The options of the command line; ends the process when they are wrong.
 * @param {string[]} names the cases there are
 * @returns {Options}
 */
export function readOptions(names) {
  const program = new Command('npm run bench --')
    .description('Measures Dateline beside bare Fastify that sends the same bytes, and beside hand-written inserts.')
    .option('--articles <numbers>', 'how many articles, separated by commas', numbers, [10_000])
    .option(
      '--growth <numbers>',
      'compare the reads with these numbers of articles, such as 1000,10000,100000',
      numbers,
    )
    .option('--rounds <number>', 'how often each of the two is loaded', number, 3)
    .option('--seconds <number>', 'how long one load lasts', number, 4)
    .option('--urls <number>', 'how many different URLs a case requests', number, 500)
    .option('--only <names>', `single cases: ${names.join(', ')}`, chosen(names))
    .option('--set <name=value>', 'a setting of Dateline; may be given several times', setting, {})
    .option('--keep <folder>', 'store the filled databases there, and reuse stored ones')
    .option('--postgres <url>', 'compare SQLite with PostgreSQL, in this empty database')
    .option('--out <file>', 'the file of the report; docs/performance.md for a run of all cases')
  return program.parse().opts()
}

/** @param {string} text */
function number(text) {
  const value = Number(text)
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('It is a number above 0.')
  return value
}

/** @param {string} text */
const numbers = (text) =>
  text
    .split(',')
    .map((one) => Math.max(FEWEST, Math.ceil(number(one))))
    .sort((a, b) => a - b)

/** @param {string[]} names */
const chosen = (names) => (/** @type {string} */ text) => {
  const selected = text.split(',')
  const unknown = selected.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join(', ')}.`)
  return selected
}

/**
 * @param {string} text
 * @param {Record<string, string>} before
 */
function setting(text, before) {
  const [name, ...value] = text.split('=')
  if (!name || value.length === 0) throw new InvalidArgumentError('It is a name, = and a value.')
  return { ...before, [name]: value.join('=') }
}
