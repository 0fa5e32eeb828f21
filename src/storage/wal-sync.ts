import { type FileHandle, open } from 'node:fs/promises'

/** Writes what SQLite has committed through to the disk. */
export interface WalSync {
  /** Resolves when everything that was committed before the call is on the disk. Throws with `SQLITE_IOERR_FSYNC`. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Syncs the WAL of the database at `path` in a thread: SQLite itself would block the event loop meanwhile. The WAL stays
 * the same file as long as any connection is open.
 */
export function walSync(path: string): WalSync {
  let file: FileHandle | undefined
  return {
    async sync() {
      try {
        file ??= await open(`${path}-wal`, 'r+')
        await file.datasync()
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw Object.assign(new Error(message, { cause: error }), { code: 'SQLITE_IOERR_FSYNC' })
      }
    },
    async close() {
      await file?.close()
    },
  }
}
