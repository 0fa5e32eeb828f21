import autocannon from 'autocannon'
import { expect } from './ask.js'
import { hasWrk, wrk } from './wrk.js'

/** How long after its time a load is given up, in milliseconds. */
const GRACE = 15_000

/**
 * @typedef {object} LoadRequest
 * @property {string} path
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 * @property {(request: LoadRequest) => LoadRequest} [setupRequest] creates each request
 */

/**
 * Loads a server for some seconds. Throws if any reply had another status than `status`.
 * @param {import('./processes.js').Server} server
 * @param {{ requests: LoadRequest[], connections: number, seconds: number, status: number, perSecond?: number }} plan
 *   `perSecond` limits the requests; as many as possible if left out
 */
export async function load(server, plan) {
  const isRead = plan.requests.every(({ method }) => method === undefined)
  const before = server.processorSeconds()
  const result =
    hasWrk && isRead && plan.perSecond === undefined ? await wrk(server.url, plan) : await fire(server.url, plan)
  const after = server.processorSeconds()
  const used = before === undefined || after === undefined ? undefined : after - before
  return {
    perSecond: result.replies / result.seconds,
    bytesEach: result.bytes / result.replies,
    p99: result.p99,
    /** Processor time of the server for one reply, in seconds, and the share of the time in which it used its core. */
    cost: used && used / result.replies,
    busy: used && used / result.seconds,
  }
}

/** The same by autocannon, which can send bodies and limit its rate. */
async function fire(url, { requests, connections, seconds, status, perSecond }) {
  const result = await cannonade({
    url,
    connections,
    duration: seconds,
    ...(perSecond && { overallRate: perSecond }),
    setupClient: startingAt(requests, connections),
  })
  refuseFaults(result, status)
  const { requests: sent, duration, throughput, latency } = result
  return { replies: sent.total, seconds: duration, bytes: throughput.total, p99: latency.p99 }
}

/** @typedef {Awaited<ReturnType<typeof load>>} Load */

/** How long a server is loaded before it counts, in seconds, so that its code is compiled: of writes there are fewer. */
export const WARM_UP = { reads: 1, writes: 5 }

/**
 * Before a measured load: requests every read once, so that caches are filled.
 * @param {import('./processes.js').Server} server
 * @param {{ requests: LoadRequest[], connections: number, status: number }} plan
 */
export async function warmUp(server, plan) {
  const reads = plan.requests.filter(({ method }) => method === undefined)
  for (const read of reads) await expect(server.url, read, plan.status)
  await load(server, { ...plan, seconds: reads.length > 0 ? WARM_UP.reads : WARM_UP.writes })
}

/** Each connection begins elsewhere in the list, so that they do not ask for the same URL in step. */
function startingAt(requests, connections) {
  let client = 0
  return (connection) => {
    const first = Math.floor((client++ % connections) * (requests.length / connections))
    connection.setRequests([...requests.slice(first), ...requests.slice(0, first)].map((one) => ({ ...one })))
  }
}

function cannonade(options) {
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => {
      clearTimeout(deadline)
      if (error) reject(error)
      else resolve(result)
    })
    const deadline = setTimeout(() => instance.stop(), options.duration * 1_000 + GRACE)
  })
}

function refuseFaults({ errors, timeouts, statusCodeStats }, status) {
  const others = Object.keys(statusCodeStats).filter((code) => Number(code) !== status)
  if (errors === 0 && timeouts === 0 && others.length === 0) return
  throw new Error(`${errors} errors, ${timeouts} timeouts, and replies with the status ${others.join(', ') || status}`)
}
