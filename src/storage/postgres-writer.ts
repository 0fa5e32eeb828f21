/** The connection that writes to a PostgreSQL database. */
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { faultOf, StorageUnavailable } from './faults.ts'
import { type Query, singleConnection } from './postgres-connections.ts'
import type { PostgresOptions } from './server-options.ts'
import { type Storage, StorageBusy, type Writer } from './storage.ts'
import { LOCK_DEADLINE, type WriteConnection } from './write-queue.ts'

/** The advisory lock that every writing transaction holds; any constant that no other program uses. */
export const WRITE_LOCK = 0x44_41_54_45
/** How long a whole transaction may take, in milliseconds; for PostgreSQL 17 and later. */
const TRANSACTION_LIMIT = 60_000
/** How many transactions may share one commit: with few, other processes have their turn sooner. */
const MAX_GROUP = 32

/**
 * Begins and acquires the lock, in one round trip. The settings end with the transaction. Statements of writes find rows
 * by their keys: to plan each of them for its values would take longer than to run it. A plan for any values that was
 * made while a table was small must not scan it later.
 */
const beginning = ({ timeout, silence }: PostgresOptions): string => `begin;
  set local lock_timeout = ${LOCK_DEADLINE};
  set local idle_in_transaction_session_timeout = ${silence};
  set local statement_timeout = ${timeout};
  set local plan_cache_mode = auto;
  set local enable_seqscan = off;
  select set_config(name, '${TRANSACTION_LIMIT}', true) from pg_settings where name = 'transaction_timeout';
  select pg_advisory_xact_lock(${WRITE_LOCK})`

/** The result of a statement that gives no rows, before it has ended. */
const NO_ROWS: pg.QueryResult<never> = { rows: [], fields: [], rowCount: null, command: '', oid: 0 }

/** Whether a statement only writes. */
const isSilent = (config: Parameters<Query>[0]): boolean => {
  const text = typeof config === 'string' ? config : config.text
  return /^(insert|update|delete) /i.test(text) && !/ returning /i.test(text)
}

/**
 * The writer of a write queue on PostgreSQL. One process at a time writes, as on SQLite: what a transaction has read
 * stays true until it commits. Statements that only write are sent one behind the other, without a round trip for each:
 * an error of one makes those behind it fail, and the end of the transaction reports it.
 */
export function postgresWriter(url: string, options: PostgresOptions): WriteConnection & { close(): Promise<void> } {
  const connection = singleConnection(url, options)
  const begin = beginning(options)
  /** The connection of the present transaction. A lost one is not replaced before the next transaction. */
  let current: Query | undefined
  /** The first error of a statement that was not waited for, until the transaction or savepoint is rolled back. */
  let failed: unknown

  const run: Query = (config, values) =>
    current ? current(config, values) : Promise.reject(new StorageUnavailable('the transaction has ended'))

  /** Runs a statement; without waiting for its end if nothing but an error can come of it. */
  const runOrSend: Query = <R extends pg.QueryResultRow>(...statement: Parameters<Query>) => {
    const result = run<R>(...statement)
    if (!isSilent(statement[0])) return result
    result.catch((error: unknown) => {
      failed ??= error
    })
    return Promise.resolve(NO_ROWS)
  }

  async function beginOnce(): Promise<void> {
    const query = await connection.open()
    await query(begin)
    current = query
    failed = undefined
  }

  const attempt: Storage['attempt'] = async (tx, work) => {
    const saved = run('savepoint attempt')
    saved.catch(() => {})
    try {
      const result = await work(tx)
      // Behind all statements of the work: if one of them has failed, this fails, too.
      await run('release savepoint attempt')
      return result
    } catch (error) {
      const cause = failed ?? error
      // If there is no savepoint, the work around this one has failed before.
      await saved.catch(() => Promise.reject(cause))
      await run('rollback to savepoint attempt; release savepoint attempt').catch(() => {
        current = undefined
      })
      failed = undefined
      throw cause
    }
  }

  return {
    tx: drizzle({ client: { query: runOrSend } as never }) as unknown as Writer,
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
        // A time limit for statements that is shorter than that for the lock ends the wait, too.
        throw ['busy', 'too-slow'].includes(faultOf(error) ?? '') ? new StorageBusy() : error
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
    // The server looks after its disk: it answers a commit when that is on it.
    sync: () => Promise.resolve(),
    failure: () => undefined,
    maxGroup: MAX_GROUP,
    close: connection.close,
  }
}
