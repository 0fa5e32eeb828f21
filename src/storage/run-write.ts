import type Database from 'better-sqlite3'
import type { Query } from './postgres-connections.ts'
import { pauseAfterStatement } from './statement-pause.ts'
import type { Writer } from './storage.ts'

/** The driver below a writer, as drizzle gives it: each engine's own. */
type Driver = Database.Database | { query: Query }

/**
 * Runs a statement without a result, prepared once for each connection under its name, with values as the driver takes
 * them. Gives a promise if its caller is to wait.
 */
export function runWrite(
  tx: Writer,
  { name, text }: { name: string; text: string },
  values: unknown[],
): Promise<unknown> | undefined {
  const driver = (tx as unknown as { $client: Driver }).$client
  if ('query' in driver) return driver.query({ name, text }, values)
  driver.prepare(text).run(values)
  return pauseAfterStatement(tx)
}
