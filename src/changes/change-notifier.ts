import { setMaxListeners } from 'node:events'
import type { Storage } from '../storage/storage.ts'
import { latestChange } from './log.ts'

/** How often it is looked for new changes while somebody waits, in milliseconds. */
const STEP = 50
/** The same where each look is a query. */
const QUERY_STEP = 250

/** Wakes those who wait for changes, whichever process makes them. */
export interface ChangeNotifier {
  /** Resolves when there is a change after the one with this number, or when the signal or `close` ends the wait. */
  after(seq: number, signal: AbortSignal): Promise<void>
  /** Ends all waits, and any to come. */
  close(): void
  readonly closed: AbortSignal
}

/** Watches the log of changes, in one place for all; nothing runs while nobody waits. */
export function changeNotifier(storage: Storage): ChangeNotifier {
  const waiting = new Set<{ seq: number; wake: () => void }>()
  const closing = new AbortController()
  // Everyone who waits listens to it: that is many, and no leak.
  setMaxListeners(0, closing.signal)
  let seen: number | undefined
  let last = 0
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const commits = storage.commits()
    if (commits === undefined || commits !== seen) {
      last = await latestChange(storage.reader)
      seen = commits
    }
    for (const one of waiting) if (one.seq < last) one.wake()
  }
  function goOn(): void {
    if (waiting.size === 0 || timer) return
    const step = seen === undefined ? QUERY_STEP : STEP
    timer = setTimeout(() => {
      timer = undefined
      // A look that fails is made again; whoever waits has a time limit.
      look().then(goOn, goOn)
    }, step)
  }

  return {
    closed: closing.signal,
    async after(seq, signal) {
      if (signal.aborted || closing.signal.aborted) return
      await look()
      if (seq < last) return
      await new Promise<void>((resolve) => {
        const one = { seq, wake }
        function wake(): void {
          waiting.delete(one)
          signal.removeEventListener('abort', wake)
          closing.signal.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(one)
        signal.addEventListener('abort', wake)
        closing.signal.addEventListener('abort', wake)
        if (signal.aborted || closing.signal.aborted) wake()
        goOn()
      })
    },
    close: () => closing.abort(),
  }
}
