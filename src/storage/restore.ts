/** Putting a copy of an SQLite database into the place of another. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { type CopyReport, copyDatabase, syncFolder } from './backup.ts'
import { assertKnownSchema } from './migrate.ts'
import { assertDatabaseFile } from './sqlite-file.ts'
import { StorageUnusable } from './storage.ts'

/** What was restored; `former` is where the database that was replaced is now. */
export interface RestoreReport extends CopyReport {
  former: string | undefined
}

/**
 * Puts a copy of the database `source` at `target`, after it has verified the copy: that it is a sound database of
 * Dateline, of this version or an older one. `source` stays as it is. If there is something at `target`, it is replaced
 * only with `force`, and stays in the same folder as `<target>.before-restore-<time>`. Throws `StorageUnusable`, and
 * changes nothing, if a process has the target open.
 */
export async function restoreDatabase(
  source: string,
  target: string,
  { force, now }: { force: boolean; now: string },
): Promise<RestoreReport> {
  assertDatabaseFile(source)
  mkdirSync(dirname(target), { recursive: true })
  const isTaken = (statSync(target, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (isTaken && realpathSync(source) === realpathSync(target))
    throw new StorageUnusable(`${source} is the database itself`)
  if (isTaken && !force)
    throw new StorageUnusable(
      `there is a database at ${target} already; --force puts the backup in its place, and keeps it`,
    )
  const fresh = `${target}.restoring`
  rmSync(fresh, { force: true })
  try {
    const report = await copyDatabase(source, fresh)
    checkSchema(fresh)
    if (isTaken) chmodSync(fresh, statSync(target).mode)
    const former = `${target}.before-restore-${now.replace(/[-:]|\.\d+/g, '')}`
    if (isTaken) replace(target, fresh, former)
    else {
      setWalAside(target, former)
      renameSync(fresh, target)
    }
    syncFolder(dirname(target))
    return { ...report, former: isTaken ? former : undefined }
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

function checkSchema(path: string): void {
  const connection = new Database(path, { readonly: true })
  try {
    assertKnownSchema(connection)
  } finally {
    connection.close()
  }
}

/** Puts `fresh` into the place of `target`, of which `former` becomes another name. */
function replace(target: string, fresh: string, former: string): void {
  const lock = lockAlone(target)
  try {
    setWalAside(target, former)
    giveSecondName(target, former)
    renameSync(fresh, target)
  } finally {
    lock?.close()
  }
}

/**
 * Takes the WAL of the former database away: SQLite would apply it to the new one. There is one only if the former is
 * damaged, or if its file was taken away and the WAL was not.
 */
function setWalAside(target: string, former: string): void {
  if (existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${former}-wal`)
  rmSync(`${target}-shm`, { force: true })
}

/**
 * Locks a database that no other process has open, and puts its WAL into its file. Undefined for a file that is damaged
 * so that SQLite cannot open it. Throws `StorageUnusable` if another process has it open.
 */
function lockAlone(path: string): Database.Database | undefined {
  const connection = new Database(path, { timeout: 0 })
  try {
    // It needs the file alone, and so does what follows.
    connection.pragma('journal_mode = DELETE')
    connection.exec('begin exclusive')
    return connection
  } catch (error) {
    connection.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new StorageUnusable(`a service or a command has ${path} open; stop it first`)
    return undefined
  }
}

/** A hard link, or a copy where the file system has none. */
function giveSecondName(file: string, name: string): void {
  try {
    linkSync(file, name)
  } catch {
    copyFileSync(file, name)
  }
}
