/** What happens when the disk or the file fails: nothing is acknowledged any more. */
import { codesOf, StorageBroken } from './storage.ts'

/**
 * Codes of SQLite for a disk that fails and for a file that is damaged (https://sqlite.org/rescode.html). After a failed
 * fsync the system may have dropped what it could not write, so that a second one succeeds and means nothing. Errors of
 * locks and memory are none of them, nor is a full disk.
 */
const BROKEN = /^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT_READ|WRITE|FSYNC|DIR_FSYNC|TRUNCATE|FSTAT|CORRUPTFS|DATA))/

/** The code of SQLite that says that the disk or the file has failed; undefined for any other error. */
export const brokenCode = (error: unknown): string | undefined => codesOf(error).find((code) => BROKEN.test(code))

/** Remembers the first failure of a database, for all its connections. */
export interface FailureLatch {
  /** The failure; undefined while there is none. */
  failure(): StorageBroken | undefined
  /** Looks at an error of the engine. */
  observe(error: unknown): void
  /** Records that a check of the file has found damage. */
  damaged(fault: string): void
  /** Records a failure. */
  fail(failure: StorageBroken): void
  /** Calls the listener once, with the failure. */
  onFailure(listener: (failure: StorageBroken) => void): void
}

export function failureLatch(): FailureLatch {
  const listeners: ((failure: StorageBroken) => void)[] = []
  let failure: StorageBroken | undefined
  const set = (next: StorageBroken) => {
    // Damage that a check has found may be followed by an error that ends the process.
    if (failure && (failure.mustStop || !next.mustStop)) return
    failure = next
    for (const listener of listeners) listener(next)
  }
  return {
    failure: () => failure,
    fail: set,
    observe(error) {
      const code = brokenCode(error)
      if (code === undefined) return
      const text = error instanceof Error ? error.message : String(error)
      set(new StorageBroken(`the database has failed: ${text} (${code})`, { mustStop: true, cause: error }))
    },
    damaged: (fault) => set(new StorageBroken(`the database file is damaged: ${fault}`, { mustStop: false })),
    onFailure: (listener) => void listeners.push(listener),
  }
}
