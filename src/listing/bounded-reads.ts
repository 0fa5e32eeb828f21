import type { FastifyRequest } from 'fastify'
import { indexGuard } from '../editions/index-state.ts'
import { Problem } from '../lib/problem.ts'
import { Abandoned, fairQueue, QueueFull } from '../runtime/fair-queue.ts'
import type { Reader, Storage } from '../storage/storage.ts'

/** How many searches run at a time, and how many wait for that. */
const CONCURRENCY = 4
const MAX_WAITING = 64

/**
 * Runs the reads of a request whose cost the client decides, such as a search: on `Storage.boundedReader`, and in turn
 * with other clients. Throws `busy` if too many requests wait, and until the index is filled. A request whose connection was
 * closed meanwhile is not run.
 */
export type BoundedRead = <T>(request: FastifyRequest, work: (db: Reader) => Promise<T>) => Promise<T>

/** The bounded reads of a process. A client is a key, or an address where there is no key. */
export function boundedReads({ boundedReader, reader }: Storage): BoundedRead {
  const assertIndexWhole = indexGuard(reader)
  const enqueue = fairQueue({ concurrency: CONCURRENCY, maxWaiting: MAX_WAITING })
  return async (request, work) => {
    await assertIndexWhole()
    const hasGone = () => request.raw.socket.destroyed
    return enqueue(request.caller?.id ?? request.clientAddress, () => work(boundedReader), hasGone).catch(
      (error: unknown) => {
        if (!(error instanceof QueueFull || error instanceof Abandoned)) throw error
        throw new Problem('busy', 'too many searches wait', { headers: { 'retry-after': '1' } })
      },
    )
  }
}
