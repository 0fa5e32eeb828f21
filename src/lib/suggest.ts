import { closest, distance } from 'fastest-levenshtein'

/** The known name closest to `name` by Levenshtein distance, without case; undefined if it differs by more than `maxDistance`. */
export function closestName(
  name: string,
  known: readonly string[],
  maxDistance: number = Math.ceil(name.length / 3),
): string | undefined {
  if (known.length === 0 || name.length > 64) return undefined
  const best = closest(
    name.toLowerCase(),
    known.map((k) => k.toLowerCase()),
  )
  const index = known.findIndex((k) => k.toLowerCase() === best)
  return distance(name.toLowerCase(), best) <= maxDistance ? known[index] : undefined
}

/** The shortest beginning of a name that stands for it, in characters. */
const MIN_PREFIX = 3

/**
 * `; did you mean "x"?`, with the only known name that begins with this one, or else with the closest one that differs by
 * a quarter of the letters at most; an empty text if there is none.
 */
export function suggestion(name: string, known: readonly string[]): string {
  const longer = known.filter((one) => one.toLowerCase().startsWith(name.toLowerCase()))
  const [only] = name.length >= MIN_PREFIX && longer.length === 1 ? longer : []
  const near = only ?? closestName(name, known, Math.ceil(name.length / 4))
  return near ? `; did you mean "${near}"?` : ''
}
