/** The connection that writes to a PostgreSQL database. */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import { faultOf, StorageUnavailable } from './faults.ts'
import { type Query, singleConnection } from './postgres-connections.ts'
import type { WriteConnection } from './postgres-write-queue.ts'
import type { PostgresOptions } from './server-options.ts'
import { type Storage, StorageBusy, type Writer } from './storage.ts'

/** The advisory lock that every writing transaction holds; any constant that no other program uses. */
const WRITE_LOCK = 0x44_41_54_45
/** How long a transaction waits for that lock, in milliseconds. */
const LOCK_DEADLINE = 5_000
/** How long a whole transaction may take, in milliseconds; for PostgreSQL 17 and later. */
const TRANSACTION_LIMIT = 60_000
/** How many transactions may share one commit: with few, other processes have their turn sooner. */
const MAX_GROUP = 32

/** Begins and acquires the lock, in one round trip. The settings end with the transaction. */
const beginning = ({ timeout, silence }: PostgresOptions): string => `begin;
  set local lock_timeout = ${LOCK_DEADLINE};
  set local idle_in_transaction_session_timeout = ${silence};
  set local statement_timeout = ${timeout};
  set local plan_cache_mode = force_custom_plan;
  select set_config(name, '${TRANSACTION_LIMIT}', true) from pg_settings where name = 'transaction_timeout';
  select pg_advisory_xact_lock(${WRITE_LOCK})`

/** The writer of a write queue on PostgreSQL. One process at a time writes, as on SQLite: what a transaction has read stays true until it commits. */
export function postgresWriter(url: string, options: PostgresOptions): WriteConnection & { close(): Promise<void> } {
  const connection = singleConnection(url, options)
  const begin = beginning(options)
  /** The connection of the present transaction. A lost one is not replaced before the next transaction. */
  let current: Query | undefined

  const run: Query = (config, values) =>
    current ? current(config, values) : Promise.reject(new StorageUnavailable('the transaction has ended'))

  async function beginOnce(): Promise<void> {
    const query = await connection.open()
    await query(begin)
    current = query
  }

  /** Sends a statement without waiting for its end: if it fails, the one behind it does, too. */
  const send = (statement: string): void => void run(statement).catch(() => {})

  const attempt: Storage['attempt'] = async (tx, work) => {
    send('savepoint attempt')
    try {
      const result = await work(tx)
      send('release savepoint attempt')
      return result
    } catch (error) {
      await run('rollback to savepoint attempt; release savepoint attempt').catch(() => {
        current = undefined
      })
      throw error
    }
  }

  return {
    tx: drizzle({ client: { query: run } as never }) as unknown as Writer,
    attempt,
    async begin() {
      const wasOpen = connection.isOpen()
      try {
        // Nothing has been done yet: on a connection that was lost while it was idle, it is tried on a new one.
        await beginOnce().catch((error: unknown) => {
          if (wasOpen && error instanceof StorageUnavailable) return beginOnce()
          throw error
        })
      } catch (error) {
        await (await connection.open().catch(() => undefined))?.('rollback').catch(() => {})
        throw faultOf(error) === 'busy' ? new StorageBusy() : error
      }
    },
    async commit() {
      const { command } = await run('commit')
      // PostgreSQL answers so when a statement has failed.
      if (command === 'ROLLBACK') throw new Error('the transaction was rolled back, not committed')
      current = undefined
    },
    async rollback() {
      await run('rollback').catch(() => {})
      current = undefined
    },
    isInTransaction: () => current !== undefined && connection.isOpen(),
    yieldToOthers: () => nextEventLoopTurn(),
    maxGroup: MAX_GROUP,
    close: connection.close,
  }
}
