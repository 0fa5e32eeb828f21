/**
 * How much is sent to each endpoint at a time. One that does well gets more, up to a bound; one that fails gets one
 * thing at a time, and pauses in between: it holds up no other. Each process minds its own.
 */
import type { WebhookRow } from './store.ts'

/** How many messages may be under way to an endpoint of which nothing is known yet, and to any. */
const AT_FIRST = 4
const MOST = 32
/** How many may be under way in all. */
const IN_ALL = 256
/** The pause after the first failure in a row, doubled with each further one, and the longest, in milliseconds. */
const PAUSE = 1_000
const LONGEST_PAUSE = 60_000

export interface EndpointConcurrency {
  /** How many more messages may be sent to it now, where `others` are about to be sent to some endpoint. */
  freeSlots(webhook: WebhookRow, now: Date, others?: number): number
  started(webhook: WebhookRow): void
  finished(webhook: WebhookRow, isSuccess: boolean, now: Date): void
}

interface Endpoint {
  underWay: number
  most: number
  failures: number
  restsUntil: number
  /** What is known holds for this version: when its owner changes something, it begins anew. */
  version: number
}

export function endpointConcurrency(): EndpointConcurrency {
  const known = new Map<string, Endpoint>()
  let inAll = 0

  function of({ id, version, failingSince }: WebhookRow): Endpoint {
    const before = known.get(id)
    if (before && before.version >= version) return before
    const most = failingSince === null ? AT_FIRST : 1
    const endpoint = { underWay: before?.underWay ?? 0, most, failures: 0, restsUntil: 0, version }
    known.set(id, endpoint)
    return endpoint
  }

  return {
    freeSlots(webhook, now, others = 0) {
      const { underWay, most, restsUntil } = of(webhook)
      return restsUntil > now.getTime() ? 0 : Math.max(0, Math.min(most - underWay, IN_ALL - inAll - others))
    },
    started(webhook) {
      of(webhook).underWay += 1
      inAll += 1
    },
    finished(webhook, isSuccess, now) {
      const endpoint = of(webhook)
      endpoint.underWay -= 1
      inAll -= 1
      if (isSuccess) Object.assign(endpoint, { most: Math.min(MOST, endpoint.most + 1), failures: 0, restsUntil: 0 })
      // What was under way together fails together, and counts once.
      if (isSuccess || endpoint.restsUntil > now.getTime()) return
      const pause = Math.min(LONGEST_PAUSE, PAUSE * 2 ** endpoint.failures)
      Object.assign(endpoint, { most: 1, failures: endpoint.failures + 1, restsUntil: now.getTime() + pause })
    },
  }
}
