import type { ChangeFollower } from '../changes/change-follower.ts'
import type { Storage } from '../storage/storage.ts'

/** What something takes beside its bytes. */
const OVERHEAD = 200

/** Gives what there is of some articles, by their ids; `make` makes what is not at hand. */
export type ArticleCache<T> = (
  ids: string[],
  make: (missing: string[]) => Promise<Iterable<readonly [article: string, thing: T]>>,
) => Promise<Map<string, T>>

/**
 * A memory of things that are made of one live article each, `mostBytes` of them at most; the oldest goes when there is
 * no room. The log of changes names every edition that changes, so a thing is good until the log names its article. It
 * keeps nothing on an engine that cannot tell without a query whether something is new.
 */
export function articleCache<T>(
  { storage, news }: { storage: Storage; news: ChangeFollower },
  mostBytes: number,
  bytesOf: (thing: T) => number,
): ArticleCache<T> {
  const kept = new Map<string, T>()
  let bytes = 0
  let told = 0

  news.onChange((changed) => {
    told += 1
    for (const article of changed ?? [...kept.keys()]) drop(article)
  })

  function drop(article: string): void {
    const thing = kept.get(article)
    if (thing === undefined) return
    kept.delete(article)
    bytes -= bytesOf(thing) + OVERHEAD
  }

  function keep(article: string, thing: T): void {
    drop(article)
    kept.set(article, thing)
    bytes += bytesOf(thing) + OVERHEAD
    for (const oldest of kept.keys()) {
      if (bytes <= mostBytes) return
      drop(oldest)
    }
  }

  return async (ids, make) => {
    const mayKeep = storage.commits() !== undefined
    if (mayKeep) await news.last()
    const before = told
    const found = new Map<string, T>()
    const missing: string[] = []
    for (const id of ids) {
      const thing = kept.get(id)
      if (thing === undefined) missing.push(id)
      else found.set(id, thing)
    }
    if (missing.length === 0) return found
    for (const [article, thing] of await make(missing)) {
      found.set(article, thing)
      // What was read before something changed is shown, and not kept.
      if (mayKeep && told === before) keep(article, thing)
    }
    return found
  }
}
