/** wrk (https://github.com/wg/wrk), a load generator that is faster than the servers: of reads, where it is installed. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))

/** Whether wrk is installed; without, autocannon generates all load. */
export const hasWrk = spawnSync('wrk', ['--version'], { stdio: 'ignore' }).error === undefined

/** How long a reply may take, in seconds: with wrk's own two seconds slow rivals fail. */
const TIMEOUT = 30

/**
 * Requests these reads over and over for some seconds, by one thread. Throws if any failed.
 * @param {string} url
 * @param {{ requests: import('./load.js').LoadRequest[], connections: number, seconds: number }} plan
 * @returns {Promise<{ replies: number, seconds: number, bytes: number, p99: number }>} p99 in milliseconds
 */
export async function wrk(url, { requests, connections, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'dateline-wrk-'))
  try {
    const file = join(folder, 'requests.txt')
    writeFileSync(file, requests.map((one) => `${lineOf(one)}\n`).join(''))
    const options = [
      '--threads=1',
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      `--timeout=${TIMEOUT}s`,
      `--script=${SCRIPT}`,
    ]
    const { stdout } = await promisify(execFile)('wrk', [...options, url, '--', file])
    const { requests: replies, faults, ...result } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    if (faults > 0) throw new Error(`${faults} of ${replies} requests failed`)
    return { replies, ...result }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {import('./load.js').LoadRequest} request */
const lineOf = ({ path, headers = {} }) =>
  [path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\t')
