/** The length of a window, in milliseconds. */
export const WINDOW = 60_000

/** The requests of one client since its first in this window. Times are in milliseconds since 1970. */
export interface RateWindow {
  count: number
  limit: number
  end: number
  /** When the last request was counted. */
  lastAt: number
}

export interface RateWindows {
  /** Counts a request of a client at a time; gives the window it belongs to, with the request in it. */
  count(client: string, limit: number, now: number): RateWindow
}

/** How many clients are remembered, beside those that are over their limit. */
const MAX_CLIENTS = 50_000
/** The share of them that remains when there are more. */
const REMAINING = 0.9
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
      forget(remaining, ({ count, limit }) => count <= fewest && count < limit)
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
      const window: RateWindow = { count: 1, limit, end: now + WINDOW, lastAt: now }
      if (known === undefined && windows.size >= room) makeRoom(now)
      windows.set(client, window)
      return window
    },
  }
}
