import { dialect } from './columns.ts'
import type { Storage } from './storage.ts'

/** Opens and migrates the database that `url` names: a path, `sqlite:` and a path, or `postgres://…`. */
export async function openStorage(url: string): Promise<Storage> {
  if (dialect === 'postgres') return (await import('./postgres.ts')).openPostgres(url)
  return (await import('./sqlite.ts')).openSqlite(url.replace(/^sqlite:(\/\/)?/, ''))
}
