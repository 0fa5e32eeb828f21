/** The write queue of a process: transactions that wait at the same time run one after the other, and share a commit. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Storage, StorageBusy, type Writer } from './storage.ts'

/** How long a transaction waits for another process to release the write lock, in milliseconds. */
export const LOCK_DEADLINE = 5_000
/** The time between two attempts to acquire it, in milliseconds. */
const LOCK_RETRY = 10

/** What the one connection that writes does for a group of transactions. */
export interface WriteConnection {
  tx: Writer
  /** Runs `work` in a savepoint: see `Storage`. */
  attempt: Storage['attempt']
  /** Acquires the write lock of the database, and begins. Throws `StorageBusy` while another process has the lock. */
  begin(): Promise<void> | void
  commit(): Promise<void> | void
  /** Resolves when all commits so far are on the disk. */
  sync(): Promise<void>
  /** Ends the transaction without a commit, if there still is one. Never throws. */
  rollback(): Promise<void> | void
  /** Whether the transaction still exists: after some errors the engine has rolled it back as a whole. */
  isInTransaction(): boolean
  /** Lets others have their turn, such as readers; and requests that have arrived join the group. */
  yieldToOthers(): Promise<void>
  /** Why nothing can be written any more, if so: then every transaction throws it. */
  failure(): Error | undefined
  /** How many transactions may share one commit. */
  maxGroup: number
}

interface QueuedTransaction {
  /** When it has waited too long for the lock, on the clock of `performance.now`. */
  deadline: number
  /** Does the work; gives a function that reports the result to the caller, for after the commit. */
  run(): Promise<() => void>
  /** Reports an error to the caller. */
  fail(error: unknown): void
}

/**
 * The queue of transactions on a connection; `idle` resolves when it is empty. Transactions that wait at the same time
 * share one commit: each runs in its own savepoint, one after the other. It resolves when the commit is on the disk, and
 * after `committed`; those that are queued meanwhile share the next commit.
 */
export function writeQueue(
  connection: WriteConnection,
  committed: () => Promise<void>,
): Pick<Storage, 'transaction' | 'attempt'> & { idle(): Promise<unknown> } {
  const { tx, attempt, maxGroup, yieldToOthers } = connection
  const waiting: QueuedTransaction[] = []
  let running: Promise<void> | undefined
  let acknowledging: Promise<void> | undefined

  const throwFailure = () => {
    const error = connection.failure()
    if (error) throw error
  }

  /** Begins for those that wait. False if none waits any more: each has waited too long for the lock, or has failed. */
  async function begin(): Promise<boolean> {
    while (waiting.length > 0) {
      try {
        throwFailure()
        await connection.begin()
        return true
      } catch (error) {
        failWaiting(waiting, connection.failure() ?? error)
      }
      if (waiting.length > 0) await pause(LOCK_RETRY)
    }
    return false
  }

  async function commitGroup(): Promise<void> {
    if (!(await begin())) return
    const group = waiting.splice(0, maxGroup)
    try {
      const reports: (() => void)[] = []
      for (const queued of group) {
        reports.push(await queued.run())
        // A transaction that is queued meanwhile joins the group.
        await yieldToOthers()
        group.push(...waiting.splice(0, maxGroup - group.length))
      }
      throwFailure()
      await connection.commit()
      acknowledging = acknowledge(group, reports)
    } catch (error) {
      await connection.rollback()
      failAll(group, error)
    }
  }

  const failAll = (group: QueuedTransaction[], error: unknown) => {
    for (const { fail } of group) fail(connection.failure() ?? error)
  }

  /** Reports the results of a group that is committed. Never throws. */
  async function acknowledge(group: QueuedTransaction[], reports: (() => void)[]): Promise<void> {
    try {
      await connection.sync()
      await committed()
      for (const report of reports) report()
    } catch (error) {
      failAll(group, error)
    }
  }

  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      await acknowledging
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
              // Then the rest of the group is rolled back, too.
              if (!connection.isInTransaction()) throw error
              return () => reject(error)
            },
          )
        waiting.push({ run, fail: reject, deadline: performance.now() + LOCK_DEADLINE })
        running ??= commitAll()
      }),
    async idle() {
      await running
      await acknowledging
    },
  }
}

/** Fails those that cannot get the lock: who has waited too long for another process, or all after another error. */
function failWaiting(waiting: QueuedTransaction[], error: unknown): void {
  const now = performance.now()
  const failed =
    error instanceof StorageBusy ? waiting.filter(({ deadline }) => deadline <= now).length : waiting.length
  for (const { fail } of waiting.splice(0, failed)) fail(error)
}
