/**
 * The thread that carries SQLite's log over to the database file: what waits for the disk here keeps nobody waiting for
 * a reply. It begins with the path of the file, looks now and then whether anything was written, and ends when it is
 * sent any message.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** How often it looks, in milliseconds: pages that are written again and again meanwhile are carried over once. */
const INTERVAL = 500

const connection = new Database(workerData as string, { fileMustExist: true, timeout: 0 })
// What is in the log is there for good before it is carried over, and in the file before the log begins anew.
connection.pragma('synchronous = FULL')
const dataVersion = connection.prepare('PRAGMA data_version').pluck()
// It waits for nobody and makes nobody wait: what is still read or being written stays for the next time.
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
  } catch {
    // As with a full disk: the log keeps everything until it can be carried over.
    isDone = false
  }
}, INTERVAL)

parentPort?.once('message', () => {
  clearInterval(timer)
  connection.close()
})
