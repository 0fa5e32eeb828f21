/** The connection that writes to an SQLite file. */
import { setImmediate as nextEventLoopTurn, setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { StorageBusy } from './faults.ts'
import { pauseBetweenStatements } from './statement-pause.ts'
import type { Storage, Writer } from './storage.ts'
import type { WriteConnection } from './write-queue.ts'

/** How long a transaction waits for another process to release the write lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** The time between two attempts to acquire it, in milliseconds. */
const LOCK_RETRY = 10
/** How many transactions may share one commit. */
const MAX_GROUP = 64
/** How long a transaction runs until it yields to others, such as readers, in milliseconds. */
const TIME_SLICE = 0.5

/** The writer of a write queue on SQLite. `endSnapshot` is called before each commit. */
export function sqliteWriter(connection: Database.Database, endSnapshot: () => void): WriteConnection {
  const tx = drizzle(connection) as unknown as Writer
  let yieldedAt = 0
  const yieldToOthers = () =>
    nextEventLoopTurn().then(() => {
      yieldedAt = performance.now()
    })
  pauseBetweenStatements(tx, () => (performance.now() - yieldedAt > TIME_SLICE ? yieldToOthers() : undefined))
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')

  return {
    tx,
    attempt: savepoints(connection),
    begin: () => acquireLock(() => begin.run()),
    commit() {
      // An open snapshot would keep SQLite from resetting its WAL, and must not be read after the commit.
      endSnapshot()
      commit.run()
    },
    rollback() {
      if (connection.inTransaction) rollback.run()
    },
    isInTransaction: () => connection.inTransaction,
    yieldToOthers,
    maxGroup: MAX_GROUP,
  }
}

/** Savepoints on the one connection that writes. */
function savepoints(connection: Database.Database): Storage['attempt'] {
  const begin = connection.prepare('SAVEPOINT attempt')
  const rollback = connection.prepare('ROLLBACK TO attempt')
  const release = connection.prepare('RELEASE attempt')

  return async (tx, work) => {
    begin.run()
    try {
      return await work(tx)
    } catch (error) {
      // After some errors, such as a full disk, SQLite has rolled back the whole transaction itself.
      if (connection.inTransaction) rollback.run()
      throw error
    } finally {
      if (connection.inTransaction) release.run()
    }
  }
}

async function acquireLock(begin: () => void): Promise<void> {
  const deadline = performance.now() + LOCK_DEADLINE
  for (;;) {
    try {
      return begin()
    } catch (error) {
      if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error
      if (performance.now() >= deadline) throw new StorageBusy()
      await pause(LOCK_RETRY)
    }
  }
}
