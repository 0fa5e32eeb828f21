import type Database from 'better-sqlite3'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

/** How many statements are cached for each connection: more than the service has without its many list queries. */
const MAX_STATEMENTS = 500

/** Statements that take at least so many milliseconds, and what they are reported to: their SQL, without values. */
export interface SlowStatements {
  milliseconds: number
  report(sql: string, milliseconds: number): void
}

interface StatementWatch {
  onError(error: unknown): void
  slow: SlowStatements | undefined
}

/**
 * Makes a connection prepare each statement only once: drizzle prepares the same ones again and again. The oldest is
 * evicted when there are too many, as there can be with lists of many different lengths. `watch` gets every error of
 * running one, and those that are slow.
 */
export function cacheStatements(
  connection: Database.Database,
  watch: StatementWatch = { onError: () => {}, slow: undefined },
): Database.Database {
  const statements = new BoundedMap<string, Database.Statement>(MAX_STATEMENTS)
  const prepare = connection.prepare.bind(connection)
  const cached = (source: string): Database.Statement =>
    getOrCreate(statements, source, () => watched(prepare(source), watch))
  connection.prepare = cached as typeof connection.prepare
  return connection
}

/** The statement, with its errors reported before they are thrown, and its time if it is slow. */
function watched(statement: Database.Statement, { onError, slow }: StatementWatch): Database.Statement {
  for (const method of ['all', 'get', 'run'] as const) {
    const original = statement[method].bind(statement) as (...values: unknown[]) => unknown
    statement[method] = ((...values: unknown[]) => {
      const began = slow ? performance.now() : 0
      try {
        const result = original(...values)
        if (slow) reportSlow(slow, statement.source, performance.now() - began)
        return result
      } catch (error) {
        onError(error)
        throw error
      }
    }) as never
  }
  return statement
}

function reportSlow({ milliseconds, report }: SlowStatements, sql: string, taken: number): void {
  if (taken >= milliseconds) report(sql, Math.round(taken))
}
