/** Language tags (BCP 47) and the ranges that find them (RFC 4647, basic filtering). */

/** The ranges that find a tag, in lower case, the whole tag first: `fr-CA` is found by `fr-ca` and `fr`. */
export function rangesOf(tag: string): string[] {
  const subtags = tag.toLowerCase().split('-')
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join('-'))
}

/** The ranges in a comma-separated list, in lower case; null for `*`, which finds every language. What is no tag finds nothing. */
export function rangesIn(list: string): string[] | null {
  const ranges = list.split(',').map((range) => range.trim())
  return ranges.includes('*') ? null : [...new Set(ranges.flatMap((range) => canonicalLanguage(range)?.toLowerCase() ?? []))]
}

/** The tag in its canonical form, as `iw` is `he`; undefined for what is none. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
