/** Several processes that serve at the same address, over one database: Node's cluster. */
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { rateTotals } from '../lib/rate-totals.ts'
import { serveMetrics } from '../metrics/server.ts'
import { EXIT_BROKEN } from './exit-codes.ts'
import type { PrimaryMessage, WorkerMessage } from './worker-messages.ts'
import { workerMetrics } from './worker-metrics.ts'

/** The wait before a worker that has ended is replaced, and its longest after repeated failures, in milliseconds. */
const RESTART = { first: 500, longest: 30_000 }
/** How long workers may take to stop beyond `DRAIN_SECONDS`, in milliseconds; then they are killed. */
const STOP_TIMEOUT = 10_500

/**
 * Starts so many workers, one after the other: the first prepares the database. One of them does the background work, and
 * another takes over when it ends. A worker that ends is replaced. Resolves with the port once all listen. Exits with the
 * code of a worker that cannot start, or whose database has failed; on SIGTERM and SIGINT it stops the workers and exits.
 */
export async function serveWithWorkers(count: number, config: Config, print: (text: string) => void): Promise<number> {
  const listening = new Set<Worker>()
  const totals = rateTotals()
  let leader: Worker | undefined
  /** Whether the first worker has prepared the database. */
  let isPrepared = false
  /** The signal by which all stop. */
  let stopSignal: NodeJS.Signals | undefined
  let onceAllListen = () => {}
  const port = config.PORT === 0 ? await freePort(config.HOST) : config.PORT
  let wait = RESTART.first

  function chooseLeader(): void {
    if (leader !== undefined || stopSignal) return
    ;[leader] = listening
    if (leader) send(leader, { type: 'lead' })
  }

  function start(): void {
    const worker = cluster.fork({ PORT: String(port) })
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'listening') onListening(worker)
      else if (message.type === 'count-requests')
        send(worker, {
          type: 'counted-requests',
          id: message.id,
          totals: totals.add(message.counts, Date.now()),
        })
    })
  }

  function onListening(worker: Worker): void {
    // It had not begun to read messages when the others were stopped.
    if (stopSignal) return void send(worker, { type: 'stop', signal: stopSignal })
    listening.add(worker)
    wait = RESTART.first
    chooseLeader()
    if (!isPrepared) for (let others = count - 1; others > 0; others--) start()
    isPrepared = true
    if (listening.size === count) onceAllListen()
  }

  async function stop(signal: NodeJS.Signals, exitCode = 0): Promise<void> {
    if (stopSignal) return
    stopSignal = signal
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    const ended = workers.map((worker) => once(worker, 'exit'))
    for (const worker of workers) send(worker, { type: 'stop', signal })
    const kill = setTimeout(
      () => {
        process.stderr.write('dateline: workers that had not stopped in time were killed\n')
        for (const worker of workers) worker.process.kill('SIGKILL')
      },
      config.DRAIN_SECONDS * 1_000 + STOP_TIMEOUT,
    )
    await Promise.all(ended)
    clearTimeout(kill)
    process.exit(exitCode)
  }

  cluster.on('exit', async (worker, code, signal) => {
    const hasListened = listening.delete(worker)
    if (leader === worker) leader = undefined
    if (stopSignal) return
    // One that was killed, as for want of memory, may do better when it starts again.
    const cannotStart = !hasListened && listening.size === 0 && !(isPrepared && signal)
    if (code === EXIT_BROKEN || cannotStart) return void stop('SIGTERM', code || 1)
    print(`A worker has ended (${signal ?? code}) and is replaced.`)
    chooseLeader()
    const pauseBefore = wait
    wait = Math.min(wait * 2, RESTART.longest)
    await pause(pauseBefore)
    if (!stopSignal) start()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal))

  await new Promise<void>((resolve) => {
    onceAllListen = resolve
    start()
  })
  await serveAllMetrics(config, listening, print)
  return port
}

/** A port that is free: all workers have to listen at the same. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Sends a message; one to a worker that is ending goes nowhere. */
function send(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message, () => {})
}

/** Serves the metrics of all workers together. */
async function serveAllMetrics(
  { METRICS_PORT: port, METRICS_HOST: host }: Config,
  listening: ReadonlySet<Worker>,
  print: (text: string) => void,
): Promise<void> {
  if (port === undefined) return
  const { address } = await serveMetrics(workerMetrics(listening, send), { host, port })
  print(`Metrics are at ${address}.`)
}
