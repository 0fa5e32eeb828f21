/** The metrics of the workers of a service, added up by the process that started them. */
import type { Worker } from 'node:cluster'
import { AggregatorRegistry } from 'prom-client'
import type { Metrics, MetricValues } from '../metrics/registry.ts'
import type { PrimaryMessage, WorkerMessage } from './worker-messages.ts'

/** How long a worker may take to give its metrics, in milliseconds. */
const TIMEOUT = 5_000

/** The metrics of the workers in `listening` together. One that ends while they are read has none. */
export function workerMetrics(
  listening: ReadonlySet<Worker>,
  send: (worker: Worker, message: PrimaryMessage) => void,
): Metrics {
  let lastId = 0

  const readOne = (worker: Worker) =>
    new Promise<MetricValues[]>((resolve, reject) => {
      const id = ++lastId
      const onMessage = (message: WorkerMessage) => {
        if (message.type !== 'metrics' || message.id !== id) return
        end()
        if (message.values) resolve(message.values)
        else reject(new Error('a worker could not read its metrics'))
      }
      const onExit = () => {
        end()
        resolve([])
      }
      const timeout = setTimeout(() => {
        end()
        reject(new Error('a worker does not answer'))
      }, TIMEOUT)
      const end = () => {
        clearTimeout(timeout)
        worker.off('message', onMessage).off('exit', onExit)
      }
      worker.on('message', onMessage).on('exit', onExit)
      send(worker, { type: 'read-metrics', id })
    })

  return {
    contentType: AggregatorRegistry.PROMETHEUS_CONTENT_TYPE,
    async read() {
      const values = await Promise.all([...listening].map(readOne))
      return AggregatorRegistry.aggregate(values.flat()).metrics()
    },
  }
}
