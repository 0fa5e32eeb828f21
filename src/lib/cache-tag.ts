/** How many characters of an id are its tag: the end of a UUIDv7, which is random (its beginning is a time). */
const TAG_LENGTH = 12
/**
 * How many tags a reply has at most: the value stays below 1,400 characters, since clients and proxies take some 4 kB
 * for all headers of a reply together.
 */
const MOST_TAGS = 106
/** Stands for all that had no room. */
const MANY = 'many'

/**
 * The value of `Cache-Tag` for a reply that shows these things, named by their ids, and `articles` for a reply that
 * depends on which articles there are. Each stands there once, by its last 12 characters, in the order given: the first
 * ones are those that a CDN purges by most. Where not all have room, `many` stands for the rest.
 */
export function cacheTagOf(ids: readonly string[]): string {
  const tags = new Set<string>()
  for (const id of ids) {
    tags.add(id.slice(-TAG_LENGTH))
    if (tags.size > MOST_TAGS) return [...[...tags].slice(0, MOST_TAGS), MANY].join(',')
  }
  return [...tags].join(',')
}

/** The value that is kept with an edition. Those of earlier versions have whole ids. */
export const storedCacheTag = (stored: string): string =>
  stored.includes('-') ? cacheTagOf(stored.split(',')) : stored
