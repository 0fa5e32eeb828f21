const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]

/** The delays between the attempts of a delivery, in milliseconds: three days in all. */
const DELAYS = [
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

/** By what fraction a delay varies at random, so that messages that failed together are not retried together. */
const JITTER = 0.1

/**
 * How long to wait after so many failed attempts, in milliseconds; undefined when the delivery is to be given up.
 * `random` gives numbers from 0 to 1.
 */
export function retryDelay(attempts: number, random: () => number = Math.random): number | undefined {
  const delay = DELAYS[attempts - 1]
  return delay && Math.round(delay * (1 + JITTER * (2 * random() - 1)))
}
