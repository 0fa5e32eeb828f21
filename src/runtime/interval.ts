/** Work that is done over and over in the background. */
export interface Interval {
  /** Stops; resolves when nothing is under way any more. */
  stop(): Promise<void>
}

/**
 * Does the work, waits `interval` milliseconds, and does it again, until it is stopped. It never does two at a time, and
 * goes on after an error. It does not keep the process alive.
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
