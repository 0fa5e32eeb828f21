import type Database from 'better-sqlite3'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

/** How many statements are cached for each connection: more than the service has without its many list queries. */
const MAX_STATEMENTS = 500

/**
 * Makes a connection prepare each statement only once: drizzle prepares the same ones again and again. The oldest is
 * evicted when there are too many, as there can be with lists of many different lengths. `onError` gets every error of
 * running one.
 */
export function cacheStatements(
  connection: Database.Database,
  onError: (error: unknown) => void = () => {},
): Database.Database {
  const statements = new BoundedMap<string, Database.Statement>(MAX_STATEMENTS)
  const prepare = connection.prepare.bind(connection)
  const cached = (source: string): Database.Statement =>
    getOrCreate(statements, source, () => watched(prepare(source), onError))
  connection.prepare = cached as typeof connection.prepare
  return connection
}

/** The statement, with its errors reported before they are thrown. */
function watched(statement: Database.Statement, onError: (error: unknown) => void): Database.Statement {
  for (const method of ['all', 'get', 'run'] as const) {
    const original = statement[method].bind(statement) as (...values: unknown[]) => unknown
    statement[method] = ((...values: unknown[]) => {
      try {
        return original(...values)
      } catch (error) {
        onError(error)
        throw error
      }
    }) as never
  }
  return statement
}
