/** How long it waits at least until it looks at the time again, in milliseconds. */
const LEAST_WAIT = 20
/** By the clock, this many times as long may pass: a thread that waits for ever needs no processor. */
const MAX_WAITS = 10

/**
 * Aborts a signal when this process has used so much time of the processor as `limit` says, in milliseconds, or when ten
 * times as long has passed. No thread of the process can have had more of it; on a machine that is busy with other things,
 * much more time may pass. Node.js 20 cannot say how much of it a single thread has had. `usage` and `now` are for tests.
 */
export function processorTimeout(
  limit: number,
  { usage, now }: { usage: () => NodeJS.CpuUsage; now: () => number } = {
    usage: process.cpuUsage,
    now: () => performance.now(),
  },
): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const began = { used: milliseconds(usage()), at: now() }
  const check = () => {
    const left = limit - (milliseconds(usage()) - began.used)
    if (left <= 0 || now() - began.at >= MAX_WAITS * limit) controller.abort()
    else timer = setTimeout(check, Math.max(left, LEAST_WAIT))
  }
  let timer = setTimeout(check, limit)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000
