import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** Beside this file, compiled as this file is. */
const THREAD = new URL(`wal-checkpoint-thread${extname(import.meta.url)}`, import.meta.url)

/** How long the log may get, in pages of 4 kB, before the connection that writes carries it over itself. */
export const LONGEST_LOG = 8_000

/**
 * Carries SQLite's log over to the file at `path` in a thread of its own, until it is stopped. If the thread ends early,
 * the connection that writes does it, as it does where there is no such thread.
 */
export function checkpointWal(path: string): { stop(): Promise<void> } {
  const thread = new Worker(THREAD, { workerData: path })
  const ended = once(thread, 'exit').catch(() => undefined)
  thread.unref()
  return {
    async stop() {
      thread.ref()
      thread.postMessage('end')
      await ended
    },
  }
}
