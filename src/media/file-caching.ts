/** How long files may be cached. */
import type { Clock } from '../lib/clock.ts'
import type { MediaRow } from './renditions.ts'

/** A year, in seconds: the longest that caches take. */
const YEAR = 31_536_000

export interface FileCaching {
  clock: Clock
  /** Whether anybody may read without a key. */
  publicRead: boolean
}

/** `Cache-Control` of what never changes at its address: for a year, but not past the end of the rights. */
export function immutableFor({ expiresAt }: MediaRow, { clock, publicRead }: FileCaching): string {
  const left = expiresAt === null ? YEAR : Math.floor((Date.parse(expiresAt) - clock.now().getTime()) / 1_000)
  return `${publicRead ? 'public' : 'private'}, max-age=${Math.max(0, Math.min(YEAR, left))}, immutable`
}
