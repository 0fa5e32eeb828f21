/** The value that is cached under the key; created and cached on the first request for it. */
export function getOrCreate<K, V>(
  cache: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  create: () => V,
): V {
  const cached = cache.get(key)
  if (cached !== undefined) return cached
  const created = create()
  cache.set(key, created)
  return created
}

/**
 * A map of limited size: when there is no room, the entry that was set first is evicted. `limit` is a number of
 * entries, unless `sizeOf` gives the size of a value in another unit, such as bytes. Values must not change their size.
 *
 * Eviction is by age of the entry, not by its last use: a hit then costs no more than one of a `Map`, which was measured
 * as a third of what one of `lru-cache` costs.
 */
export class BoundedMap<K, V extends NonNullable<unknown>> extends Map<K, V> {
  private readonly limit: number
  private readonly sizeOf: (value: V) => number
  private total = 0
  /** All entries before its position are gone: a new iterator would pass the places of the deleted ones again. */
  private oldest = super.keys()

  constructor(limit: number, sizeOf: (value: V) => number = () => 1) {
    super()
    this.limit = limit
    this.sizeOf = sizeOf
  }

  override set(key: K, value: V): this {
    this.delete(key)
    super.set(key, value)
    this.total += this.sizeOf(value)
    if (this.total > this.limit) this.evict()
    return this
  }

  override delete(key: K): boolean {
    const value = this.get(key)
    if (value === undefined) return false
    this.total -= this.sizeOf(value)
    return super.delete(key)
  }

  override clear(): void {
    super.clear()
    this.total = 0
  }

  private evict(): void {
    while (this.total > this.limit && this.size > 0) {
      const { value, done } = this.oldest.next()
      if (done) this.oldest = this.keys()
      else this.delete(value)
    }
  }
}
