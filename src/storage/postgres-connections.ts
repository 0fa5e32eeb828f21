/** Connections to a PostgreSQL server: how they are opened, and what happens when one is lost. */
import pg from 'pg'
import { faultOf, reasonOf, StorageUnavailable } from './faults.ts'
import type { PostgresOptions } from './server-options.ts'
import { codesOf, StorageUnusable } from './storage.ts'

/** The longest time for establishing a connection, in milliseconds. */
const CONNECT_TIMEOUT = 5_000
/** How much longer than the server this side waits for the end of a statement, in milliseconds. */
const GRACE = 1_000
/** How long a connection is used, in seconds: its session collects statements that are prepared for it. */
const LIFETIME = 1_800

/** A client whose connection may break: without a listener for that error the process would end. */
class Client extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    // The pool's option of this name would limit the wait for a free connection, too.
    super({ ...config, connectionTimeoutMillis: Math.min(CONNECT_TIMEOUT, config.query_timeout ?? CONNECT_TIMEOUT) })
    this.on('error', () => {})
  }
}

/** What runs statements: a client, a pool, or what stands for them. */
export type Query = <R extends pg.QueryResultRow>(
  config: string | pg.QueryConfig,
  values?: unknown[],
) => Promise<pg.QueryResult<R>>
export interface Connection {
  query: Query
  close(): Promise<void>
}

/** The settings of each connection. */
export function clientConfig(url: string, { timeout, prepared }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'dateline',
    keepAlive: true,
    query_timeout: timeout + GRACE,
    ...(prepared && {
      statement_timeout: timeout,
      // A plan is made for the values of each call: one for any values misses the index that fits these.
      options: '-c plan_cache_mode=force_custom_plan',
    }),
  }
}

/**
 * Several connections for queries, at most `max`. A query whose connection is lost is sent again by another one; when the
 * server has ended all, each has to be met once.
 */
export function queryPool(url: string, options: PostgresOptions, max: number): Connection {
  const config = { ...clientConfig(url, options), pipeline: !options.prepared }
  const pool = new pg.Pool({ ...config, max, Client, maxLifetimeSeconds: LIFETIME } as pg.PoolConfig)
  // A connection that breaks while idle is replaced at the next query.
  pool.on('error', () => {})
  const query = withFaults(
    options.prepared ? (pool.query.bind(pool) as unknown as Query) : nameless(timeLimited(pool, options), options),
  )
  return {
    query: ((config, values) => again(max, () => query(config, values))) as Query,
    close: () => pool.end(),
  }
}

/**
 * Queries whose time limit is set by a transaction of their own, since no setting can be made for the session; all
 * statements of one are sent together.
 */
function timeLimited(pool: pg.Pool, { timeout }: PostgresOptions): Query {
  const begin = `begin; set local statement_timeout = ${timeout}`
  return async (config, values) => {
    const client = await pool.connect()
    const [begun, result, ended] = await Promise.allSettled([
      client.query(begin),
      client.query(config, values),
      client.query('commit'),
    ])
    client.release(begun.status === 'rejected' || ended.status === 'rejected')
    if (result.status === 'rejected') throw result.reason
    return result.value as never
  }
}

/** Runs a query again if its connection was lost, up to so many times. */
export const again = <T>(times: number, run: () => Promise<T>): Promise<T> =>
  run().catch((error: unknown) => {
    if (times === 0 || !isLost(error)) throw error
    return again(times - 1, run)
  })

/** One connection at a time, which is opened when it is needed, and again after it was lost. */
export function singleConnection(url: string, options: PostgresOptions) {
  let client: Client | undefined
  let opening: Promise<Query> | undefined

  const forget = (lost: Client): void => {
    if (client !== lost) return
    client = undefined
    opening = undefined
  }
  const queryOn = (opened: Client): Query => {
    const query = withFaults(nameless(opened.query.bind(opened) as unknown as Query, options))
    const gather = gatherer(opened)
    return (config, values) => {
      gather()
      return query(config, values).catch((error: unknown) => {
        // The server says why it ends a connection, and then ends it.
        if (error instanceof StorageUnavailable) forget(opened)
        throw error
      }) as never
    }
  }

  async function connect(): Promise<Query> {
    const opened = new Client({ ...clientConfig(url, options), pipeline: true } as pg.ClientConfig)
    opened.once('end', () => forget(opened))
    try {
      await asUnavailable(opened.connect())
    } catch (error) {
      opening = undefined
      throw error
    }
    client = opened
    return queryOn(opened)
  }
  return {
    /** What runs statements on the connection that there is, or on a new one; never on another than this. */
    open: (): Promise<Query> => {
      opening ??= connect()
      return opening
    },
    isOpen: () => client !== undefined,
    async close(): Promise<void> {
      await opening?.catch(() => undefined)
      await client?.end()
    },
  }
}

/** Makes statements that are sent without waiting for one another go to the network together: one system call for all. */
function gatherer({ connection: { stream } }: Client): () => void {
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    stream.cork()
    // Runs when nothing is left to do but to wait.
    process.nextTick(() => {
      isGathering = false
      stream.uncork()
    })
  }
}

export type SingleConnection = ReturnType<typeof singleConnection>

/** Drops the names of statements where the next one may reach another session, which has not prepared it. */
const nameless = (query: Query, { prepared }: PostgresOptions): Query =>
  prepared
    ? query
    : (config, values) => query(typeof config === 'string' ? config : { ...config, name: undefined as never }, values)

/** Rejects with `StorageUnavailable` where the server does not answer, or has ended the connection. */
const withFaults =
  (query: Query): Query =>
  (config, values) =>
    asUnavailable(query(config, values))

export const asUnavailable = <T>(result: Promise<T>): Promise<T> =>
  result.catch((error: unknown) => {
    if (error instanceof StorageUnusable) throw error
    if (codesOf(error).some(isSqlState) && faultOf(error) !== 'unavailable') throw error
    throw new StorageUnavailable(`the database does not answer: ${reasonOf(error)}`, { cause: error })
  })

/** Errors of the driver and of Node have none. */
const isSqlState = (code: string): boolean => /^[\dA-Z]{5}$/.test(code) && code !== 'EPIPE'

/** Whether the connection was lost: the statement was not refused, and did not take too long. */
const isLost = (error: unknown): boolean =>
  error instanceof StorageUnavailable &&
  (/terminated|not queryable/.test(reasonOf(error)) ||
    codesOf(error).some((code) => /^(57P0[12]|ECONNRESET|EPIPE)$/.test(code)))
