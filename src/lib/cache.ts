/** The value that is kept under the key; made and kept when it is first asked for. */
export function getOrCreate<K, V>(
  kept: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const before = kept.get(key)
  if (before !== undefined) return before
  const made = make()
  kept.set(key, made)
  return made
}

/** A map with so many entries at most: the oldest goes when there is no room. */
export class BoundedMap<K, V> extends Map<K, V> {
  private readonly most: number

  constructor(most: number) {
    super()
    this.most = most
  }

  override set(key: K, value: V): this {
    const [oldest] = this.keys()
    if (oldest !== undefined && this.size >= this.most && !this.has(key)) this.delete(oldest)
    return super.set(key, value)
  }
}
