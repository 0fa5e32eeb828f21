/** Runs large tasks on bodies in threads, so that no text that a client sends holds up the event loop. */
import { availableParallelism } from 'node:os'
import { UnreadableBody } from '../body/errors.ts'
import { matchesInSteps } from '../lib/count-matches.ts'
import { Problem } from '../lib/problem.ts'
import { atOnce } from '../lib/slices.ts'
import { QueueFull } from '../runtime/fair-queue.ts'
import { TaskTooLong, taskPool } from '../runtime/task-pool.ts'
import {
  type BodyTask,
  type BodyTasks,
  type BodyTasksOf,
  inlineTasks,
  type PackedTask,
  pack,
  type TaskOutcome,
  unpack,
} from './tasks.ts'

const THREAD = new URL('thread.js', import.meta.url)

/** The size in characters below which a task runs on the event loop: it takes hardly longer than to wake a thread. */
const SMALL: Record<Exclude<keyof BodyTasks, 'readRequest'>, number> = {
  readBody: 4_096,
  bodyChanges: 4_096,
  projectJson: 16_384,
  renderHtml: 16_384,
  renderText: 16_384,
}
/** How many tasks may wait. */
const MAX_WAITING = 200
/** How long a thread without work lives, in milliseconds. */
const IDLE_TIMEOUT = 60_000

export interface BodyTaskPoolOptions {
  /** How long a task may run, in milliseconds of the processor's time. */
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
export function bodyTaskPool({ deadline = 5_000, memory = 256, thread = THREAD }: BodyTaskPoolOptions = {}): {
  tasksOf: BodyTasksOf
  close(): Promise<void>
} {
  const threads = Math.max(1, availableParallelism() - 1)
  const pool = taskPool<PackedTask, TaskOutcome>({
    module: thread,
    runtime: 'worker_threads',
    concurrency: threads,
    maxWaiting: MAX_WAITING,
    deadline,
    idleTimeout: IDLE_TIMEOUT,
    memory,
  })

  async function run(client: string, task: BodyTask): Promise<unknown> {
    try {
      const outcome = await pool.run(client, { name: task.name, args: task.args.map(pack) })
      if ('unreadable' in outcome) throw new UnreadableBody(outcome.unreadable)
      if ('problem' in outcome) {
        const { type, message, errors } = outcome.problem
        throw new Problem(type, message, { errors })
      }
      return unpack(outcome.value)
    } catch (error) {
      if (error instanceof TaskTooLong)
        throw tooComplex(`its conversion takes more than ${deadline} ms of the processor's time`)
      if (isOutOfMemory(error)) throw tooComplex(`its conversion takes more than ${memory} MB of memory`)
      if (!(error instanceof QueueFull)) throw error
      throw new Problem('busy', 'many bodies wait to be converted', { headers: { 'retry-after': '5' } })
    }
  }

  /** Runs a task where its size says. */
  function runBySize<N extends keyof typeof SMALL>(client: string, name: N, args: Parameters<BodyTasks[N]>) {
    const isSmall = isQuick(name, args) || sizeOf(args) < SMALL[name]
    const inline = inlineTasks[name] as (...args: Parameters<BodyTasks[N]>) => ReturnType<BodyTasks[N]>
    return isSmall ? inline(...args) : (run(client, { name, args } as BodyTask) as ReturnType<BodyTasks[N]>)
  }

  return {
    tasksOf: ({ id, role }) => {
      const client = id ?? role
      return {
        readRequest: (...args) => run(client, { name: 'readRequest', args }) as Promise<object>,
        readBody: (...args) => runBySize(client, 'readBody', args),
        bodyChanges: (...args) => runBySize(client, 'bodyChanges', args),
        projectJson: (...args) => runBySize(client, 'projectJson', args),
        renderHtml: (...args) => runBySize(client, 'renderHtml', args),
        renderText: (...args) => runBySize(client, 'renderText', args),
      }
    },
    close: pool.close,
  }
}

/** Whether a task takes no time at any size: a body of blocks needs no conversion. */
const isQuick = (name: keyof BodyTasks, [body]: unknown[]): boolean => name === 'readBody' && Array.isArray(body)

/** How many characters a `<` counts as: tags that are not closed are opened again in each paragraph that follows. */
const TAG = 60
const TAGS = /</g

/** The size of a body in characters, without those of the names of its members. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + TAG * atOnce(matchesInSteps(value, TAGS))
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
