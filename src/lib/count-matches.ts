/** How many matches are counted in a step. */
const STEP = 1_000

/** How often a global pattern matches, counted in steps. `match` would create each match as a string. */
export function* matchesInSteps(text: string, pattern: RegExp): Generator<void, number> {
  let at = 0
  for (let count = 0; ; count += 1) {
    if (count % STEP === STEP - 1) yield
    // Between two steps another text may be tested with the same pattern.
    pattern.lastIndex = at
    if (!pattern.test(text)) return count
    at = pattern.lastIndex
  }
}
