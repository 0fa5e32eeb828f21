import cluster from 'node:cluster'
import type { Config } from '../config.ts'
import { standardOutput } from '../runtime/log-output.ts'

/** Starts the service: in this process, or in so many workers. */
export async function serveCommand(config: Config, workers: number): Promise<void> {
  const output = standardOutput()
  const print = (text: string) => output.write(`${text}\n`)
  const announce = (port: number) => print(`Dateline serves at http://${config.HOST}:${port} (the docs are at /docs).`)
  if (workers > 1 && cluster.isPrimary) {
    const { serveWithWorkers } = await import('../server/workers.ts')
    return announce(await serveWithWorkers(workers, config, print))
  }
  const worker = cluster.isWorker ? (await import('../server/worker.ts')).thisWorker() : undefined
  // Takes a second or more. A worker can be stopped meanwhile.
  const { serve } = await import('../server.ts')
  const app = await serve(config, output, worker)
  if (worker) return worker.listening()
  const [address] = app.addresses()
  if (typeof address === 'object') announce(address.port)
}
