import type { ChangeFollower } from '../changes/change-follower.ts'
import { BoundedMap } from '../lib/cache.ts'

/** The size of an entry beside its value, in bytes. */
const OVERHEAD = 200

/**
 * Gives the values of articles, in the order of their ids; `load` loads those that are not cached. An article without a
 * value is left out.
 */
export type ArticleCache<T> = (
  ids: string[],
  load: (missing: string[]) => Promise<Iterable<readonly [article: string, value: T]>>,
) => Promise<T[]>

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
    const values = ids.map((id) => cache.get(id))
    const missing = ids.filter((_, index) => values[index] === undefined)
    if (missing.length === 0) return values as T[]
    const loaded = new Map(await load(missing))
    // What was loaded before a change is used for this reply, but not cached.
    if (invalidations === before) for (const [article, value] of loaded) cache.set(article, value)
    return ids.flatMap((id, index) => values[index] ?? loaded.get(id) ?? [])
  }
}
