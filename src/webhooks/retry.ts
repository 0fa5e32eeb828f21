const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]

/** The waits between the tries of a delivery, in milliseconds: three days in all. */
const WAITS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  20 * HOUR,
] as const

/** How much longer or shorter a wait may be, as a part of it: what failed together is not tried again together. */
const JITTER = 0.1

/**
 * How long to wait after so many tries that failed, in milliseconds; undefined when there were enough. `chance` gives
 * numbers from 0 to 1.
 */
export function retryDelay(attempts: number, chance: () => number = Math.random): number | undefined {
  const wait = WAITS[attempts - 1]
  return wait && Math.round(wait * (1 + JITTER * (2 * chance() - 1)))
}
