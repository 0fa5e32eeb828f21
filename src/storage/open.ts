import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { dialect } from './dialect.ts'
import { type OpenOptions, type Storage, StorageUnusable } from './storage.ts'

/** A scheme is two characters or more: `C:` is a drive. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i

/**
 * Opens and migrates the database that `url` names: a path, `sqlite:` and a path, or `postgres://…`. `forService` says
 * that a service opens it, which answers other requests while SQLite reads and writes its file; `deadline` is that of
 * `boundedReader`.
 */
export async function openStorage(url: string, options: OpenOptions = {}): Promise<Storage> {
  if (dialect === 'postgres') return (await import('./postgres.ts')).openPostgres(url, options)
  return (await import('./sqlite.ts')).openSqlite(sqlitePath(url), options)
}

/**
 * The path of the SQLite file that `url` names, or to which a symbolic link of that name leads. Throws `StorageUnusable`
 * if it names none.
 */
export function sqlitePath(url: string): string {
  const path = url.replace(/^sqlite:(\/\/)?/, '').trim()
  const expected = 'DATABASE_URL must be a path, sqlite: and a path, or postgres://…'
  if (path === '') throw new StorageUnusable(`${expected}; it names no file`)
  if (path === ':memory:')
    throw new StorageUnusable(`${expected}; a database in memory cannot be shared by its connections`)
  const [scheme] = SCHEME.exec(path) ?? []
  if (scheme) throw new StorageUnusable(`${expected}; ${scheme} is none of them`)
  return linkedFile(path)
}

/** The file to which a symbolic link leads, which may not exist yet: its WAL is beside it, and not beside the link. */
function linkedFile(path: string): string {
  try {
    const target = resolve(dirname(path), readlinkSync(path))
    return existsSync(path) ? realpathSync(path) : target
  } catch {
    // No link, or none that can be read: then opening it says what is wrong.
    return path
  }
}
