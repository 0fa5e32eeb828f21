/** How to use a PostgreSQL server. */
export interface PostgresOptions {
  /** The number of connections for reads of requests. */
  connections: number
  /** The time limit for one statement, in milliseconds. */
  timeout: number
  /**
   * Whether a connection stays the same session of the server. It does not behind PgBouncer in transaction mode: then no
   * statement is prepared by name, and no setting is made for a session.
   */
  prepared: boolean
  /**
   * How long the process that has the write lock may be silent, in milliseconds. Then the server ends its connection, and
   * with it the lock: the process was stopped, or its network is cut.
   */
  silence: number
  /** The address of a replica for reads of live content. */
  readUrl?: string | undefined
}

/** The options that a caller may leave out; `wait` is how long a start waits for the server, in milliseconds. */
export type ServerOptions = Partial<PostgresOptions & { wait: number }>

/** Writes wait for the write lock for five seconds: longer than its holder may be silent. */
export const SERVER_DEFAULTS = { connections: 10, timeout: 15_000, prepared: true, silence: 3_000, wait: 0 }
