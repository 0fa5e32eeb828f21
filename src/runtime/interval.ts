/** Work that is repeated in the background. */
export interface Interval {
  /** Stops; resolves when no run is in progress. */
  stop(): Promise<void>
}

/** The longest wait after errors, in milliseconds; work with a longer interval keeps it. */
const MAX_BACKOFF = 5_000

/**
 * Waits `interval` milliseconds, does the work, and repeats both until it is stopped. Runs never overlap, and an error,
 * which goes to `onError`, does not end the repetition: after each further one it waits twice as long, up to
 * `MAX_BACKOFF`. Does not prevent the process from exiting.
 */
export function every(interval: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Interval {
  let stopped = false
  let timer: NodeJS.Timeout
  let running = Promise.resolve()
  let wait = interval

  const tick = async () => {
    try {
      await work()
      wait = interval
    } catch (error) {
      onError(error)
      wait = Math.max(interval, Math.min(wait * 2, MAX_BACKOFF))
    }
    if (!stopped) schedule()
  }
  const schedule = () => {
    timer = setTimeout(() => {
      running = tick()
    }, wait)
    timer.unref()
  }
  schedule()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
      return running
    },
  }
}
