import type { ChangeFollower } from '../changes/change-follower.ts'
import { BoundedMap } from '../lib/cache.ts'

/** The size of an entry beside its value, in bytes. */
const OVERHEAD = 200

/**
 * Gives the values of articles, by their ids; `load` loads those that are not cached. An article without a value is
 * left out.
 */
export type ArticleCache<T> = (
  ids: string[],
  load: (missing: string[]) => Promise<Iterable<readonly [article: string, value: T]>>,
) => Promise<Map<string, T>>

/**
 * A cache of values that are derived from one edition each, of at most `maxBytes`. The change log names every edition
 * that changes, so a value is valid until the log names its article.
 */
export function articleCache<T extends object>(
  { follower }: { follower: ChangeFollower },
  maxBytes: number,
  bytesOf: (value: T) => number,
): ArticleCache<T> {
  const cache = new BoundedMap<string, T>(maxBytes, (value) => bytesOf(value) + OVERHEAD)
  /** How often something was invalidated. */
  let invalidations = 0

  follower.onChange((changed) => {
    invalidations += 1
    if (changed === null) cache.clear()
    else for (const article of changed) cache.delete(article)
  })

  return async (ids, load) => {
    await follower.latest()
    const before = invalidations
    const values = new Map<string, T>()
    const missing: string[] = []
    for (const id of ids) {
      const value = cache.get(id)
      if (value === undefined) missing.push(id)
      else values.set(id, value)
    }
    if (missing.length === 0) return values
    for (const [article, value] of await load(missing)) {
      values.set(article, value)
      // What was loaded before a change is used for this reply, but not cached.
      if (invalidations === before) cache.set(article, value)
    }
    return values
  }
}
