import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { systemClock } from '../lib/clock.ts'
import { openFileStore } from '../media/files/open-store.ts'
import { dialect } from '../storage/dialect.ts'
import { sqlitePath } from '../storage/open.ts'
import { assertDatabaseFile } from '../storage/sqlite-file.ts'
import { faultsOfFile } from '../storage/sqlite-verify.ts'
import { UserError } from './user-error.ts'
import { withStorage } from './with-storage.ts'

/** How many findings of a check are printed. */
const MAX_PRINTED = 20

/**
 * Checks the database and prints a line for each check, and for each thing that is wrong. With `repair` it repairs what
 * can be derived from other data. Throws `UserError` if something is wrong that was not repaired.
 */
export async function doctorCommand(config: Config, { repair = false }, print: (text: string) => void): Promise<void> {
  let open = 0
  const report = (name: string, found: Finding[]) => {
    const left = found.filter(({ repaired }) => !repaired).length
    open += left
    const verdict = found.length === 0 ? 'sound' : `${found.length} found, ${found.length - left} repaired`
    print(`${name}: ${verdict}`)
    for (const { text } of found.slice(0, MAX_PRINTED)) print(`  ${text}`)
  }
  print('settings: sound')
  if (dialect === 'sqlite') {
    const file = sqlitePath(config.DATABASE_URL)
    assertDatabaseFile(file)
    report('disk space', diskFindings(file))
    const faults = faultsOfFile(file).map((text) => ({ text, repaired: false }))
    report('the database file', faults)
    // Nothing that is read from a damaged file can be trusted, and writing to it may damage more.
    if (faults.length > 0) throw new UserError('the file is damaged: restore a backup')
  }
  await withStorage(config, (storage) => {
    const files = openFileStore(config, storage.file)
    return examine(storage, { repair, now: systemClock.now(), files }, report)
  })
  if (open > 0) throw new UserError(`${open} found that ${repair ? 'cannot be repaired' : 'are not repaired'}`)
}

/** Whether there is room for one more copy of the database: upgrades and backups make one. */
function diskFindings(file: string): Finding[] {
  const { bavail, bsize } = statfsSync(dirname(file))
  const { size } = statSync(file)
  if (bavail * bsize > size) return []
  return [
    {
      text: `${bavail * bsize} bytes are free, the database has ${size}: an upgrade could not copy it`,
      repaired: false,
    },
  ]
}
