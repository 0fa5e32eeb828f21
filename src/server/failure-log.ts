import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import { faultOf, reasonOf } from '../storage/faults.ts'

/** How long nothing more is logged of an outage of the database, in milliseconds. */
const QUIET = 60_000

/**
 * Logs why background work failed. While the database is at fault all of it fails, again and again: that is one line a
 * minute. Any other error has a line each time, with its stack.
 */
export function failureLog({ log, clock }: { log: Pick<FastifyBaseLogger, 'error'>; clock: Clock }) {
  let quietUntil = 0
  return (name: string) => (error: unknown) => {
    if (!faultOf(error)) return log.error({ err: error }, `${name} failed and is tried again`)
    const now = clock.now().getTime()
    if (now < quietUntil) return
    quietUntil = now + QUIET
    log.error({ work: name }, `${reasonOf(error)}; background work is tried again until it succeeds`)
  }
}
