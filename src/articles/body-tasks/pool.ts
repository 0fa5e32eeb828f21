/** Runs large tasks on bodies in threads, so that no text that a client sends holds up the event loop. */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { UnreadableBody } from '../../body/errors.ts'
import { Problem } from '../../lib/problem.ts'
import { fairQueue, QueueFull } from '../../runtime/fair-queue.ts'
import { type BodyTask, type BodyTasksOf, inlineTasks, type TaskOutcome } from './tasks.ts'

const THREAD = new URL('thread.js', import.meta.url)

/** The characters below which a task runs on the event loop: it takes no longer than to wake a thread. */
const SMALL = 4_096
/** How many tasks may wait. */
const MAX_WAITING = 200
/** How long a thread without work lives, in milliseconds. */
const IDLE_TIMEOUT = 60_000

export interface TaskPoolOptions {
  /** How long a task may run, in milliseconds. */
  deadline?: number
  /** The memory that a thread may use, in MB. */
  memory?: number
  /** The module that the threads run. */
  thread?: URL
}

/**
 * A pool of threads, which are started when they are needed; clients take turns. A task that runs longer than the
 * deadline, or needs more memory than a thread has, is ended with the problem `too-complex`; where too many wait, one is
 * refused with `busy`.
 */
export function bodyTaskPool({ deadline = 5_000, memory = 256, thread = THREAD }: TaskPoolOptions = {}): {
  tasksOf: BodyTasksOf
  close(): Promise<void>
} {
  const threads = Math.max(1, availableParallelism() - 1)
  const queue = fairQueue({ concurrency: threads, maxWaiting: MAX_WAITING })
  const pool = new Piscina<BodyTask, TaskOutcome>({
    filename: thread.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_TIMEOUT,
    resourceLimits: { maxOldGenerationSizeMb: memory },
  })
  // A thread that ends early rejects its task.
  pool.on('error', () => {})

  async function runInThread(task: BodyTask): Promise<TaskOutcome> {
    const ending = new AbortController()
    const timer = setTimeout(() => ending.abort(), deadline)
    try {
      return await pool.run(task, { signal: ending.signal })
    } catch (error) {
      if (ending.signal.aborted) throw tooComplex(`its conversion takes longer than ${deadline} ms`)
      if (isOutOfMemory(error)) throw tooComplex(`its conversion takes more than ${memory} MB of memory`)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async function run(client: string, task: BodyTask): Promise<unknown> {
    try {
      const outcome = await queue(client, () => runInThread(task))
      if ('unreadable' in outcome) throw new UnreadableBody(outcome.unreadable)
      return outcome.value
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error
      throw new Problem('busy', 'many bodies wait to be converted', { headers: { 'retry-after': '5' } })
    }
  }

  return {
    tasksOf: ({ id, role }) => {
      const client = id ?? role
      return {
        readBody: (body) =>
          sizeOf(body) < SMALL
            ? inlineTasks.readBody(body)
            : (run(client, { name: 'readBody', args: [body] }) as ReturnType<typeof inlineTasks.readBody>),
        bodyChanges: (before, after) =>
          sizeOf(before) + sizeOf(after) < SMALL
            ? inlineTasks.bodyChanges(before, after)
            : (run(client, { name: 'bodyChanges', args: [before, after] }) as ReturnType<
                typeof inlineTasks.bodyChanges
              >),
      }
    },
    close: () => pool.destroy(),
  }
}

/** The size of a body in characters, without those of the names of its members. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let size = 0
  for (const member of Object.values(value)) size += sizeOf(member)
  return size
}

const isOutOfMemory = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

function tooComplex(message: string): Problem {
  const errors = [{ in: 'body' as const, pointer: '/body', code: 'too_complex', message }]
  return new Problem('too-complex', `the body is too complex: ${message}`, { errors })
}
