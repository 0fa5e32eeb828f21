/** The connection that writes to an SQLite database. */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { type DeferredWrites, deferWrites } from './deferred-writes.ts'
import type { FailureLatch } from './failure.ts'
import { pauseBetweenStatements } from './statement-pause.ts'
import { type Storage, StorageBusy, type Writer } from './storage.ts'
import type { WalCheckpoints } from './wal-checkpoint.ts'
import type { WalSync } from './wal-sync.ts'
import type { WriteConnection } from './write-queue.ts'

/** How many transactions may share one commit. */
const MAX_GROUP = 64
/** How long a transaction runs until it yields to others, such as readers, in milliseconds. */
const TIME_SLICE = 0.5

interface WriterOptions {
  /** Called before each commit. */
  endSnapshot(): void
  wal: WalSync
  checkpointing: WalCheckpoints | undefined
  latch: FailureLatch
}

/**
 * The writer of a write queue on SQLite. Its commits do not wait for the disk: `sync` does, and then everything that was
 * committed before is on it.
 */
export function sqliteWriter(
  connection: Database.Database,
  { endSnapshot, wal, checkpointing, latch }: WriterOptions,
): WriteConnection {
  // A commit writes to the WAL, and a checkpoint still syncs the WAL before the database file, and that before the WAL is reset.
  connection.pragma('synchronous = NORMAL')
  const tx = drizzle(connection) as unknown as Writer
  let yieldedAt = 0
  const yieldToOthers = () =>
    nextEventLoopTurn().then(() => {
      yieldedAt = performance.now()
    })
  pauseBetweenStatements(tx, () => (performance.now() - yieldedAt > TIME_SLICE ? yieldToOthers() : undefined))
  const deferred = deferWrites(tx)
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')

  return {
    tx,
    attempt: savepoints(connection, deferred),
    async begin() {
      if (checkpointing?.isLong()) await checkpointing.finish()
      try {
        begin.run()
      } catch (error) {
        throw isBusy(error) ? new StorageBusy() : error
      }
    },
    async commit() {
      for (const write of deferred.splice(0)) await write()
      // An open snapshot would keep SQLite from resetting its WAL, and must not be read after the commit.
      endSnapshot()
      commit.run()
    },
    rollback() {
      deferred.length = 0
      try {
        if (connection.inTransaction) rollback.run()
      } catch {
        // As with a disk that fails: the next BEGIN meets it, and then the callers get its error.
      }
    },
    isInTransaction: () => connection.inTransaction,
    yieldToOthers,
    async sync() {
      try {
        await wal.sync()
      } catch (error) {
        latch.observe(error)
        throw error
      }
    },
    failure: latch.failure,
    maxGroup: MAX_GROUP,
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')

/** Savepoints on the one connection that writes. */
function savepoints(connection: Database.Database, deferred: DeferredWrites): Storage['attempt'] {
  const begin = connection.prepare('SAVEPOINT attempt')
  const rollback = connection.prepare('ROLLBACK TO attempt')
  const release = connection.prepare('RELEASE attempt')

  return async (tx, work) => {
    const before = deferred.length
    begin.run()
    try {
      return await work(tx)
    } catch (error) {
      deferred.length = before
      // After some errors, such as a full disk, SQLite has rolled back the whole transaction itself.
      if (connection.inTransaction) rollback.run()
      throw error
    } finally {
      if (connection.inTransaction) release.run()
    }
  }
}
