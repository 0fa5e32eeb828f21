import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrateSqlite } from './migrate.ts'
import { APPLICATION_ID, isEmptyFile } from './sqlite-file.ts'
import { keepStatements } from './statements.ts'
import { type Storage, StorageBusy, StorageUnusable, type Writer } from './storage.ts'

/** How long a transaction waits for another process to give up the write lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** How long between two tries to get it. */
const LOCK_RETRY = 10
/** How long a connection waits for another process that opens, migrates or closes the file, in milliseconds. */
const OPENING_DEADLINE = 1_500

/** Opens the file at `path`, made if it is not there, and brings its schema up to date. */
export async function openSqlite(path: string): Promise<Storage> {
  let writer: Database.Database | undefined
  let reader: Database.Database | undefined
  try {
    const isEmpty = isEmptyFile(path)
    writer = new Database(path, { timeout: OPENING_DEADLINE })
    set(writer)
    // Before the WAL mode, so that the mark is in the file itself and not in the log.
    if (isEmpty) writer.pragma(`application_id = ${APPLICATION_ID}`)
    writer.pragma('journal_mode = WAL')
    // The library is compiled with NORMAL in WAL mode, which may lose the last commits with the power.
    writer.pragma('synchronous = FULL')
    writer.pragma('journal_size_limit = 67108864')
    reader = new Database(path, { readonly: true, timeout: OPENING_DEADLINE })
    set(reader)
    await migrateSqlite(writer, reader)
    // From here on waiting inside SQLite would stop the whole process; the queue below waits instead. The reader's
    // waits are rare and short, such as when another process ends and carries the log over.
    writer.pragma('busy_timeout = 0')
    return { ...storageOver(keepStatements(writer), keepStatements(reader)), file: path }
  } catch (error) {
    reader?.close()
    writer?.close()
    throw error instanceof StorageUnusable ? error : unusable(path, error)
  }
}

function storageOver(writer: Database.Database, reader: Database.Database): Storage {
  const { commits, end } = snapshots(reader)
  const { transaction, attempt, idle } = transactions(writer, end)
  return {
    reader: drizzle(reader) as unknown as Storage['reader'],
    transaction,
    attempt,
    commits,
    ping: async () => void reader.prepare('select 1').get(),
    close: async () => {
      await idle()
      try {
        writer.pragma('optimize')
      } catch {
        // Another process writes: statistics for the query planner can wait.
      }
      reader.close()
      writer.close()
    },
  }
}

/**
 * The number that changes with every commit, and with it a snapshot that serves all requests that have arrived together:
 * whatever was committed before one of them was sent had been committed when it is taken, by the first. To begin and
 * end a read for each of them alone would cost more than most reads do. It ends before the next requests are looked
 * for, and before a commit of this process.
 */
function snapshots(reader: Database.Database): { commits(): number; end(): void } {
  const begin = reader.prepare('BEGIN')
  const commit = reader.prepare('COMMIT')
  // It changes when another connection has committed, and to this one the writer is another.
  const dataVersion = reader.prepare('PRAGMA data_version').pluck()
  let seen: number | undefined
  const end = () => {
    seen = undefined
    if (reader.inTransaction) commit.run()
  }
  return {
    end,
    commits() {
      if (seen !== undefined) return seen
      begin.run()
      seen = dataVersion.get() as number
      setImmediate(end)
      return seen
    },
  }
}

/** In the words of the file system (`EACCES: permission denied, open '…'`), or in SQLite's. */
function unusable(path: string, error: unknown): StorageUnusable {
  const text = error instanceof Error ? error.message : String(error)
  const [, why = text] = /^E[A-Z]+: (.+?), /.exec(text) ?? []
  return new StorageUnusable(`the database ${path} cannot be opened: ${why}`, { cause: error })
}

function set(connection: Database.Database): void {
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma('temp_store = MEMORY')
  connection.pragma('cache_size = -32000')
  connection.pragma('mmap_size = 0')
  if (connection.pragma('foreign_keys', { simple: true }) !== 1) throw new Error('foreign keys cannot be switched on')
}

/** How many transactions may share one commit. */
const GROUP = 64

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
function transactions(
  connection: Database.Database,
  endSnapshot: () => void,
): Pick<Storage, 'transaction' | 'attempt'> & { idle(): Promise<unknown> } {
  const tx = drizzle(connection) as unknown as Writer
  const attempt = attempts(connection)
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const waiting: Turn[] = []
  let running: Promise<void> | undefined

  async function commitTogether(group: Turn[]): Promise<void> {
    try {
      await locked(() => begin.run())
      const answers: (() => void)[] = []
      for (const turn of group) answers.push(await turn.take())
      // A snapshot that is open would keep SQLite from beginning its log anew, and nobody may read it after the commit.
      endSnapshot()
      commit.run()
      for (const answer of answers) answer()
    } catch (error) {
      if (connection.inTransaction) rollback.run()
      for (const turn of group) turn.fail(error)
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Requests that have arrived by now get to the queue first.
      await new Promise(setImmediate)
      await commitTogether(waiting.splice(0, GROUP))
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
