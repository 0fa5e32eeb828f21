/** Length of the tag of an id: the end of a UUIDv7, which is random (its beginning is a time). */
const TAG_LENGTH = 12
/**
 * Most tags of a reply: the value stays below 1,400 characters, since some clients and proxies accept only 4 kB for all
 * headers of a reply together.
 */
const MAX_TAGS = 106
/** The tag that replaces all those that do not fit. */
const OVERFLOW = 'many'

/**
 * The value of `Cache-Tag` for a reply that depends on these ids, or on the list of articles (`articles`). Each id is
 * listed once, by its last 12 characters, in the order given: those by which a CDN is most often purged should be first.
 * If not all fit, `many` replaces the rest.
 */
export function cacheTagOf(ids: readonly string[]): string {
  const tags = new Set<string>()
  for (const id of ids) {
    tags.add(id.slice(-TAG_LENGTH))
    if (tags.size > MAX_TAGS) return [...[...tags].slice(0, MAX_TAGS), OVERFLOW].join(',')
  }
  return [...tags].join(',')
}

/** The value of `Cache-Tag` from the one stored with an edition, which has whole ids if an earlier release stored it. */
export const storedCacheTag = (stored: string): string =>
  stored.includes('-') ? cacheTagOf(stored.split(',')) : stored
