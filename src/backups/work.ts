import { readdirSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobWork } from '../jobs/runner.ts'
import { Problem } from '../lib/problem.ts'
import { copyDatabase } from '../storage/backup.ts'
import type { Storage } from '../storage/storage.ts'

/** Where backups go, and how many are stored. */
export interface BackupOptions {
  /** The folder; undefined where none is set. */
  folder: string | undefined
  /** How many files with names that the service has given are stored. */
  keep: number
}

/** The names that the service gives: those it deletes again. They sort by time. */
const OWN_NAME = /^dateline-\d{8}T\d{6}Z\.db$/

/** The name of a backup that was begun at a time (RFC 3339, UTC): `dateline-20300131T060000Z.db`. */
export const backupName = (now: string): string => `dateline-${now.replace(/\.\d+|[-:]/g, '')}.db`

/** The text for an engine that has tools of its own for this. */
export const POSTGRES_BACKUP =
  'the database is PostgreSQL: back it up with pg_dump, or with pg_basebackup and its write-ahead log'

/**
 * The work of a job that writes a backup called `name` to the folder, and then deletes the oldest. Throws
 * `not-configured` where the database is no file, or no folder is set.
 */
export function backupWork({ file }: Storage, { folder, keep }: BackupOptions, name: string): JobWork {
  if (file === undefined) throw new Problem('not-configured', POSTGRES_BACKUP)
  if (folder === undefined) throw new Problem('not-configured', 'the operator has to set BACKUP_DIR to a folder first')
  return async ({ progress, signal }) => {
    await mkdir(folder, { recursive: true })
    const target = join(folder, name)
    const report = await copyDatabase(file, target, { onProgress: progress, signal })
    deleteOldBackups(folder, keep)
    return { file: target, ...report }
  }
}

/** What a backup leaves behind if the process ends meanwhile. */
const OWN_PARTIAL = /^dateline-\d{8}T\d{6}Z\.db\.partial/

/** Deletes all but the newest `keep` of the files that the service has named, and what interrupted backups have left. */
function deleteOldBackups(folder: string, keep: number): void {
  const names = readdirSync(folder)
  const old = names
    .filter((name) => OWN_NAME.test(name))
    .toSorted()
    .slice(0, -keep)
  const interrupted = names.filter((name) => OWN_PARTIAL.test(name))
  for (const name of [...old, ...interrupted]) rmSync(join(folder, name), { force: true })
}
