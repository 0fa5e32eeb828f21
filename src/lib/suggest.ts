import { closest, distance } from 'fastest-levenshtein'

/** The known name that was probably meant by `name`, if one is near: at most `furthest` characters apart. */
export function closestName(
  name: string,
  known: readonly string[],
  furthest: number = Math.ceil(name.length / 3),
): string | undefined {
  if (known.length === 0 || name.length > 64) return undefined
  const best = closest(
    name.toLowerCase(),
    known.map((k) => k.toLowerCase()),
  )
  const index = known.findIndex((k) => k.toLowerCase() === best)
  return distance(name.toLowerCase(), best) <= furthest ? known[index] : undefined
}

/** `; did you mean "x"?`, or nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = closestName(name, known)
  return near ? `; did you mean "${near}"?` : ''
}
