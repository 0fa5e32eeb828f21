/** Runs tasks beside the event loop, in threads or in processes of their own. */
import { Tinypool } from 'tinypool'
import { fairQueue } from './fair-queue.ts'
import { processorTimeout } from './processor-timeout.ts'

/** A task has run longer than it may; it was ended. */
export class TaskTooLong extends Error {
  override name = 'TaskTooLong'
}

export interface TaskPoolOptions {
  /** The module that does the work: its default export takes a task and gives the result. */
  module: URL
  /** What runs it: threads, or processes that may crash without taking the service along. */
  runtime: 'worker_threads' | 'child_process'
  /** How many tasks run at a time, and how many may wait. */
  concurrency: number
  maxWaiting: number
  /** How long a task may run, in milliseconds: in a thread, of the processor's time; in a process, by the clock. */
  deadline: number
  /** How long a thread or process without work lives, in milliseconds. */
  idleTimeout: number
  /** The memory that a thread may use, in MB; no limit if left out. */
  memory?: number
}

export interface TaskPool<Task, Result> {
  /** Runs a task when it is the turn of the client. Throws `QueueFull`, `TaskTooLong`, and what ends the thread or process. */
  run(client: string, task: Task): Promise<Result>
  close(): Promise<void>
}

/** A pool in which clients take turns. Threads and processes are started when they are needed. */
export function taskPool<Task, Result>({
  module,
  runtime,
  concurrency,
  maxWaiting,
  deadline,
  idleTimeout,
  memory,
}: TaskPoolOptions): TaskPool<Task, Result> {
  const queue = fairQueue({ concurrency, maxWaiting })
  const pool = new Tinypool({
    filename: module.href,
    runtime,
    minThreads: 0,
    maxThreads: concurrency,
    idleTimeout,
    ...(memory !== undefined && { resourceLimits: { maxOldGenerationSizeMb: memory } }),
  })
  // One that ends while it runs a task rejects that; one that ends without work, such as a process that the system kills, is
  // replaced when there is work.
  pool.on('error', () => {})

  async function runWithin(task: Task): Promise<Result> {
    const { signal, clear } = timeoutOf(runtime, deadline)
    try {
      return await pool.run(task, { signal })
    } catch (error) {
      throw signal.aborted ? new TaskTooLong(`the task takes longer than ${deadline} ms`, { cause: error }) : error
    } finally {
      clear()
    }
  }

  return {
    run: (client, task) => queue(client, () => runWithin(task)),
    close: () => pool.destroy(),
  }
}

/** The time of a process of its own is not part of that of this process. */
const timeoutOf = (runtime: TaskPoolOptions['runtime'], deadline: number) =>
  runtime === 'worker_threads' ? processorTimeout(deadline) : { signal: AbortSignal.timeout(deadline), clear: () => {} }
