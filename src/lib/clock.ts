/** Where the time comes from; tests bring their own. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** The time now as RFC 3339 text in UTC with milliseconds. */
export const timestamp = (clock: Clock): string => clock.now().toISOString()
