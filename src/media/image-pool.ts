/** Runs work on files in processes of their own: a decoder that crashes or hangs takes one task along, not the service. */
import { availableParallelism } from 'node:os'
import { Problem } from '../lib/problem.ts'
import { QueueFull } from '../runtime/fair-queue.ts'
import { TaskTooLong, taskPool } from '../runtime/task-pool.ts'
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
  const pool = taskPool<ImageTask, ImageTaskOutcome>({
    module,
    runtime: 'child_process',
    concurrency: availableParallelism(),
    maxWaiting: MAX_WAITING,
    deadline,
    idleTimeout: IDLE_TIMEOUT,
  })

  async function run(task: ImageTask): Promise<unknown> {
    const outcome = await pool.run(task.name, task).catch(failedTask)
    if ('unacceptable' in outcome) throw new UnacceptableFile(outcome.unacceptable, outcome.message)
    return outcome.value
  }

  return {
    tasks: {
      inspectFile: (argument) => run({ name: 'inspectFile', argument }) as ReturnType<ImageTasks['inspectFile']>,
      renderImage: (argument) => run({ name: 'renderImage', argument }) as ReturnType<ImageTasks['renderImage']>,
    },
    close: pool.close,
  }
}

/** Throws what it means that a task has failed. */
function failedTask(error: Error): never {
  if (error instanceof TaskTooLong) throw new UnacceptableFile('damaged', 'the file takes too long to decode')
  if (error instanceof QueueFull)
    throw new Problem('busy', 'many files wait to be decoded', { headers: { 'retry-after': '5' } })
  if (/exited unexpectedly/.test(error.message))
    throw new UnacceptableFile('damaged', 'the file makes its decoder fail')
  throw error
}
