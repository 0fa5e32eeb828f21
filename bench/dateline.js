import { fileURLToPath } from 'node:url'
import { expect } from './ask.js'
import { median } from './median.js'
import { startServer } from './processes.js'
import { ADMIN_KEY } from './rivals.js'

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
/** Those of `npm start`. */
const FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=100', '--single-threaded-gc', '--expose-gc']
/** How often the start is timed. */
const STARTS = 5

/**
 * Starts Dateline over a database.
 * @param {string} database
 * @param {Record<string, string>} settings
 * @param {{ isPinned?: boolean, workers?: number }} how whether it has one core, and so one thread for reads and writes,
 *   or all, and a writer thread; and in how many processes it serves
 */
export function startDateline(database, settings, { isPinned = true, workers = 1 } = {}) {
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: database,
    DATELINE_ADMIN_KEY: ADMIN_KEY,
    LOG_LEVEL: 'info',
    RATE_LIMIT: '1000000',
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    ...settings,
  }
  return startServer([...FLAGS, COMMAND, 'serve', '--workers', String(workers)], environment, isPinned)
}

/**
 * How long it takes from the start of the process to its first reply, in seconds; the median of several starts.
 * @param {string} database
 * @param {Record<string, string>} settings
 */
export async function timeStarts(database, settings) {
  const times = []
  for (let start = 0; start < STARTS; start++) {
    const began = performance.now()
    const server = await startDateline(database, settings)
    await expect(server.url, { path: '/v1/articles?limit=1' }, 200)
    times.push((performance.now() - began) / 1_000)
    await server.stop()
  }
  return median(times)
}
