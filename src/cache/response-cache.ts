import type { FastifyContextConfig } from 'fastify'
import { type Dependencies, mayAlter } from '../changes/dependencies.ts'
import type { Coding } from '../http/content-coding.ts'
import { BoundedMap } from '../lib/cache.ts'

/** A finished reply to a GET. Its headers are names and values in turn. */
export interface CachedResponse {
  /** The token of the last change when the reply was built. */
  changeToken: string
  dependsOn: Dependencies
  /** The config of the route that gave it. */
  config: FastifyContextConfig
  etag: string
  okHeaders: string[]
  notModifiedHeaders: string[]
  /** Null if only the headers of a 304 are known. */
  body: Buffer | null
  /** The same reply in content codings. */
  coded?: Partial<Record<Coding, CachedResponse>>
  /** For a reply in a content coding, the same reply without it. */
  identity?: CachedResponse
}

/** The size of a cached reply beside its body, in bytes: the headers, which share most of their text. */
const OVERHEAD = 1_000
/** A reply larger than one part in so many of the cache is not cached. */
const LARGEST_SHARE = 8

const sizeOf = ({ body, coded = {} }: CachedResponse): number =>
  Object.values(coded).reduce((size, form) => size + sizeOf(form), (body?.length ?? 0) + OVERHEAD)

/** A cache of finished replies by URL, of at most `maxBytes`; 0 caches none. */
export function responseCache(maxBytes: number) {
  const responses = new BoundedMap<string, CachedResponse>(maxBytes, sizeOf)
  return {
    has: (url: string): boolean => responses.has(url),
    /** The reply, if nothing that it depends on has changed since it was built. */
    get(url: string, changeToken: string): CachedResponse | undefined {
      const cached = responses.get(url)
      return cached && (cached.dependsOn !== null || cached.changeToken === changeToken) ? cached : undefined
    },
    set(url: string, response: CachedResponse): void {
      if (sizeOf(response) <= maxBytes / LARGEST_SHARE) responses.set(url, response)
    },
    /** Removes the replies that changes with these keys may have altered; null stands for any change. */
    invalidate(changed: ReadonlySet<string> | null): void {
      for (const [url, { dependsOn }] of responses)
        if (changed === null || mayAlter(changed, dependsOn)) responses.delete(url)
    },
  }
}
