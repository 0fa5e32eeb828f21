/**
 * The thread that checkpoints SQLite's WAL, so that no request waits for the disk meanwhile. Its data is the path of the
 * database. It checks at an interval whether anything was written, checkpoints at once on the message `checkpoint`, and
 * ends on `end`. It posts `CheckpointMessage`s.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { type CheckpointMessage, MAX_WAL_PAGES } from './wal-checkpoint.ts'

/** The interval, in milliseconds: pages that are written several times within it are checkpointed once. */
const INTERVAL = 500
/** How many pages a WAL has that is long. */
const LONG = MAX_WAL_PAGES / 2

const connection = new Database(workerData as string, { fileMustExist: true, timeout: 0 })
// The WAL is synced before it is checkpointed, and the database file before the WAL is reset.
connection.pragma('synchronous = FULL')
const dataVersion = connection.prepare('PRAGMA data_version').pluck()
// It waits for no other connection and blocks none: what is being read or written is left for the next checkpoint.
const passiveCheckpoint = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const post = (message: CheckpointMessage) => parentPort?.postMessage(message)

let seen: unknown
let isDone = true

/** Checkpoints what was written since the last time. Gives how many pages the WAL has if some of them are left; else 0. */
function checkpoint(): number {
  try {
    const version = dataVersion.get()
    if (version === seen && isDone) return 0
    seen = version
    const [row] = passiveCheckpoint.all() as { busy: number; log: number; checkpointed: number }[]
    isDone = row === undefined || (row.busy === 0 && row.log === row.checkpointed)
    return isDone || row === undefined ? 0 : row.log
  } catch (error) {
    // As with a full disk: everything stays in the WAL until a checkpoint succeeds.
    isDone = false
    if (error instanceof Database.SqliteError) post({ code: error.code, message: error.message })
    return 0
  }
}

const timer = setInterval(() => {
  if (checkpoint() > LONG) post('long')
}, INTERVAL)

parentPort?.on('message', (message: 'checkpoint' | 'end') => {
  if (message === 'checkpoint') {
    checkpoint()
    post('done')
    return
  }
  clearInterval(timer)
  connection.close()
  parentPort?.close()
})
