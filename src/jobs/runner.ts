import { type Clock, timestamp } from '../lib/clock.ts'
import { every } from '../runtime/interval.ts'
import type { Storage } from '../storage/storage.ts'
import { finishJob, renewJob } from './store.ts'

/** How often progress is stored, in milliseconds; each time the lease is renewed. */
const RENEWAL = 2_000

/** What the work of a job is given. */
export interface JobContext {
  /** Says how much is done, of how much; in units of the kind of job. */
  progress(done: number, total: number): void
  /** Aborted when the job is cancelled, or the service stops. */
  signal: AbortSignal
}

/** The work of a job; gives its report, a JSON object. An error becomes the report of a failed job. */
export type JobWork = (context: JobContext) => Promise<Record<string, unknown>>

/** Does the work of jobs, one after the other. */
export interface JobRunner {
  /** Does the work of a job that was created; resolves when it has ended, and never throws. */
  run(id: string, work: JobWork): Promise<void>
  /** Aborts all jobs; resolves when nothing runs any more. */
  stop(): Promise<void>
}

/** `onError` gets errors of the work, which are in the report of the job, too, and of storing the state of a job. */
export function jobRunner(
  { storage, clock }: { storage: Storage; clock: Clock },
  onError: (error: unknown) => void,
): JobRunner {
  const controllers = new Map<string, AbortController>()
  let queue = Promise.resolve()

  const renew = async (id: string, progress: Parameters<typeof renewJob>[2]) => {
    const goesOn = await storage.transaction((tx) => renewJob(tx, id, progress, clock))
    if (!goesOn) controllers.get(id)?.abort(new Error('the job was cancelled'))
  }

  async function work(id: string, state: { done: number; total: number }, doWork: JobWork) {
    const { signal } = controllers.get(id) ?? new AbortController()
    await renew(id, { ...state, state: 'running' })
    signal.throwIfAborted()
    const progress = (done: number, total: number) => void Object.assign(state, { done, total })
    return doWork({ progress, signal })
  }

  async function run(id: string, doWork: JobWork): Promise<void> {
    const state = { done: 0, total: 0 }
    const controller = new AbortController()
    controllers.set(id, controller)
    const renewals = every(RENEWAL, () => renew(id, { ...state }), onError)
    const ended = queue.then(async () => {
      const end = await work(id, state, doWork).then(
        (report) => ({ state: 'done' as const, report }),
        (error: Error) => {
          if (!controller.signal.aborted) onError(error)
          const { message } = controller.signal.aborted ? (controller.signal.reason as Error) : error
          return { state: 'failed' as const, report: { error: message } }
        },
      )
      await renewals.stop()
      controllers.delete(id)
      const { done, total } = state
      await storage.transaction((tx) => finishJob(tx, id, { ...end, done, total }, timestamp(clock)))
    })
    queue = ended.catch(onError)
    return queue
  }

  return {
    run,
    stop() {
      for (const controller of controllers.values()) controller.abort(new Error('the service was stopped'))
      return queue
    },
  }
}
