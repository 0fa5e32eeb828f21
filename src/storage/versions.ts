import { sql } from 'drizzle-orm'
import { dialect } from './dialect.ts'
import type { Reader } from './storage.ts'

/** The engine with its version, such as `SQLite 3.50.2`, and the last migration of the schema. */
export async function storageVersions(db: Reader): Promise<{ engine: string; schema: string }> {
  const name = dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'
  const version = dialect === 'sqlite' ? sql<string>`sqlite_version()` : sql<string>`current_setting('server_version')`
  const [row] = await db.select({ version, schema: sql<string>`max(tag)` }).from(sql`schema_migrations`).groupBy(sql`1`)
  return { engine: `${name} ${row?.version ?? ''}`.trim(), schema: row?.schema ?? '' }
}
