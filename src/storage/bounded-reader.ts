/** The reader of SQLite whose statements end at a deadline, in a thread or on the event loop. */
import { Worker } from 'node:worker_threads'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { type BoundStatement, boundedConnection } from './bounded-statements.ts'
import type { Reader } from './storage.ts'

const THREAD = new URL('reader-thread.js', import.meta.url)

/** What runs statements. */
interface Runner {
  rows(statement: BoundStatement): Promise<unknown[][]>
  close(): Promise<void>
}

/**
 * A reader of the database at `path` whose statements end after `deadline` milliseconds. It opens its connection at the
 * first statement: with `inThread` in a thread, so that the event loop goes on meanwhile. `onError` gets every error.
 */
export function boundedReader(
  path: string,
  { deadline, inThread, onError }: { deadline: number; inThread: boolean; onError: (error: unknown) => void },
): { reader: Reader; close(): Promise<void> } {
  let runner: Runner | undefined
  const forget = () => {
    runner = undefined
  }
  const open = () => (inThread ? threadRunner({ path, deadline }, forget) : localRunner(path, deadline))
  const reader = drizzle(async (sql, params) => {
    runner ??= open()
    try {
      return { rows: await runner.rows({ sql, params }) }
    } catch (error) {
      onError(error)
      throw error
    }
  })
  return { reader: reader as unknown as Reader, close: async () => runner?.close() }
}

function localRunner(path: string, deadline: number): Runner {
  const connection = boundedConnection(path, deadline)
  return { rows: async (statement) => connection.rows(statement), close: async () => connection.close() }
}

/** An answer of the thread. */
type Answer = { id: number } & ({ rows: unknown[][] } | { error: string; code: string | undefined })

/** Runs statements in a thread, one after the other. If the thread ends early, `onEnd` is called. */
function threadRunner(workerData: { path: string; deadline: number }, onEnd: () => void): Runner {
  const waiting = new Map<number, { resolve(rows: unknown[][]): void; reject(error: unknown): void }>()
  const thread = new Worker(THREAD, { workerData })
  let last = 0
  let failure: unknown
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      onEnd()
      for (const { reject } of waiting.values()) reject(failure ?? new Error('the thread that reads has ended'))
      resolve()
    })
  })
  thread.on('error', (error) => {
    failure = error
  })
  thread.on('message', ({ id, ...answer }: Answer) => {
    const request = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) thread.unref()
    if ('rows' in answer) request?.resolve(answer.rows)
    else request?.reject(Object.assign(new Error(answer.error), { code: answer.code }))
  })
  thread.unref()
  return {
    rows: (statement) =>
      new Promise((resolve, reject) => {
        last += 1
        // Only while something waits for it, the thread keeps the process alive.
        if (waiting.size === 0) thread.ref()
        waiting.set(last, { resolve, reject })
        thread.postMessage({ id: last, ...statement })
      }),
    async close() {
      thread.ref()
      thread.postMessage('end')
      await ended
    },
  }
}
