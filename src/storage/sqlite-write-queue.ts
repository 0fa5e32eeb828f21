/** The queue of transactions on SQLite: one connection writes, and those that wait at the same time share a commit. */
import { setTimeout as pause, setImmediate as turnOfTheLoop } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { pauseBetweenStatements } from './statement-pause.ts'
import { type Storage, StorageBusy, type Writer } from './storage.ts'

/** How long a transaction waits for another process to give up the write lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** How long between two tries to get it. */
const LOCK_RETRY = 10
/** How many transactions may share one commit. */
const GROUP = 64
/** How long a transaction works on until others, such as readers, get their turn, in milliseconds. */
const SLICE = 0.5

interface Turn {
  /** Does the work; gives what answers whoever waits for it, once all is committed. */
  take(): Promise<() => void>
  fail(error: unknown): void
}

/**
 * The queue of transactions on the one connection that writes; `idle` resolves when it is empty. Those that wait at the
 * same time share one commit, and so one wait for the disk: each runs in a savepoint of its own, one after the other,
 * and is answered when the commit is done.
 */
export function writeQueue(
  connection: Database.Database,
  endSnapshot: () => void,
): Pick<Storage, 'transaction' | 'attempt'> & { idle(): Promise<unknown> } {
  const tx = drizzle(connection) as unknown as Writer
  let turned = 0
  const turn = () =>
    turnOfTheLoop().then(() => {
      turned = performance.now()
    })
  pauseBetweenStatements(tx, () => (performance.now() - turned > SLICE ? turn() : undefined))
  const attempt = attempts(connection)
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const waiting: Turn[] = []
  let running: Promise<void> | undefined

  async function commitTogether(): Promise<void> {
    const group = waiting.splice(0, GROUP)
    try {
      await locked(() => begin.run())
      const answers: (() => void)[] = []
      for (const one of group) {
        answers.push(await one.take())
        // A write that comes meanwhile joins the group.
        await turn()
        group.push(...waiting.splice(0, GROUP - group.length))
      }
      // A snapshot that is open would keep SQLite from beginning its log anew, and nobody may read it after the commit.
      endSnapshot()
      commit.run()
      for (const answer of answers) answer()
    } catch (error) {
      if (connection.inTransaction) rollback.run()
      for (const one of group) one.fail(error)
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Requests that have arrived by now get to the queue first.
      await turn()
      await commitTogether()
    }
    running = undefined
  }

  return {
    attempt,
    transaction: (work) =>
      new Promise((resolve, reject) => {
        const take = () =>
          attempt(tx, work).then(
            (result) => () => resolve(result),
            (error: unknown) => {
              // After some faults SQLite has taken back the whole transaction, and with it what others did.
              if (!connection.inTransaction) throw error
              return () => reject(error)
            },
          )
        waiting.push({ take, fail: reject })
        running ??= run()
      }),
    idle: () => running ?? Promise.resolve(),
  }
}

/** Savepoints on the one connection that writes. */
function attempts(connection: Database.Database): Storage['attempt'] {
  const set = connection.prepare('SAVEPOINT attempt')
  const takeBack = connection.prepare('ROLLBACK TO attempt')
  const release = connection.prepare('RELEASE attempt')

  return async (tx, work) => {
    set.run()
    try {
      return await work(tx)
    } catch (error) {
      // After some faults, as of a full disk, SQLite has taken back the whole transaction by itself.
      if (connection.inTransaction) takeBack.run()
      throw error
    } finally {
      if (connection.inTransaction) release.run()
    }
  }
}

async function locked(begin: () => void): Promise<void> {
  for (let waited = 0; ; waited += LOCK_RETRY) {
    try {
      return begin()
    } catch (error) {
      if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error
      if (waited >= LOCK_DEADLINE) throw new StorageBusy()
      await pause(LOCK_RETRY)
    }
  }
}
