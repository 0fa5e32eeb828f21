import Database from 'better-sqlite3'
import { StorageUnusable } from './storage.ts'

/** How many faults of a file are reported. */
const MAX_FAULTS = 10

/** The faults of the file that SQLite finds when it reads all of it, in its words; none if the file is sound. */
export function integrityFaults(connection: Database.Database): string[] {
  const lines = connection.pragma(`integrity_check(${MAX_FAULTS})`) as { integrity_check: string }[]
  const damaged = lines.map((line) => line.integrity_check).filter((line) => line !== 'ok')
  const orphans = connection.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[]
  return [
    ...damaged,
    ...orphans.slice(0, MAX_FAULTS).map((row) => `row ${row.rowid} of ${row.table} refers to no row of ${row.parent}`),
  ]
}

/** Throws `StorageUnusable` with the first fault that SQLite finds in the file of a connection. */
export function verifyConnection(connection: Database.Database): void {
  const [fault] = integrityFaults(connection)
  if (fault !== undefined) throw new StorageUnusable(`the file is damaged: ${fault}`)
}

/** The faults of the file at `path`; other processes may use it meanwhile. */
export function faultsOfFile(path: string): string[] {
  const connection = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return integrityFaults(connection)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  } finally {
    connection.close()
  }
}
