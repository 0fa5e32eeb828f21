/** The write queue of SQLite: one connection writes, and transactions that wait at the same time share a commit. */
import { setImmediate as nextEventLoopTurn, setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { pauseBetweenStatements } from './statement-pause.ts'
import { type Storage, StorageBusy, type Writer } from './storage.ts'

/** How long a transaction waits for another process to release the write lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** The time between two attempts to acquire it, in milliseconds. */
const LOCK_RETRY = 10
/** How many transactions may share one commit. */
const MAX_GROUP = 64
/** How long a transaction runs until it yields to others, such as readers, in milliseconds. */
const TIME_SLICE = 0.5

interface QueuedTransaction {
  /** When it has waited too long for the lock, on the clock of `performance.now`. */
  deadline: number
  /** Does the work; gives a function that reports the result to the caller, for after the commit. */
  run(): Promise<() => void>
  /** Reports an error to the caller. */
  fail(error: unknown): void
}

/**
 * The queue of transactions on the connection that writes; `idle` resolves when it is empty. Transactions that wait at
 * the same time share one commit, and so one wait for the disk: each runs in its own savepoint, one after the other, and
 * resolves after the commit. `endSnapshot` is called before each commit, `committed` after it. While there is a `failure`,
 * every transaction throws it.
 */
export function writeQueue(
  connection: Database.Database,
  endSnapshot: () => void,
  committed: () => Promise<void>,
  failure: () => Error | undefined,
): Pick<Storage, 'transaction' | 'attempt'> & { idle(): Promise<unknown> } {
  const tx = drizzle(connection) as unknown as Writer
  let yieldedAt = 0
  const yieldToOthers = () =>
    nextEventLoopTurn().then(() => {
      yieldedAt = performance.now()
    })
  pauseBetweenStatements(tx, () => (performance.now() - yieldedAt > TIME_SLICE ? yieldToOthers() : undefined))
  const attempt = savepoints(connection)
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const waiting: QueuedTransaction[] = []
  let running: Promise<void> | undefined

  const throwFailure = () => {
    const error = failure()
    if (error) throw error
  }

  function beginTransaction(): void {
    throwFailure()
    try {
      begin.run()
    } catch (error) {
      throw failure() ?? error
    }
  }

  function rollBack(): void {
    try {
      if (connection.inTransaction) rollback.run()
    } catch {
      // As with a disk that fails: the next BEGIN meets it, and then the callers get its error.
    }
  }

  async function commitGroup(): Promise<void> {
    if (!(await acquireLock(beginTransaction, waiting))) return
    const group = waiting.splice(0, MAX_GROUP)
    try {
      const reports: (() => void)[] = []
      for (const queued of group) {
        reports.push(await queued.run())
        // A transaction that is queued meanwhile joins the group.
        await yieldToOthers()
        group.push(...waiting.splice(0, MAX_GROUP - group.length))
      }
      // An open snapshot would keep SQLite from resetting its WAL, and must not be read after the commit.
      endSnapshot()
      throwFailure()
      commit.run()
      await committed()
      for (const report of reports) report()
    } catch (error) {
      rollBack()
      for (const queued of group) queued.fail(failure() ?? error)
    }
  }

  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      // Requests that have arrived by now are queued first, and join the group.
      await yieldToOthers()
      await commitGroup()
    }
    running = undefined
  }

  return {
    attempt,
    transaction: (work) =>
      new Promise((resolve, reject) => {
        const run = () =>
          attempt(tx, work).then(
            (result) => () => resolve(result),
            (error: unknown) => {
              // After some errors SQLite has rolled back the whole transaction, and with it the rest of the group.
              if (!connection.inTransaction) throw error
              return () => reject(error)
            },
          )
        waiting.push({ run, fail: reject, deadline: performance.now() + LOCK_DEADLINE })
        running ??= commitAll()
      }),
    idle: () => running ?? Promise.resolve(),
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

/** Acquires the write lock for those that wait. False if none waits any more: each has waited too long, or has failed. */
async function acquireLock(begin: () => void, waiting: QueuedTransaction[]): Promise<boolean> {
  while (waiting.length > 0) {
    try {
      begin()
      return true
    } catch (error) {
      failWaiting(waiting, error)
    }
    await pause(LOCK_RETRY)
  }
  return false
}

/** Fails those that cannot get the lock: who has waited too long for another process, or all after another error. */
function failWaiting(waiting: QueuedTransaction[], error: unknown): void {
  const isBusy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
  const now = performance.now()
  const failed = isBusy ? waiting.filter(({ deadline }) => deadline <= now).length : waiting.length
  for (const { fail } of waiting.splice(0, failed)) fail(isBusy ? new StorageBusy() : error)
}
