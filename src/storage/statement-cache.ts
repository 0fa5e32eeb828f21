import type Database from 'better-sqlite3'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

/** How many statements a connection keeps: more than the service has of its own. */
const MAX_STATEMENTS = 500

/**
 * Makes a connection prepare each statement once: drizzle asks for the same ones over and over. The oldest goes when
 * there are too many, as lists of many different lengths can make them.
 */
export function cacheStatements(connection: Database.Database): Database.Database {
  const kept = new BoundedMap<string, Database.Statement>(MAX_STATEMENTS)
  const prepare = connection.prepare.bind(connection)
  const keeping = (source: string): Database.Statement => getOrCreate(kept, source, () => prepare(source))
  connection.prepare = keeping as typeof connection.prepare
  return connection
}
