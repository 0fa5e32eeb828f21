import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { CommitListeners } from './commit-listeners.ts'
import { migratePostgres } from './migrate.ts'
import {
  codesOf,
  type OpenOptions,
  STATEMENT_DEADLINE,
  type Storage,
  StorageBusy,
  StorageUnusable,
  type Writer,
} from './storage.ts'

/** The timeout for establishing a connection, in milliseconds. */
const CONNECT_DEADLINE = 1_300
/** The advisory lock that every writing transaction holds; any constant that no other program uses. */
const WRITE_LOCK = 0x44_41_54_45
/** How long a transaction waits for that lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** PostgreSQL's error code for a lock timeout. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Sets the timeout for each connection: the pool's option of this name would limit the wait for a free one, too. */
class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_DEADLINE })
  }
}

/** Connects to the server that `url` names and brings its schema up to date. */
export async function openPostgres(url: string, { deadline = STATEMENT_DEADLINE }: OpenOptions = {}): Promise<Storage> {
  const pool = new pg.Pool({ connectionString: url, max: 10, Client })
  const bounded = new pg.Pool({ connectionString: url, max: 4, Client, statement_timeout: deadline })
  // A connection that breaks while idle is replaced at the next query; without a listener it would end the process.
  for (const one of [pool, bounded]) one.on('error', () => {})
  const close = async () => void (await Promise.all([pool.end(), bounded.end()]))
  try {
    return await postgresStorage(drizzle(pool), drizzle(bounded), close)
  } catch (error) {
    await close()
    if (error instanceof StorageUnusable) throw error
    throw new StorageUnusable(`the PostgreSQL database cannot be opened: ${reasonOf(error)}`, { cause: error })
  }
}

/** The driver's message, which drizzle wraps; if no address of a host can be reached, the error has only a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || codesOf(error).join()
}

/**
 * The storage on any PostgreSQL database that drizzle can access; `bounded` accesses it by connections whose statements
 * end at a deadline. `close` ends all connections.
 */
export async function postgresStorage<R extends PgQueryResultHKT>(
  db: PgDatabase<R>,
  bounded: PgDatabase<R>,
  close: () => Promise<void>,
): Promise<Storage> {
  await migratePostgres(db)
  const listeners = new CommitListeners()
  return {
    reader: db as unknown as Storage['reader'],
    boundedReader: bounded as unknown as Storage['reader'],
    async transaction(work) {
      const result = await db
        .transaction(async (tx) => {
          // One writer at a time, as on SQLite: what a transaction has read stays true until it commits.
          await tx.execute(sql.raw(`set local lock_timeout = ${LOCK_DEADLINE}`))
          await tx.execute(sql.raw(`select pg_advisory_xact_lock(${WRITE_LOCK})`))
          return work(tx as unknown as Writer)
        })
        .catch((error: unknown) => {
          throw isLockTimeout(error) ? new StorageBusy() : error
        })
      await listeners.run()
      return result
    },
    onCommit: (listener) => listeners.add(listener),
    attempt: (tx, work) => (tx as unknown as PgDatabase<R>).transaction((inner) => work(inner as unknown as Writer)),
    commits: () => undefined,
    // The server looks after its disk; the service learns of it by the errors of queries.
    onFailure: () => {},
    ping: async () => void (await db.execute(sql`select 1`)),
    close,
  }
}

const isLockTimeout = (error: unknown): boolean => codesOf(error).includes(LOCK_NOT_AVAILABLE)
