/** The write queue of a process on PostgreSQL: transactions that wait at the same time run one after the other, and share a commit. */
import type { Storage, Writer } from './storage.ts'

/** What the one connection that writes does for a group of transactions. */
export interface WriteConnection {
  tx: Writer
  /** Runs `work` in a savepoint: see `Storage`. */
  attempt: Storage['attempt']
  /** Acquires the write lock of the database, and begins. Throws `StorageBusy`. */
  begin(): Promise<void>
  commit(): Promise<void> | void
  /** Ends the transaction without a commit, if there still is one. Never throws. */
  rollback(): Promise<void> | void
  /** Whether the transaction still exists: after some errors the engine has rolled it back as a whole. */
  isInTransaction(): boolean
  /** Lets others have their turn, such as readers; and requests that have arrived join the group. */
  yieldToOthers(): Promise<void>
  /** How many transactions may share one commit. */
  maxGroup: number
}

interface QueuedTransaction {
  /** Does the work; gives a function that reports the result to the caller, for after the commit. */
  run(): Promise<() => void>
  /** Reports an error to the caller. */
  fail(error: unknown): void
}

/**
 * The queue of transactions on a connection; `idle` resolves when it is empty. Transactions that wait at the same time
 * share one commit, and so one wait for the disk: each runs in its own savepoint, one after the other, and resolves
 * after the commit and after `committed`.
 */
export function groupCommit(
  connection: WriteConnection,
  committed: () => Promise<void>,
): Pick<Storage, 'transaction' | 'attempt'> & { idle(): Promise<unknown> } {
  const { tx, attempt, maxGroup, yieldToOthers } = connection
  const waiting: QueuedTransaction[] = []
  let running: Promise<void> | undefined

  async function commitGroup(): Promise<void> {
    const group = waiting.splice(0, maxGroup)
    try {
      await connection.begin()
      group.push(...waiting.splice(0, maxGroup - group.length))
      const reports: (() => void)[] = []
      for (const queued of group) {
        reports.push(await queued.run())
        // A transaction that is queued meanwhile joins the group.
        await yieldToOthers()
        group.push(...waiting.splice(0, maxGroup - group.length))
      }
      await connection.commit()
      await committed()
      for (const report of reports) report()
    } catch (error) {
      await connection.rollback()
      for (const queued of group) queued.fail(error)
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
              // Then the rest of the group is rolled back, too.
              if (!connection.isInTransaction()) throw error
              return () => reject(error)
            },
          )
        waiting.push({ run, fail: reject })
        running ??= commitAll()
      }),
    idle: () => running ?? Promise.resolve(),
  }
}
