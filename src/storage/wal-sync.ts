import { closeSync, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)

/** Writes what SQLite has committed through to the disk. */
export interface WalSync {
  /** Resolves when everything that was committed before the call is on the disk. Throws with `SQLITE_IOERR_FSYNC`. */
  sync(): Promise<void>
  close(): void
}

/**
 * Syncs the WAL of the database at `path` in a thread: SQLite itself would block the event loop meanwhile. The WAL stays
 * the same file as long as any connection is open. It is opened at once: later the process may have no descriptor left.
 */
export function walSync(path: string): WalSync {
  const file = openSync(`${path}-wal`, 'r+')
  return {
    async sync() {
      try {
        await syncData(file)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw Object.assign(new Error(message, { cause: error }), { code: 'SQLITE_IOERR_FSYNC' })
      }
    },
    close: () => closeSync(file),
  }
}
