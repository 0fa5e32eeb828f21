/** Where a service does what is not a read: in a thread of its own, or in the one that listens. */
import type { RequestListener } from 'node:http'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { forwardTo } from '../http/forward.ts'
import type { AddCounts } from '../lib/rate-windows.ts'
import type { ReadCounts } from '../metrics/registry.ts'
import { calls } from '../runtime/calls.ts'
import type { LogOutput } from '../runtime/log-output.ts'
import { PortStream } from '../runtime/port-stream.ts'
import { type Storage, StorageBroken } from '../storage/storage.ts'
import { startBackground } from './background-tasks.ts'
import type { OpenApplication } from './open-application.ts'
import type { ReaderCalls, WriterCalls } from './writer-calls.ts'

const THREAD = new URL('writer-thread.js', import.meta.url)

export interface ServiceWriter {
  /** Answers requests that are not safe; left out if the application that listens does. */
  forward?: RequestListener
  /** Begins to answer. The application of the thread that listens is open, so the database is migrated. */
  open(listening: OpenApplication): Promise<void>
  /** Begins with the background work. */
  lead(): void
  /** Reads what is counted in another thread than the one that listens. */
  readCounts: ReadCounts
  /** Stops the work, and closes what another thread has open. */
  stop(): Promise<void>
}

/** Does the work in the thread that listens. */
export function writerHere(): ServiceWriter {
  let application: OpenApplication | undefined
  let background: ReturnType<typeof startBackground> | undefined
  return {
    async open(listening) {
      application = listening
    },
    lead() {
      if (application) background ??= startBackground(application)
    },
    readCounts: async () => [],
    stop: async () => background?.stop(),
  }
}

/**
 * Starts the thread that has the transactions of a service, its background work and all requests that are not safe, so
 * that no read waits for them. It loads its code while this thread goes on. An error that it does not catch is thrown here.
 */
export function startWriterThread(
  config: Config,
  { output, addCounts }: { output: LogOutput; addCounts: AddCounts },
): ServiceWriter {
  const thread = new Worker(THREAD, { workerData: config })
  let storage: Storage | undefined
  let isStopping = false
  const own: ReaderCalls = {
    log: (line) => output.write(line),
    committed: async () => storage?.announceCommit(),
    failed: ({ message, mustStop }) => storage?.fail(new StorageBroken(message, { mustStop })),
    addCounts,
  }
  const call = calls<WriterCalls>(thread, own)
  let hasEnded = false
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  /** Ends the process. After an error the thread exits, too: that is not thrown again. */
  function fail(error: Error): void {
    if (isStopping || hasEnded) return
    hasEnded = true
    throw error
  }
  thread.on('error', fail)
  thread.on('exit', (code) => fail(new Error(`the writer thread has ended with the code ${code}`)))
  return {
    forward: forwardTo((remoteAddress) => {
      const { port1, port2 } = new MessageChannel()
      if (hasEnded) port2.close()
      else void call('connect', [port2, remoteAddress], [port2])
      return new PortStream(port1)
    }),
    async open(listening) {
      storage = listening.storage
      await call('open', [])
    },
    lead: () => void call('lead', []),
    readCounts: () => call('readCounts', []),
    async stop() {
      isStopping = true
      await Promise.race([call('stop', []), ended])
      await thread.terminate()
    },
  }
}
