/** Databases with a newsroom in them. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './processes.js'

const SEED = fileURLToPath(new URL('seed.js', import.meta.url))
const MULTIPLY = fileURLToPath(new URL('multiply.js', import.meta.url))

/**
 * Makes a database with so many articles in the folder; gives its path, and a sample of its articles.
 * @param {string} folder
 * @param {number} articles
 * @param {import('./options.js').Options} options
 * @param {{ inPlace?: boolean }} [how] whether one that is kept may be used itself: for reads alone
 */
export async function filledDatabase(folder, articles, { urls, keep }, { inPlace = false } = {}) {
  const own = pathsIn(inPlace && keep !== undefined ? keep : folder, articles, urls)
  if (keep === undefined) await fill(own, articles, urls)
  else await takeKept(pathsIn(keep, articles, urls), own, articles, urls)
  const [database, sample] = own
  return { database, sample: JSON.parse(readFileSync(sample, 'utf8')).slice(0, urls) }
}

/** @returns {[database: string, sample: string]} */
const pathsIn = (folder, articles, urls) => [
  join(folder, `newsroom-${articles}-${urls}.db`),
  join(folder, `newsroom-${articles}-${urls}.json`),
]

/** So many articles are made by the service's own functions; of more than that the others are copies of these. */
const MADE = 10_000

async function fill([database, sample], articles, urls) {
  const times = Math.max(1, Math.round(articles / MADE))
  const made = times === 1 ? articles : MADE
  await run([SEED, database, String(made), String(urls), sample])
  if (times > 1) await run([MULTIPLY, database, String(times), sample])
}

/** The sample is written last: where there is one, the database beside it is complete. */
async function takeKept(kept, own, articles, urls) {
  mkdirSync(join(kept[0], '..'), { recursive: true })
  if (!existsSync(kept[1])) await fill(kept, articles, urls)
  for (const [index, file] of kept.entries()) if (file !== own[index]) copyFileSync(file, own[index])
}
