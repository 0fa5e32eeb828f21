import { setTimeout as pause } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { CommitListeners } from './commit-listeners.ts'
import { reasonOf, StorageUnavailable } from './faults.ts'
import { migratePostgres } from './migrate.ts'
import {
  again,
  asUnavailable,
  type Connection,
  type Query,
  queryPool,
  type SingleConnection,
  singleConnection,
} from './postgres-connections.ts'
import { currentReplica } from './postgres-replica.ts'
import { postgresWriter } from './postgres-writer.ts'
import { SERVER_DEFAULTS } from './server-options.ts'
import { sharedCall } from './shared-call.ts'
import { codesOf, type OpenOptions, type Reader, STATEMENT_DEADLINE, type Storage, StorageUnusable } from './storage.ts'
import { writeQueue } from './write-queue.ts'

/** The number of connections for background work. */
const BACKGROUND_CONNECTIONS = 2
/** The number of connections for queries whose cost a client decides. */
const BOUNDED_CONNECTIONS = 4
/** The pause between two attempts to reach a server that does not answer yet, in milliseconds. */
const START_RETRY = 500

/**
 * Connects to the server that `url` names and brings its schema up to date; `deadline` is that of `boundedReader`.
 */
export async function openPostgres(
  url: string,
  { server = {}, deadline = STATEMENT_DEADLINE }: OpenOptions = {},
): Promise<Storage> {
  const options = { ...SERVER_DEFAULTS, ...server }
  await migrated(url, options)
  const reads = queryPool(url, options, options.connections)
  await checkSession(reads)
  const bounded = queryPool(url, { ...options, timeout: deadline }, BOUNDED_CONNECTIONS)
  const background = queryPool(url, options, BACKGROUND_CONNECTIONS)
  const watching = singleConnection(url, options)
  const writer = postgresWriter(url, options)
  const listeners = new CommitListeners()
  const { transaction, attempt, idle } = writeQueue(writer, () => listeners.run())
  const reader = readerOf(reads.query)
  const replica = options.readUrl === undefined ? undefined : queryPool(options.readUrl, options, options.connections)
  return {
    reader,
    boundedReader: readerOf(bounded.query),
    backgroundReader: readerOf(background.query),
    liveReader: replica ? readerOf(currentReplica(background, replica, reads)) : reader,
    transaction,
    attempt,
    onCommit: (listener) => listeners.add(listener),
    announceCommit: () => listeners.run(),
    commits: sharedCall(() => again(1, () => snapshotOf(watching))),
    // The server looks after its disk; the service learns of it by the errors of queries.
    onFailure: () => {},
    fail: () => {},
    ping: async () => void (await background.query('select 1')),
    async close() {
      await idle()
      await Promise.all([reads, bounded, background, watching, writer, replica].map((one) => one?.close()))
    },
  }
}

/** Throws `StorageUnusable` behind a pooler that takes no settings for a session. */
async function checkSession(reads: Connection): Promise<void> {
  try {
    await reads.query('select 1')
  } catch (error) {
    await reads.close()
    if (!/unsupported startup parameter/.test(reasonOf(error))) throw error
    throw new StorageUnusable('the database is behind a pooler of transactions: set DATABASE_PREPARED=false')
  }
}

/** Which transactions are over: it changes whenever one ends. */
async function snapshotOf(connection: SingleConnection): Promise<string> {
  const query = await connection.open()
  const { rows } = await query<{ snapshot: string }>(SNAPSHOT)
  return rows[0]?.snapshot ?? ''
}

const SNAPSHOT = { name: 'snapshot', text: 'select pg_current_snapshot()::text as snapshot' }

const readerOf = (query: Query): Reader => drizzle({ client: { query } as never }) as unknown as Reader

/** Whether waiting may help: it does not against a wrong password, or for a database that does not exist. */
const isTemporary = (error: unknown): boolean =>
  error instanceof StorageUnavailable && !codesOf(error).some((code) => /^(28|3D)/.test(code))

/** Migrates by a connection without time limits, and ends it. */
async function migrated(url: string, { wait }: { wait: number }): Promise<void> {
  const until = performance.now() + wait
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: Math.max(wait, 1_300) })
    client.on('error', () => {})
    try {
      await asUnavailable(client.connect())
      return await asUnavailable(migratePostgres(drizzle({ client })))
    } catch (error) {
      if (error instanceof StorageUnusable) throw error
      if (!isTemporary(error) || performance.now() >= until)
        throw new StorageUnusable(`the PostgreSQL database cannot be opened: ${reasonOf(error)}`, { cause: error })
      await pause(START_RETRY)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
