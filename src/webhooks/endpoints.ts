/**
 * How much is sent to each endpoint at a time. One that does well gets more, up to a bound; one that fails gets one
 * thing at a time, and pauses in between: it holds up no other. Each process minds its own.
 */
/** How many messages may be under way to an endpoint of which nothing is known yet, and to any. */
const AT_FIRST = 4
const MOST = 32
/** How many may be under way in all. */
const IN_ALL = 256
/** The pause after the first failure in a row, doubled with each further one, and the longest, in milliseconds. */
const PAUSE = 1_000
const LONGEST_PAUSE = 60_000

export interface Endpoints {
  /** How many more messages may be sent to it now, where `others` are about to be sent to some endpoint. */
  free(webhook: string, now: Date, others?: number): number
  began(webhook: string): void
  ended(webhook: string, isSuccess: boolean, now: Date): void
}

export function endpoints(): Endpoints {
  const known = new Map<string, { underWay: number; most: number; failures: number; restsUntil: number }>()
  let inAll = 0
  const of = (webhook: string) => known.get(webhook) ?? { underWay: 0, most: AT_FIRST, failures: 0, restsUntil: 0 }

  return {
    free(webhook, now, others = 0) {
      const { underWay, most, restsUntil } = of(webhook)
      return restsUntil > now.getTime() ? 0 : Math.max(0, Math.min(most - underWay, IN_ALL - inAll - others))
    },
    began(webhook) {
      const endpoint = of(webhook)
      known.set(webhook, { ...endpoint, underWay: endpoint.underWay + 1 })
      inAll += 1
    },
    ended(webhook, isSuccess, now) {
      const endpoint = of(webhook)
      const underWay = endpoint.underWay - 1
      inAll -= 1
      if (isSuccess) {
        const most = Math.min(MOST, endpoint.most + 1)
        return void known.set(webhook, { underWay, most, failures: 0, restsUntil: 0 })
      }
      // What was under way together fails together, and counts once.
      const isKnown = endpoint.restsUntil > now.getTime()
      const failures = isKnown ? endpoint.failures : endpoint.failures + 1
      const pause = Math.min(LONGEST_PAUSE, PAUSE * 2 ** (failures - 1))
      const restsUntil = isKnown ? endpoint.restsUntil : now.getTime() + pause
      known.set(webhook, { underWay, most: 1, failures, restsUntil })
    },
  }
}
