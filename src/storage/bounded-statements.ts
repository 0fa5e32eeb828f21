/**
 * Queries that end at a deadline, since a client decides how much they cost: those of a search. SQLite has no way to
 * interrupt a statement from outside that its driver offers, so a function that is evaluated for its rows throws.
 */
import Database from 'better-sqlite3'
import { cacheStatements } from './statements.ts'
import { STATEMENT_ENDED } from './storage.ts'

/** Defines the SQL function `within_deadline`: always true, it throws after the deadline. Without `check` there is none. */
export function defineDeadline(connection: Database.Database, check: () => void = () => {}): void {
  connection.function('within_deadline', { directOnly: true }, () => {
    check()
    return 1
  })
}

/** A statement as drizzle gives it. */
export interface BoundStatement {
  sql: string
  params: unknown[]
}

/** Runs statements on a read-only connection of their own. */
export interface BoundedConnection {
  /** The rows, each as its values in order. Throws an error with the code `STATEMENT_ENDED` after the deadline. */
  rows(statement: BoundStatement): unknown[][]
  close(): void
}

/** Opens a connection to the SQLite database at `path` whose statements end after `deadline` milliseconds. */
export function boundedConnection(path: string, deadline: number): BoundedConnection {
  const connection = cacheStatements(new Database(path, { readonly: true, fileMustExist: true }))
  connection.pragma('trusted_schema = OFF')
  connection.pragma('temp_store = MEMORY')
  connection.pragma('cache_size = -12000')
  let end = Number.POSITIVE_INFINITY
  defineDeadline(connection, () => {
    if (performance.now() >= end)
      throw Object.assign(new Error('a statement ran longer than its deadline'), { code: STATEMENT_ENDED })
  })
  return {
    rows({ sql: source, params }) {
      end = performance.now() + deadline
      return connection
        .prepare(source)
        .raw()
        .all(...params) as unknown[][]
    },
    close: () => connection.close(),
  }
}
