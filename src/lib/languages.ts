/** Language tags (BCP 47) and the ranges that match them (RFC 4647, basic filtering). */

/** The ranges that match a tag, in lower case, the longest first: `fr-CA` is matched by `fr-ca` and `fr`. */
export function rangesOf(tag: string): string[] {
  const subtags = tag.toLowerCase().split('-')
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join('-'))
}

/**
 * The ranges in a comma-separated list, canonical and in lower case; null if one is `*`, which matches every language.
 * Invalid tags are left out, since they match nothing.
 */
export function rangesIn(list: string): string[] | null {
  const ranges = [...new Set(list.split(',').map((range) => range.trim()))]
  return ranges.includes('*')
    ? null
    : [...new Set(ranges.flatMap((range) => canonicalLanguage(range)?.toLowerCase() ?? []))]
}

/** The canonical form of a language tag, such as `he` for `iw`; undefined for an invalid tag. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
