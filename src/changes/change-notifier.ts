import { setMaxListeners } from 'node:events'
import type { Commits, Storage } from '../storage/storage.ts'
import { lastSeq } from './log.ts'

/** The interval at which new changes are polled for while somebody waits, in milliseconds. */
const POLL_INTERVAL = 50
/** The same on an engine where each poll is a query. */
const QUERY_INTERVAL = 250

/** Wakes those who wait for changes, whichever process writes them. */
export interface ChangeNotifier {
  /** Resolves when there is a change after the one with number `seq`, or when the signal or `close` ends the wait. */
  waitAfter(seq: number, signal: AbortSignal): Promise<void>
  /** Ends all current and future waits. */
  close(): void
  readonly closed: AbortSignal
}

/**
 * Looks for changes once for all who wait: after each commit of this process, and at an interval for those of other
 * processes. Nothing runs while nobody waits.
 */
export function changeNotifier(storage: Storage): ChangeNotifier {
  const waiting = new Set<{ seq: number; wake: () => void }>()
  const closing = new AbortController()
  // Everyone who waits listens to it: many listeners are no leak.
  setMaxListeners(0, closing.signal)
  let commits: Commits | undefined
  let interval = POLL_INTERVAL
  let last = 0
  let timer: NodeJS.Timeout | undefined

  async function poll(): Promise<void> {
    const current = storage.commits()
    if (typeof current === 'object') interval = QUERY_INTERVAL
    if ((await current) !== commits) {
      last = await lastSeq(storage.reader)
      commits = await current
    }
    for (const waiter of waiting) if (waiter.seq < last) waiter.wake()
  }
  function schedule(): void {
    if (waiting.size === 0 || timer) return
    timer = setTimeout(() => {
      timer = undefined
      // A poll that fails is repeated; those who wait have a time limit.
      poll().then(schedule, schedule)
    }, interval)
  }

  storage.onCommit(async () => {
    if (waiting.size > 0) poll().catch(() => undefined)
  })

  return {
    closed: closing.signal,
    async waitAfter(seq, signal) {
      if (signal.aborted || closing.signal.aborted) return
      await poll()
      if (seq < last) return
      await new Promise<void>((resolve) => {
        const waiter = { seq, wake }
        function wake(): void {
          waiting.delete(waiter)
          signal.removeEventListener('abort', wake)
          closing.signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(waiter)
        signal.addEventListener('abort', wake)
        closing.signal.addEventListener('abort', wake)
        if (signal.aborted || closing.signal.aborted) wake()
        schedule()
      })
    },
    close: () => closing.abort(),
  }
}
