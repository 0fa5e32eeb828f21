/** Runs work on files in processes of their own: a decoder that crashes or hangs takes one task along, not the service. */
import { availableParallelism } from 'node:os'
import { Tinypool } from 'tinypool'
import { Problem } from '../lib/problem.ts'
import { fairQueue, QueueFull } from '../runtime/fair-queue.ts'
import type { ImageTask, ImageTaskOutcome, ImageTasks } from './image-tasks.ts'
import { UnacceptableFile } from './unacceptable-file.ts'

const PROCESS = new URL('image-process.js', import.meta.url)

/** How many tasks may wait. */
const MAX_WAITING = 500
/** How long a process without work lives, in milliseconds. */
const IDLE_TIMEOUT = 10_000

export interface ImagePoolOptions {
  /** How long a task may run, in milliseconds. */
  deadline?: number
  /** The module that the processes run. */
  module?: URL
}

/**
 * A pool of as many processes as there are cores; they are started when they are needed, and end when they have no work. A
 * task that ends its process, or runs longer than the deadline, throws `UnacceptableFile`; where too many wait, one is
 * refused with `busy`.
 */
export function imageTaskPool({ deadline = 60_000, module = PROCESS }: ImagePoolOptions = {}): {
  tasks: ImageTasks
  close(): Promise<void>
} {
  const processes = availableParallelism()
  const queue = fairQueue({ concurrency: processes, maxWaiting: MAX_WAITING })
  const pool = new Tinypool({
    filename: module.href,
    runtime: 'child_process',
    minThreads: 0,
    maxThreads: processes,
    idleTimeout: IDLE_TIMEOUT,
  })

  async function runInProcess(task: ImageTask): Promise<unknown> {
    const signal = AbortSignal.timeout(deadline)
    const outcome: ImageTaskOutcome = await pool.run(task, { signal }).catch((error: Error) => {
      if (signal.aborted) throw new UnacceptableFile('damaged', 'the file takes too long to decode')
      if (!/exited unexpectedly/.test(error.message)) throw error
      throw new UnacceptableFile('damaged', 'the file makes its decoder fail')
    })
    if ('unacceptable' in outcome) throw new UnacceptableFile(outcome.unacceptable, outcome.message)
    return outcome.value
  }

  async function run(task: ImageTask): Promise<unknown> {
    try {
      return await queue(task.name, () => runInProcess(task))
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error
      throw new Problem('busy', 'many files wait to be decoded', { headers: { 'retry-after': '5' } })
    }
  }

  return {
    tasks: {
      inspectFile: (argument) => run({ name: 'inspectFile', argument }) as ReturnType<ImageTasks['inspectFile']>,
      renderImage: (argument) => run({ name: 'renderImage', argument }) as ReturnType<ImageTasks['renderImage']>,
    },
    close: () => pool.destroy(),
  }
}
