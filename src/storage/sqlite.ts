import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrateSqlite } from './migrate.ts'
import { type Storage, StorageBusy, StorageUnusable, type Writer } from './storage.ts'

/** How long a transaction waits for another process to give up the write lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** How long between two tries to get it. */
const LOCK_RETRY = 10

/** Opens the file at `path`, made if it is not there, and brings its schema up to date. */
export async function openSqlite(path: string): Promise<Storage> {
  const isNew = !existsSync(path)
  if (isNew) mkdirSync(dirname(path), { recursive: true })
  const writer = await opened(path, async () => {
    const connection = connect(path, {})
    try {
      connection.pragma('journal_mode = WAL')
      // The library is compiled with NORMAL in WAL mode, which may lose the last commits with the power.
      connection.pragma('synchronous = FULL')
      connection.pragma('journal_size_limit = 67108864')
      await migrateSqlite(connection, isNew)
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  })
  const reader = connect(path, { readonly: true })
  const transaction = transactions(writer)
  // It changes when another connection has committed, and to this one the writer is another.
  const dataVersion = reader.prepare('PRAGMA data_version').pluck()
  return {
    reader: drizzle(reader) as unknown as Storage['reader'],
    transaction,
    attempt: attempts(writer),
    commits: () => dataVersion.get() as number,
    ping: async () => void reader.prepare('select 1').get(),
    close: () =>
      transaction(async () => {}).then(() => {
        reader.close()
        writer.pragma('optimize')
        writer.close()
      }),
  }
}

async function opened<T>(path: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof StorageUnusable) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new StorageUnusable(`the database ${path} cannot be opened: ${why}`, { cause: error })
  }
}

function connect(path: string, options: Database.Options): Database.Database {
  const connection = new Database(path, options)
  // Waiting inside SQLite would stop the whole process; the queue below waits instead.
  connection.pragma('busy_timeout = 0')
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma('temp_store = MEMORY')
  connection.pragma('cache_size = -32000')
  connection.pragma('mmap_size = 0')
  if (connection.pragma('foreign_keys', { simple: true }) !== 1) throw new Error('foreign keys cannot be switched on')
  return connection
}

/** The queue of transactions on the one connection that writes. */
function transactions(connection: Database.Database): Storage['transaction'] {
  const tx = drizzle(connection) as unknown as Writer
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  let last: Promise<unknown> = Promise.resolve()

  async function run<T>(work: (tx: Writer) => Promise<T>): Promise<T> {
    await locked(() => begin.run())
    try {
      const result = await work(tx)
      commit.run()
      return result
    } finally {
      if (connection.inTransaction) rollback.run()
    }
  }

  return (work) => {
    const turn = last.then(() => run(work))
    last = turn.catch(() => {})
    return turn
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
