import type { NewCount } from './rate-windows.ts'

/** The requests that several processes have counted, by client. */
export interface RateTotals {
  /** Adds counts at a time, in milliseconds since 1970; gives for each the total, and how long its window goes on. */
  add(counts: NewCount[], now: number): { total: number; left: number }[]
}

/** Adds the counts of processes in the windows of the clients; ended ones are removed. */
export function rateTotals(): RateTotals {
  const windows = new Map<string, { total: number; end: number }>()
  return {
    add(counts, now) {
      for (const [client, { end }] of windows) if (end <= now) windows.delete(client)
      return counts.map(({ client, count, left }) => {
        const window = windows.get(client) ?? { total: 0, end: now + left }
        window.total += count
        windows.set(client, window)
        return { total: window.total, left: window.end - now }
      })
    },
  }
}
