import type { Storage } from '../storage/storage.ts'
import { DurationHistogram } from './histogram.ts'

/** What was counted of the transactions of a process. */
export interface WriteCounts {
  /** Transactions that wait or run now. */
  pending: number
  failed: number
  /** From the request for a transaction until its work begins. */
  waits: DurationHistogram
  /** From the end of the work until it is stored: other transactions of the same commit, and the disk. */
  commits: DurationHistogram
}

/** The storage, with its transactions counted and timed. */
export function measureWrites(storage: Storage): { storage: Storage; writes: WriteCounts } {
  const writes: WriteCounts = {
    pending: 0,
    failed: 0,
    waits: new DurationHistogram(),
    commits: new DurationHistogram(),
  }
  const transaction: Storage['transaction'] = async (work) => {
    const queued = performance.now()
    let ended = queued
    writes.pending += 1
    try {
      const result = await storage.transaction(async (tx) => {
        writes.waits.observe((performance.now() - queued) / 1000)
        const value = await work(tx)
        ended = performance.now()
        return value
      })
      writes.commits.observe((performance.now() - ended) / 1000)
      return result
    } catch (error) {
      writes.failed += 1
      throw error
    } finally {
      writes.pending -= 1
    }
  }
  return { storage: { ...storage, transaction }, writes }
}
