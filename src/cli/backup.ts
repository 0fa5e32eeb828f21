import { POSTGRES_BACKUP } from '../backups/work.ts'
import type { Config } from '../config.ts'
import { systemClock, timestamp } from '../lib/clock.ts'
import { copyDatabase } from '../storage/backup.ts'
import { dialect } from '../storage/dialect.ts'
import { sqlitePath } from '../storage/open.ts'
import { restoreDatabase } from '../storage/restore.ts'
import { assertDatabaseFile } from '../storage/sqlite-file.ts'
import { UserError } from './user-error.ts'

/** Copies the database to a new file; services may write meanwhile. Gives what to print. */
export async function backupCommand({ DATABASE_URL, MEDIA_DIR }: Config, target: string): Promise<string> {
  if (dialect === 'postgres') throw new UserError(POSTGRES_BACKUP)
  const source = sqlitePath(DATABASE_URL)
  assertDatabaseFile(source)
  const { bytes, change } = await copyDatabase(source, target)
  return `${target} has the database with all changes up to ${change} (${bytes} bytes), and is verified.${filesNote(MEDIA_DIR)}`
}

/** What the operator has to copy beside the database. */
const filesNote = (address = 'the folder media beside the database'): string =>
  ` The files of media are not in it: copy ${address} after it.`

/** Puts a backup into the place of the database. Gives what to print. */
export async function restoreCommand(
  { DATABASE_URL }: Config,
  source: string,
  { force = false }: { force?: boolean },
): Promise<string> {
  if (dialect === 'postgres')
    throw new UserError(
      'the database is PostgreSQL: restore it with pg_restore, psql or from the files of pg_basebackup',
    )
  const target = sqlitePath(DATABASE_URL)
  const { change, former } = await restoreDatabase(source, target, { force, now: timestamp(systemClock) })
  const lines = [`${target} is verified, and has all changes up to ${change}.`]
  if (former !== undefined) lines.push(`The former database is ${former}.`)
  return lines.join('\n')
}
