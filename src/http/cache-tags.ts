/** How many characters of an id are its tag: the end of a UUIDv7, which is random (its beginning is a time). */
const TAG_LENGTH = 12
/** How long `Cache-Tag` may get, in bytes: clients and proxies take some 4 kB for all headers of a reply together. */
const MOST_BYTES = 1_400
/** Stands for all that had no room. */
const MANY = 'many'

/**
 * The value of `Cache-Tag` for a reply that shows these things, named by their ids, and `articles` for a reply that
 * depends on which articles there are. Each stands there once, by its last 12 characters, in the order given: the first
 * ones are those that a CDN purges by most. Where not all have room, `many` stands for the rest.
 */
export function cacheTagOf(ids: Iterable<string>): string {
  let value = ''
  for (const tag of new Set(Array.from(ids, (id) => id.slice(-TAG_LENGTH)))) {
    const longer = value === '' ? tag : `${value},${tag}`
    if (longer.length + MANY.length + 1 > MOST_BYTES) return `${value},${MANY}`
    value = longer
  }
  return value
}
