import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const THREAD = new URL('wal-checkpoint-thread.js', import.meta.url)

/** The size of the WAL, in pages of 4 kB, at which the connection that writes checkpoints it itself. */
export const MAX_WAL_PAGES = 8_000

/**
 * Checkpoints the WAL of the database at `path` in a thread, until it is stopped. If the thread ends early, the
 * connection that writes checkpoints, as it does where there is no such thread. `onError` gets errors of checkpoints.
 */
export function checkpointWal(path: string, onError: (error: unknown) => void): { stop(): Promise<void> } {
  const thread = new Worker(THREAD, { workerData: path })
  thread.on('message', ({ code, message }) => onError(Object.assign(new Error(message), { code })))
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
