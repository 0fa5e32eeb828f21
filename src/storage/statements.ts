import type Database from 'better-sqlite3'

/** How many statements a connection keeps: more than the service has of its own. */
const MAX_STATEMENTS = 500

/**
 * Makes a connection prepare each statement once: drizzle asks for the same ones over and over. The oldest goes when
 * there are too many, as lists of many different lengths can make them.
 */
export function keepStatements(connection: Database.Database): Database.Database {
  const kept = new Map<string, Database.Statement>()
  const prepare = connection.prepare.bind(connection)
  const keeping = (source: string): Database.Statement => {
    const before = kept.get(source)
    if (before) return before
    const [oldest] = kept.keys()
    if (kept.size >= MAX_STATEMENTS && oldest !== undefined) kept.delete(oldest)
    const statement = prepare(source)
    kept.set(source, statement)
    return statement
  }
  connection.prepare = keeping as typeof connection.prepare
  return connection
}
