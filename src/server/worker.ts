/** The side of a worker: one of several processes that serve at the same address. */
import type { AddCounts } from '../lib/rate-windows.ts'
import type { ProcessMetrics } from '../metrics/registry.ts'
import type { PrimaryMessage, WorkerMessage } from './worker-messages.ts'

export interface Worker {
  /** Resolves when this worker is to do the background work. */
  leads: Promise<void>
  /** Adds counts of requests to those of all workers. */
  addCounts: AddCounts
  /** Sets what stops the worker as if it had got this signal, and ends the process. */
  onStop(stop: (signal: NodeJS.Signals) => void): void
  /** Gives these metrics from now on to the process that started it. */
  offerMetrics(metrics: Pick<ProcessMetrics, 'readValues'>): void
  /** Says that it listens. */
  listening(): void
}

/** The worker that this process is. Signals are up to the process that started it: a terminal sends them to all. */
export function thisWorker(): Worker {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  const send = (message: WorkerMessage) => void process.send?.(message)
  const waiting = new Map<number, (totals: Awaited<ReturnType<AddCounts>>) => void>()
  let stop = (_signal: NodeJS.Signals): void => process.exit(0)
  let lead = () => {}
  let readValues: ProcessMetrics['readValues'] | undefined
  let lastId = 0

  process.on('message', (message: PrimaryMessage) => {
    if (message.type === 'lead') lead()
    else if (message.type === 'stop') stop(message.signal)
    else if (message.type === 'counted-requests') {
      waiting.get(message.id)?.(message.totals)
      waiting.delete(message.id)
    } else if (message.type === 'read-metrics') void sendMetrics(message.id)
  })

  async function sendMetrics(id: number): Promise<void> {
    const values = await readValues?.().catch(() => undefined)
    send({ type: 'metrics', id, ...(values && { values }) })
  }

  return {
    leads: new Promise((resolve) => {
      lead = resolve
    }),
    addCounts(counts) {
      if (counts.length === 0) return Promise.resolve([])
      const id = ++lastId
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        send({ type: 'count-requests', id, counts })
      })
    },
    onStop(next) {
      stop = next
    },
    offerMetrics(metrics) {
      readValues = metrics.readValues
    },
    listening: () => send({ type: 'listening' }),
  }
}
