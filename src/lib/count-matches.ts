/** How many matches are counted in a step. */
const STEP = 1_000

/** How often a pattern matches, counted in steps. `match` would create each match as a string. */
export function* matchesInSteps(text: string, pattern: RegExp): Generator<void, number> {
  const own = new RegExp(pattern, 'gu')
  let count = 0
  while (own.test(text)) {
    count += 1
    if (count % STEP === 0) yield
  }
  return count
}
