/** Work that is repeated in the background. */
export interface Interval {
  /** Stops; resolves when no run is in progress. */
  stop(): Promise<void>
}

/**
 * Waits `interval` milliseconds, does the work, and repeats both until it is stopped. Runs never overlap, and an error,
 * which goes to `onError`, does not end the repetition. Does not prevent the process from exiting.
 */
export function every(interval: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Interval {
  let stopped = false
  let timer: NodeJS.Timeout
  let running = Promise.resolve()

  const tick = async () => {
    await work().catch(onError)
    if (!stopped) schedule()
  }
  const schedule = () => {
    timer = setTimeout(() => {
      running = tick()
    }, interval)
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
