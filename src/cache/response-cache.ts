/** A finished reply; its headers as names and values in turn, for the reply itself and for a 304. */
export interface CachedResponse {
  /** The last change when it was made: it is good until the next. */
  change: string
  /** The one article that it depends on: then it is good until that changes. */
  of: string | null
  etag: string
  found: string[]
  unchanged: string[]
  /** Null where only the headers of a 304 are known. */
  body: Buffer | null
}

/** What a reply takes beside its body, in bytes: the headers, which share most of their text. */
const OVERHEAD = 1_000
/** A body that takes more than this share of the room is not kept. */
const SHARE = 8

/** Keeps finished replies by URL, in `maxBytes` at most; the oldest goes when there is no room. */
export function responseCache(maxBytes: number) {
  const kept = new Map<string, CachedResponse>()
  let bytes = 0

  const sizeOf = ({ body }: CachedResponse) => (body?.length ?? 0) + OVERHEAD
  const drop = (url: string, entry: CachedResponse) => {
    kept.delete(url)
    bytes -= sizeOf(entry)
  }
  return {
    /** The reply, if nothing that it depends on has changed since it was made. */
    get(url: string, change: string): CachedResponse | undefined {
      const entry = kept.get(url)
      return entry && (entry.of !== null || entry.change === change) ? entry : undefined
    },
    keep(url: string, entry: CachedResponse): void {
      if (sizeOf(entry) > maxBytes / SHARE) return
      const before = kept.get(url)
      if (before) drop(url, before)
      kept.set(url, entry)
      bytes += sizeOf(entry)
      for (const [oldest, old] of kept) {
        if (bytes <= maxBytes) return
        drop(oldest, old)
      }
    },
    /** Forgets the replies that a change has altered, or may have; null says that it may be anything. */
    forget(changed: ReadonlySet<string> | null): void {
      for (const [url, entry] of kept)
        if (changed === null || entry.of === null || changed.has(entry.of)) drop(url, entry)
    },
  }
}
