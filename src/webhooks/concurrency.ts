/**
 * How many messages are sent to each endpoint at a time. An endpoint that succeeds gets more, up to a limit; one that
 * fails gets one at a time, with pauses, so that it delays no other. Each process counts for itself.
 */
import type { WebhookRow } from './store.ts'

/** How many messages may be in flight to a new endpoint, to any endpoint, and to all together. */
const INITIAL_LIMIT = 4
const MAX_LIMIT = 32
const MAX_IN_FLIGHT = 256
/** The pause after the first failure, doubled with each further one, and the longest pause, in milliseconds. */
const FIRST_PAUSE = 1_000
const MAX_PAUSE = 60_000

export interface EndpointConcurrency {
  /** How many more messages may be sent to the webhook now; `reserved` are about to be sent to any endpoint. */
  freeSlots(webhook: WebhookRow, now: Date, reserved?: number): number
  started(webhook: WebhookRow): void
  finished(webhook: WebhookRow, isSuccess: boolean, now: Date): void
}

interface Endpoint {
  inFlight: number
  limit: number
  /** Failures in a row. */
  failures: number
  pausedUntil: number
  /** The version of the webhook that this was learned from: a changed webhook starts anew. */
  version: number
}

export function endpointConcurrency(): EndpointConcurrency {
  const endpoints = new Map<string, Endpoint>()
  let totalInFlight = 0

  function endpointOf({ id, version, failingSince }: WebhookRow): Endpoint {
    const before = endpoints.get(id)
    if (before && before.version >= version) return before
    const limit = failingSince === null ? INITIAL_LIMIT : 1
    const endpoint = { inFlight: before?.inFlight ?? 0, limit, failures: 0, pausedUntil: 0, version }
    endpoints.set(id, endpoint)
    return endpoint
  }

  return {
    freeSlots(webhook, now, reserved = 0) {
      const { inFlight, limit, pausedUntil } = endpointOf(webhook)
      if (pausedUntil > now.getTime()) return 0
      return Math.max(0, Math.min(limit - inFlight, MAX_IN_FLIGHT - totalInFlight - reserved))
    },
    started(webhook) {
      endpointOf(webhook).inFlight += 1
      totalInFlight += 1
    },
    finished(webhook, isSuccess, now) {
      const endpoint = endpointOf(webhook)
      endpoint.inFlight -= 1
      totalInFlight -= 1
      if (isSuccess)
        Object.assign(endpoint, { limit: Math.min(MAX_LIMIT, endpoint.limit + 1), failures: 0, pausedUntil: 0 })
      // Messages that were in flight together fail together, and count as one failure.
      if (isSuccess || endpoint.pausedUntil > now.getTime()) return
      const pause = Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** endpoint.failures)
      Object.assign(endpoint, { limit: 1, failures: endpoint.failures + 1, pausedUntil: now.getTime() + pause })
    },
  }
}
