import { readFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { Dialect } from './dialect.ts'
import { StorageUnusable } from './faults.ts'

interface Migration {
  tag: string
  statements: string[]
}

/** The advisory lock for migrations: two processes that start at the same time migrate one after the other. */
const MIGRATION_LOCK = 0x44_41_54_46
/**
 * Fills in data that rows from before a migration lack, on both engines; idempotent. The slug of a section is scoped by
 * its parent section: slugs from before that have no scope, and would not be found.
 */
const BACKFILL = `
  update slugs set scope = (select parent from sections where sections.id = slugs.target)
  where kind = 'section' and scope = '' and target in (
    select one.id from sections one where one.parent is not null and not exists (
      select 1 from slugs own
      where own.kind = 'section' and own.slug = one.slug and own.scope = one.parent and own.target = one.id))`
const CREATE_MIGRATIONS_TABLE =
  'create table if not exists schema_migrations (tag text primary key, applied_at text not null)'

/** The migrations of an engine, oldest first, as drizzle-kit wrote them. */
function migrationsOf(dialect: Dialect): Migration[] {
  const file = (name: string) => readFileSync(new URL(`../../migrations/${dialect}/${name}`, import.meta.url), 'utf8')
  const journal = JSON.parse(file('meta/_journal.json')) as { entries: { tag: string }[] }
  return journal.entries.map(({ tag }) => ({ tag, statements: file(`${tag}.sql`).split('--> statement-breakpoint') }))
}

/** The migrations that have not been applied; throws `StorageUnusable` if the database has a migration that this version does not know. */
function pendingOf(all: Migration[], applied: string[]): Migration[] {
  const unknown = applied.filter((tag) => !all.some((migration) => migration.tag === tag))
  if (unknown.length > 0)
    throw new StorageUnusable(
      `the database was made by a newer version of Dateline (it has the migration ${unknown[0]}); start that version, or restore an older copy`,
    )
  return all.filter(({ tag }) => !applied.includes(tag))
}

/**
 * Brings an SQLite file up to date, in one transaction, one process at a time; a database with content is copied to
 * `<file>.before-<tag>` first. Foreign keys are off meanwhile, outside the transaction: inside it the pragma does
 * nothing, and rebuilding a table would then delete what refers to it.
 */
export async function migrateSqlite(writer: Database.Database, reader: Database.Database): Promise<void> {
  const all = migrationsOf('sqlite')
  writer.exec(CREATE_MIGRATIONS_TABLE)
  const applied = () => writer.prepare('select tag from schema_migrations').pluck().all() as string[]
  if (pendingOf(all, applied()).length === 0) return

  writer.pragma('foreign_keys = OFF')
  writer.exec('begin immediate')
  try {
    const done = applied()
    const pending = pendingOf(all, done)
    // The connection that holds the write lock cannot copy; the other sees what is committed.
    if (done.length > 0 && pending[0]) await reader.backup(`${writer.name}.before-${pending[0].tag}`)
    for (const { tag, statements } of pending) {
      for (const statement of statements) writer.exec(statement)
      const broken = writer.pragma('foreign_key_check') as { table: string }[]
      if (broken[0]) throw new StorageUnusable(`migration ${tag} would leave ${broken[0].table} with broken references`)
      writer.prepare('insert into schema_migrations values (?, ?)').run(tag, new Date().toISOString())
    }
    writer.exec(BACKFILL)
    writer.exec('commit')
  } finally {
    if (writer.inTransaction) writer.exec('rollback')
    writer.pragma('foreign_keys = ON')
  }
}

/** Brings a PostgreSQL database up to date, in one transaction, one process at a time. */
export async function migratePostgres<R extends PgQueryResultHKT>(db: PgDatabase<R>): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql.raw(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`))
    await tx.execute(sql.raw(CREATE_MIGRATIONS_TABLE))
    const { rows } = (await tx.execute(sql`select tag from schema_migrations`)) as unknown as {
      rows: { tag: string }[]
    }
    const pending = pendingOf(
      migrationsOf('postgres'),
      rows.map((row) => row.tag),
    )
    for (const { tag, statements } of pending) {
      for (const statement of statements) await tx.execute(sql.raw(statement))
      await tx.execute(sql`insert into schema_migrations values (${tag}, ${new Date().toISOString()})`)
    }
    if (pending.length > 0) await tx.execute(sql.raw(BACKFILL))
  })
}
