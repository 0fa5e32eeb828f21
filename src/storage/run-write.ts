import type Database from 'better-sqlite3'
import type { Query } from './postgres-connections.ts'
import { pauseAfterStatement } from './statement-pause.ts'
import type { Writer } from './storage.ts'

/** The driver below a writer, as drizzle gives it: each engine's own. */
type Driver = Database.Database | { query: Query }

/** Runs a statement without a result, prepared once for each connection under its name, with values as the driver takes them. */
export async function runWrite(
  tx: Writer,
  { name, text }: { name: string; text: string },
  values: unknown[],
): Promise<void> {
  const driver = (tx as unknown as { $client: Driver }).$client
  if ('query' in driver) return void (await driver.query({ name, text }, values))
  driver.prepare(text).run(values)
  await pauseAfterStatement(tx)
}
