import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrateSqlite } from './migrate.ts'
import { APPLICATION_ID, isEmptyFile } from './sqlite-file.ts'
import { transactions } from './sqlite-write-queue.ts'
import { cacheStatements } from './statement-cache.ts'
import { type Storage, StorageUnusable } from './storage.ts'
import { checkpointWal, LONGEST_LOG } from './wal-checkpoint.ts'

/** How long a connection waits for another process that opens, migrates or closes the file, in milliseconds. */
const OPENING_DEADLINE = 1_500

/**
 * Opens the file at `path`, made if it is not there, and brings its schema up to date. With `forService` the log is
 * carried over in the background; without, by the transaction that makes it long, as is good enough for a command.
 */
export async function openSqlite(path: string, { forService = false } = {}): Promise<Storage> {
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
    // It reads little but the paths to the rows that it writes.
    writer.pragma('cache_size = -16000')
    reader = new Database(path, { readonly: true, timeout: OPENING_DEADLINE })
    set(reader)
    await migrateSqlite(writer, reader)
    // From here on waiting inside SQLite would stop the whole process; the queue below waits instead. The reader's
    // waits are rare and short, such as when another process ends and carries the log over.
    writer.pragma('busy_timeout = 0')
    const storage = { ...storageOver(cacheStatements(writer), cacheStatements(reader)), file: path }
    if (!forService) return storage
    writer.pragma(`wal_autocheckpoint = ${LONGEST_LOG}`)
    const checkpoints = checkpointWal(path)
    return {
      ...storage,
      // The last connection to be closed leaves one file, without a log beside it.
      close: () => checkpoints.stop().then(storage.close),
    }
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
  // What it does not hold is mostly in the memory of the system, from where it comes nearly as fast.
  connection.pragma('cache_size = -12000')
  connection.pragma('mmap_size = 0')
  if (connection.pragma('foreign_keys', { simple: true }) !== 1) throw new Error('foreign keys cannot be switched on')
}
