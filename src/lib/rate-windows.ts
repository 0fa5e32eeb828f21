/** The length of a window, in milliseconds. */
export const WINDOW = 60_000

/** The requests of one client since its first in this window. Times are in milliseconds since 1970. */
export interface RateWindow {
  count: number
  /** The part of `count` that other processes know. */
  shared: number
  /** The requests that other processes have counted, as far as this one knows. */
  others: number
  limit: number
  end: number
  /** When the last request was counted. */
  lastAt: number
}

/** How many requests of a client a process has counted since it said so last, and how long its window goes on. */
export interface NewCount {
  client: string
  count: number
  left: number
}

/** Adds counts to those of all processes; gives for each the new total, and how long the window of all goes on. */
export type AddCounts = (counts: NewCount[]) => Promise<{ total: number; left: number }[]>

/** The requests of a client in a window, those that other processes have counted too. */
export const spent = ({ count, others }: RateWindow): number => count + others

export interface RateWindows {
  /** Counts a request of a client at a time; gives the window it belongs to, with the request in it. */
  count(client: string, limit: number, now: number): RateWindow
  /** Exchanges counts with other processes, of clients that have spent a tenth of their limit here. */
  exchange(now: number, add: AddCounts): Promise<void>
}

/** How many clients are remembered, beside those that are over their limit. */
const MAX_CLIENTS = 50_000
/** The share of them that remains when there are more. */
const REMAINING = 0.9
/** The share of its limit from which on the counts of a client are exchanged. */
const WORTH_SHARING = 0.1
/** No limit is higher. */
const HIGHEST_LIMIT = 1_000_000

/**
 * Counts requests in fixed windows: one for each client, from its first request on. When there are more clients than
 * `maxClients`, those that have sent least are forgotten, so that a flood of addresses forgets its own. A client over its
 * limit is never forgotten before its window ends: how many of them there can be follows from how many requests the
 * service can answer in a minute.
 */
export function rateWindows(maxClients = MAX_CLIENTS): RateWindows {
  const windows = new Map<string, RateWindow>()
  let room = maxClients

  /** Forgets windows until so many remain, if that many meet the condition. */
  function forget(remaining: number, isForgotten: (window: RateWindow) => boolean): void {
    for (const [client, window] of windows) {
      if (windows.size <= remaining) return
      if (isForgotten(window)) windows.delete(client)
    }
  }

  /** Forgets ended windows, then those with the fewest requests: with one, with two, with up to four, and so on. */
  function makeRoom(now: number): void {
    forget(0, ({ end }) => end <= now)
    const remaining = Math.floor(maxClients * REMAINING)
    for (let fewest = 1; windows.size > remaining && fewest <= HIGHEST_LIMIT; fewest *= 2)
      forget(remaining, (window) => spent(window) <= fewest && spent(window) < window.limit)
    // If most are at their limit, the next search for room would find no more; it is put off.
    room = Math.max(maxClients, Math.ceil(windows.size / REMAINING))
  }

  return {
    count(client, limit, now) {
      const known = windows.get(client)
      if (known && now < known.end) {
        known.count += 1
        known.limit = limit
        known.lastAt = now
        return known
      }
      const window: RateWindow = { count: 1, shared: 0, others: 0, limit, end: now + WINDOW, lastAt: now }
      if (known === undefined && windows.size >= room) makeRoom(now)
      windows.set(client, window)
      return window
    },
    async exchange(now, add) {
      const changed = [...windows].filter(
        ([, { count, shared, limit, end }]) => count > shared && count >= limit * WORTH_SHARING && end > now,
      )
      const counts = changed.map(([client, { count, shared, end }]) => ({
        client,
        count: count - shared,
        left: end - now,
      }))
      const totals = await add(counts)
      for (const [index, { total, left }] of totals.entries()) {
        const [, window] = changed[index] as [string, RateWindow]
        window.shared += counts[index]?.count ?? 0
        window.others = total - window.shared
        if (left > 0) window.end = now + left
      }
    },
  }
}
