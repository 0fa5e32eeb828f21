import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const THREAD = new URL('wal-checkpoint-thread.js', import.meta.url)

/** The size of the WAL, in pages of 4 kB, at which the connection that writes checkpoints it itself. */
export const MAX_WAL_PAGES = 8_000

/** What the thread posts: that the WAL is long, that a checkpoint on request is done, or an error. */
export type CheckpointMessage = 'long' | 'done' | { code: string; message: string }

export interface WalCheckpoints {
  /** Whether the WAL has become long, since more was written during each checkpoint. */
  isLong(): boolean
  /**
   * Checkpoints what is left of the WAL in the thread, and resolves when that is done. SQLite begins the WAL anew only
   * when all of it is checkpointed, so nothing should be written meanwhile.
   */
  finish(): Promise<void>
  stop(): Promise<void>
}

/**
 * Checkpoints the WAL of the database at `path` in a thread, until it is stopped. If the thread ends early, the
 * connection that writes checkpoints, as it does where there is no such thread. `onError` gets errors of checkpoints.
 */
export function checkpointWal(path: string, onError: (error: unknown) => void): WalCheckpoints {
  const thread = new Worker(THREAD, { workerData: path })
  let isLong = false
  let isDone = () => {}
  thread.on('message', (message: CheckpointMessage) => {
    if (message === 'long') isLong = true
    else if (message === 'done') isDone()
    else onError(Object.assign(new Error(message.message), { code: message.code }))
  })
  const ended = once(thread, 'exit').catch(() => undefined)
  void ended.then(() => {
    isLong = false
    isDone()
  })
  thread.unref()
  return {
    isLong: () => isLong,
    finish: () =>
      new Promise((resolve) => {
        isLong = false
        isDone = resolve
        thread.postMessage('checkpoint')
      }),
    async stop() {
      thread.ref()
      thread.postMessage('end')
      await ended
    },
  }
}
