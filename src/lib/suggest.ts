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

/** `; did you mean "x"?`, or an empty text if no known name is close. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = closestName(name, known)
  return near ? `; did you mean "${near}"?` : ''
}
