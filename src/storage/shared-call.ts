import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'

/**
 * A call whose result all share that wait for it at the same time. Who calls while one is running gets the next one: the
 * running one may have looked before that call.
 */
export function sharedCall<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<T> | undefined
  return () => {
    next ??= running
      .catch(() => {})
      // Requests that arrive in the same turn of the event loop share it.
      .then(() => nextEventLoopTurn())
      .then(() => {
        next = undefined
        return call()
      })
    running = next
    return next
  }
}
