import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { boundedReader } from './bounded-reader.ts'
import { defineDeadline } from './bounded-statements.ts'
import { CommitListeners } from './commit-listeners.ts'
import { type FailureLatch, failureLatch } from './failure.ts'
import { checkFile } from './file-check.ts'
import { migrateSqlite } from './migrate.ts'
import { APPLICATION_ID, isEmptyFile } from './sqlite-file.ts'
import { sqliteWriter } from './sqlite-writer.ts'
import { cacheStatements, type SlowStatements } from './statements.ts'
import { type OpenOptions, STATEMENT_DEADLINE, type Storage, StorageUnusable } from './storage.ts'
import { checkpointWal, MAX_WAL_PAGES, type WalCheckpoints } from './wal-checkpoint.ts'
import { type WalSync, walSync } from './wal-sync.ts'
import { writeQueue } from './write-queue.ts'

/** How long a connection waits for another process that opens, migrates or closes the file, in milliseconds. */
const OPENING_DEADLINE = 1_500

/** Opens the file at `path`, which is created if it does not exist, and migrates its schema. */
export async function openSqlite(path: string, options: OpenOptions = {}): Promise<Storage> {
  const { forService = false, isMaintained = false, deadline = STATEMENT_DEADLINE, slow } = options
  const checkpoints = (options.checkpoints ?? true) && !isMaintained
  let writer: Database.Database | undefined
  let reader: Database.Database | undefined
  try {
    const isEmpty = isEmptyFile(path)
    writer = new Database(path, { timeout: OPENING_DEADLINE })
    configure(writer)
    // Before the WAL mode, so that the id is in the file itself and not in the WAL.
    if (isEmpty) writer.pragma(`application_id = ${APPLICATION_ID}`)
    writer.pragma('journal_mode = WAL')
    // For the migrations; the writer of the service syncs the WAL itself.
    writer.pragma('synchronous = FULL')
    writer.pragma('journal_size_limit = 67108864')
    // It reads little more than the index pages on the way to the rows that it writes.
    writer.pragma('cache_size = -16000')
    reader = new Database(path, { readonly: true, timeout: OPENING_DEADLINE })
    configure(reader)
    await migrateSqlite(writer, reader)
    // From here on, waiting inside SQLite would block the whole process; the write queue waits instead. The reader's
    // waits are rare and short, such as when another process ends and checkpoints the WAL.
    writer.pragma('busy_timeout = 0')
    const latch = failureLatch()
    const bounded = boundedReader(path, { deadline, inThread: forService, onError: latch.observe })
    if (!checkpoints) writer.pragma('wal_autocheckpoint = 0')
    else if (forService) writer.pragma(`wal_autocheckpoint = ${MAX_WAL_PAGES}`)
    const checkpointing = forService && checkpoints ? checkpointWal(path, latch.observe) : undefined
    const base = createStorage({ writer, reader, wal: walSync(path), checkpointing }, latch, slow)
    const storage: Storage = {
      ...base,
      boundedReader: bounded.reader,
      file: path,
      // Closing the last connection removes the WAL: the other connections must be closed before.
      close: () => bounded.close().then(base.close),
    }
    if (!forService || isMaintained) return storage
    const checking = checkFile(path, latch.damaged)
    checking.unref()
    return {
      ...storage,
      // Closing the last connection removes the WAL: all others must be closed before.
      async close() {
        await Promise.all([checking.kill(), checkpointing?.stop()])
        await storage.close()
      },
    }
  } catch (error) {
    reader?.close()
    writer?.close()
    throw error instanceof StorageUnusable ? error : unusable(path, error)
  }
}

/** What is open of a database file. */
interface OpenFile {
  writer: Database.Database
  reader: Database.Database
  wal: WalSync
  checkpointing: WalCheckpoints | undefined
}

function createStorage(
  { writer, reader, wal, checkpointing }: OpenFile,
  latch: FailureLatch,
  slow: SlowStatements | undefined,
): Omit<Storage, 'boundedReader'> {
  for (const connection of [writer, reader]) cacheStatements(connection, { onError: latch.observe, slow })
  const { commits, end, endQuietly } = snapshots(reader)
  const listeners = new CommitListeners()
  const db = drizzle(reader) as unknown as Storage['reader']
  const { transaction, attempt, idle } = writeQueue(
    sqliteWriter(writer, { endSnapshot: end, wal, checkpointing, latch }),
    () => listeners.run(),
  )
  return {
    reader: db,
    backgroundReader: db,
    liveReader: db,
    transaction,
    attempt,
    commits,
    onCommit: (listener) => listeners.add(listener),
    async announceCommit() {
      // The present snapshot is older than the commit.
      endQuietly()
      await listeners.run()
    },
    onFailure: latch.onFailure,
    fail: latch.fail,
    async ping() {
      const failure = latch.failure()
      if (failure) throw failure
      reader.prepare('select 1').get()
    },
    close: async () => {
      await idle()
      try {
        writer.pragma('optimize')
      } catch {
        // Another process is writing: statistics for the query planner can be updated later.
      }
      wal.close()
      reader.close()
      writer.close()
    },
  }
}

/**
 * The number that changes with every commit, read in a snapshot that all requests of one turn of the event loop share:
 * what was committed before any of them was sent is in the snapshot, which the first of them begins. A read transaction
 * for each request would cost more than most reads do. The snapshot ends before the event loop polls for the next
 * requests, and before a commit of this process.
 */
function snapshots(reader: Database.Database): { commits(): number; end(): void; endQuietly(): void } {
  const begin = reader.prepare('BEGIN')
  const commit = reader.prepare('COMMIT')
  // It changes when another connection has committed; the one that writes is another connection than this.
  const dataVersion = reader.prepare('PRAGMA data_version').pluck()
  let version: number | undefined
  const end = () => {
    version = undefined
    if (reader.inTransaction) commit.run()
  }
  // Nobody waits for it. An error is reported where statements are run, and the next commit or snapshot meets it again.
  const endQuietly = () => {
    try {
      end()
    } catch {}
  }
  return {
    end,
    endQuietly,
    commits() {
      if (version !== undefined) return version
      begin.run()
      version = dataVersion.get() as number
      setImmediate(endQuietly)
      return version
    },
  }
}

/** With the message of the file system (`EACCES: permission denied, open '…'`) or of SQLite. */
function unusable(path: string, error: unknown): StorageUnusable {
  const text = error instanceof Error ? error.message : String(error)
  const [, reason = text] = /^E[A-Z]+: (.+?), /.exec(text) ?? []
  return new StorageUnusable(`the database ${path} cannot be opened: ${reason}`, { cause: error })
}

function configure(connection: Database.Database): void {
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma('temp_store = MEMORY')
  // Other pages are mostly in the page cache of the system, from where they come nearly as fast.
  connection.pragma('cache_size = -12000')
  connection.pragma('mmap_size = 0')
  defineDeadline(connection)
  if (connection.pragma('foreign_keys', { simple: true }) !== 1) throw new Error('foreign keys cannot be switched on')
}
