/**
 * The thread that checkpoints SQLite's WAL, so that no request waits for the disk meanwhile. Its data is the path of the
 * database; it checks at an interval whether anything was written, posts errors of SQLite, and ends on any
 * message.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** The interval, in milliseconds: pages that are written several times within it are checkpointed once. */
const INTERVAL = 500

const connection = new Database(workerData as string, { fileMustExist: true, timeout: 0 })
// The WAL is synced before it is checkpointed, and the database file before the WAL is reset.
connection.pragma('synchronous = FULL')
const dataVersion = connection.prepare('PRAGMA data_version').pluck()
// It waits for no other connection and blocks none: what is being read or written is left for the next checkpoint.
const checkpoint = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)')

let seen: unknown
let isDone = true
const timer = setInterval(() => {
  try {
    const version = dataVersion.get()
    if (version === seen && isDone) return
    seen = version
    const [row] = checkpoint.all() as { busy: number; log: number; checkpointed: number }[]
    isDone = row === undefined || (row.busy === 0 && row.log === row.checkpointed)
  } catch (error) {
    // As with a full disk: everything stays in the WAL until a checkpoint succeeds.
    isDone = false
    if (error instanceof Database.SqliteError) parentPort?.postMessage({ code: error.code, message: error.message })
  }
}, INTERVAL)

parentPort?.once('message', () => {
  clearInterval(timer)
  connection.close()
})
