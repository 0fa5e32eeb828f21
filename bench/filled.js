/** Databases with generated content. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './processes.js'

const SEED = fileURLToPath(new URL('seed.js', import.meta.url))
const MULTIPLY = fileURLToPath(new URL('multiply.js', import.meta.url))

/**
 * Creates a database with so many articles in the folder; gives its path, and a sample of its articles.
 * @param {string} folder
 * @param {number} articles
 * @param {import('./options.js').Options} options
 * @param {{ inPlace?: boolean }} [how] whether a stored database may be used itself, not a copy: for reads only
 */
export async function filledDatabase(folder, articles, { urls, keep }, { inPlace = false } = {}) {
  const own = pathsIn(inPlace && keep !== undefined ? keep : folder, articles, urls)
  if (keep === undefined) await fill(own, articles, urls)
  else await copyStored(pathsIn(keep, articles, urls), own, articles, urls)
  const [database, sample] = own
  return { database, sample: readSample(sample, urls) }
}

/** So many of the articles in a sample file. */
export const readSample = (file, urls) => JSON.parse(readFileSync(file, 'utf8')).slice(0, urls)

/** @returns {[database: string, sample: string]} */
const pathsIn = (folder, articles, urls) => [
  join(folder, `newsroom-${articles}-${urls}.db`),
  join(folder, `newsroom-${articles}-${urls}.json`),
]

/** So many articles are created by functions of the service; further ones are copies of these. */
const CREATED = 10_000

/** Fills an empty database of any engine, and writes a sample of its articles to a file. */
export async function fill([database, sample], articles, urls) {
  const times = Math.max(1, Math.round(articles / CREATED))
  const created = times === 1 ? articles : CREATED
  const env = { DATABASE_URL: database }
  await run([SEED, database, String(created), String(urls), sample], env)
  if (times > 1) await run([MULTIPLY, database, String(times), sample], env)
}

/** The sample is written last: where there is one, the database beside it is complete. */
async function copyStored(stored, own, articles, urls) {
  mkdirSync(join(stored[0], '..'), { recursive: true })
  if (!existsSync(stored[1])) await fill(stored, articles, urls)
  for (const [index, file] of stored.entries()) if (file !== own[index]) copyFileSync(file, own[index])
}
