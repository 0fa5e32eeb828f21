import { dialect } from './dialect.ts'
import { StorageUnusable } from './faults.ts'
import type { PostgresOptions } from './postgres-connections.ts'
import type { Storage } from './storage.ts'

/** A scheme is two characters or more: `C:` is a drive. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i

/**
 * Opens and migrates the database that `url` names: a path, `sqlite:` and a path, or `postgres://…`. `forService` says
 * that a service opens it, which answers other requests while SQLite writes to its file; `server` is for PostgreSQL.
 */
export async function openStorage(
  url: string,
  { forService = false, server = {} }: { forService?: boolean; server?: ServerOptions } = {},
): Promise<Storage> {
  if (dialect === 'postgres') return (await import('./postgres.ts')).openPostgres(url, { ...DEFAULTS, ...server })
  return (await import('./sqlite.ts')).openSqlite(pathOf(url), { forService })
}

/** How a PostgreSQL server is used. */
export type ServerOptions = Partial<PostgresOptions & { wait: number }>
// Those that wait for the write lock do so for five seconds: longer than a holder may be silent.
const DEFAULTS = { connections: 10, timeout: 15_000, prepared: true, silence: 3_000, wait: 0 }

function pathOf(url: string): string {
  const path = url.replace(/^sqlite:(\/\/)?/, '').trim()
  const expected = 'DATABASE_URL must be a path, sqlite: and a path, or postgres://…'
  if (path === '') throw new StorageUnusable(`${expected}; it names no file`)
  if (path === ':memory:')
    throw new StorageUnusable(`${expected}; a database in memory cannot be shared by its connections`)
  const [scheme] = SCHEME.exec(path) ?? []
  if (scheme) throw new StorageUnusable(`${expected}; ${scheme} is none of them`)
  return path
}
