/**
 * The process that copies an SQLite database. Its arguments are the path of the database and of the copy; its messages are the
 * progress, in pages, and at last `done` or `failed`.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { CopyMessage } from './backup.ts'
import { followParent, sendToParent } from './parent-process.ts'
import { verifyConnection } from './sqlite-verify.ts'

/** How many pages one step copies. */
const STEP = 1_000

const [source = '', copy = ''] = process.argv.slice(2)
const post = (message: CopyMessage) => sendToParent(message)

/**
 * Copies what is committed now. An open read transaction holds the snapshot: without it SQLite would begin again whenever
 * another connection commits between two steps, and never end under writes.
 */
async function copySnapshot(): Promise<void> {
  const connection = new Database(source, { readonly: true, fileMustExist: true, timeout: 5_000 })
  try {
    connection.exec('begin')
    connection.prepare('select count(*) from sqlite_schema').get()
    const progress = ({ totalPages, remainingPages }: Database.BackupMetadata) => {
      post({ done: totalPages - remainingPages, total: totalPages })
      return STEP
    }
    progress(await connection.backup(copy, { progress }))
  } finally {
    connection.close()
  }
}

/** Makes the copy a single file that needs no WAL, verifies it, and waits until the disk has it. */
function finishCopy(): { change: number } {
  const connection = new Database(copy)
  try {
    connection.pragma('journal_mode = DELETE')
    verifyConnection(connection)
    return { change: connection.prepare('select coalesce(max(seq), 0) from changes').pluck().get() as number }
  } finally {
    connection.close()
    const file = openSync(copy, 'r')
    fsyncSync(file)
    closeSync(file)
  }
}

followParent()
try {
  await copySnapshot()
  post({ finished: finishCopy() })
} catch (error) {
  post({ failure: error instanceof Error ? error.message : String(error) })
} finally {
  process.disconnect()
}
