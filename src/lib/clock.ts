/** The source of the current time; tests inject their own. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** The current time as RFC 3339 text in UTC with milliseconds. */
export const timestamp = (clock: Clock): string => clock.now().toISOString()
