import type Database from 'better-sqlite3'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

/** How many statements are cached for each connection: more than the service has without its many list queries. */
const MAX_STATEMENTS = 500

/**
 * Makes a connection prepare each statement only once: drizzle prepares the same ones again and again. The oldest is
 * evicted when there are too many, as there can be with lists of many different lengths.
 */
export function cacheStatements(connection: Database.Database): Database.Database {
  const statements = new BoundedMap<string, Database.Statement>(MAX_STATEMENTS)
  const prepare = connection.prepare.bind(connection)
  const cached = (source: string): Database.Statement => getOrCreate(statements, source, () => prepare(source))
  connection.prepare = cached as typeof connection.prepare
  return connection
}
