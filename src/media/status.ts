import type { MediaRow } from './renditions.ts'

type Status = Pick<MediaRow, 'status' | 'statusReason'>

/** The status of a file at a time: a withdrawn one stays so, another one is available until its rights expire. */
export function statusAt(before: Status | null, expiresAt: string | null, now: string): Status {
  if (before?.status === 'withdrawn') return { status: before.status, statusReason: before.statusReason }
  return { status: expiresAt !== null && expiresAt <= now ? 'expired' : 'available', statusReason: null }
}
