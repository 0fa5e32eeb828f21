import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { Dialect } from './dialect.ts'
import { createPrivateFile } from './sqlite-file.ts'
import { StorageUnusable } from './storage.ts'

interface Migration {
  tag: string
  statements: string[]
  checksum: string
}

/** A migration as the database has recorded it; older versions recorded no checksum. */
interface Applied {
  tag: string
  checksum: string | null
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
const ADD_CHECKSUMS = 'alter table schema_migrations add column checksum text'

/** The migrations of an engine, oldest first, as drizzle-kit wrote them. */
function migrationsOf(dialect: Dialect): Migration[] {
  const file = (name: string) => readFileSync(new URL(`../../migrations/${dialect}/${name}`, import.meta.url), 'utf8')
  const journal = JSON.parse(file('meta/_journal.json')) as { entries: { tag: string }[] }
  return journal.entries.map(({ tag }) => {
    const text = file(`${tag}.sql`)
    return { tag, statements: text.split('--> statement-breakpoint'), checksum: hash('sha256', text) }
  })
}

/** Warns of migrations that were edited after they had been applied: their change is not in this database. */
function warnOfEdited(all: Migration[], applied: Applied[]): void {
  for (const { tag, checksum } of applied) {
    const now = all.find((migration) => migration.tag === tag)?.checksum
    if (checksum !== null && now !== undefined && checksum !== now)
      process.emitWarning(`the migration ${tag} was edited after this database had applied it; the edit has no effect`)
  }
}

/** The migrations that have not been applied; throws `StorageUnusable` if the database has a migration that this version does not know. */
function pendingOf(all: Migration[], applied: Applied[]): Migration[] {
  const unknown = applied.find(({ tag }) => !all.some((migration) => migration.tag === tag))
  if (unknown)
    throw new StorageUnusable(
      `the database was made by a newer version of Dateline (it has the migration ${unknown.tag}); start that version, or restore an older copy`,
    )
  return all.filter(({ tag }) => !applied.some((one) => one.tag === tag))
}

/** Throws `StorageUnusable` if a database is of a newer version, or has no schema at all. */
export function assertKnownSchema(connection: Database.Database): void {
  const tags = connection.prepare('select tag from schema_migrations').pluck().all() as string[]
  pendingOf(
    migrationsOf('sqlite'),
    tags.map((tag) => ({ tag, checksum: null })),
  )
}

/**
 * Brings an SQLite file up to date, in one transaction, one process at a time; a database with content is copied to
 * `<file>.before-<tag>` first. Foreign keys are off meanwhile, outside the transaction: inside it the pragma does
 * nothing, and rebuilding a table would then delete what refers to it.
 */
export async function migrateSqlite(writer: Database.Database, reader: Database.Database): Promise<void> {
  const all = migrationsOf('sqlite')
  writer.exec(CREATE_MIGRATIONS_TABLE)
  const columns = writer.pragma('table_info(schema_migrations)') as { name: string }[]
  if (!columns.some(({ name }) => name === 'checksum')) writer.exec(ADD_CHECKSUMS)
  const applied = () => writer.prepare('select tag, checksum from schema_migrations').all() as Applied[]
  warnOfEdited(all, applied())
  if (pendingOf(all, applied()).length === 0) return

  writer.pragma('foreign_keys = OFF')
  writer.exec('begin immediate')
  try {
    const done = applied()
    const pending = pendingOf(all, done)
    // The connection that holds the write lock cannot copy; the other sees what is committed.
    if (done.length > 0 && pending[0]) {
      const copy = `${writer.name}.before-${pending[0].tag}`
      createPrivateFile(copy)
      await reader.backup(copy)
    }
    for (const { tag, statements, checksum } of pending) {
      for (const statement of statements) writer.exec(statement)
      const broken = writer.pragma('foreign_key_check') as { table: string }[]
      if (broken[0]) throw new StorageUnusable(`migration ${tag} would leave ${broken[0].table} with broken references`)
      writer.prepare('insert into schema_migrations values (?, ?, ?)').run(tag, new Date().toISOString(), checksum)
    }
    writer.exec(BACKFILL)
    writer.exec('commit')
  } finally {
    if (writer.inTransaction) writer.exec('rollback')
    writer.pragma('foreign_keys = ON')
  }
}

/**
 * Brings a PostgreSQL database up to date, in one transaction, one process at a time. Writes nothing where nothing is to
 * be done, so that a server which takes no writes can be read.
 */
export async function migratePostgres<R extends PgQueryResultHKT>(db: PgDatabase<R>): Promise<void> {
  const all = migrationsOf('postgres')
  const before = await appliedOn(db)
  if (before && pendingOf(all, before).length === 0) return warnOfEdited(all, before)
  await db.transaction(async (tx) => {
    await tx.execute(sql.raw(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`))
    await tx.execute(sql.raw(CREATE_MIGRATIONS_TABLE))
    await tx.execute(sql.raw(ADD_CHECKSUMS.replace('column', 'column if not exists')))
    const applied = (await appliedOn(tx)) ?? []
    const pending = pendingOf(all, applied)
    for (const { tag, statements, checksum } of pending) {
      for (const statement of statements) await tx.execute(sql.raw(statement))
      await tx.execute(sql`insert into schema_migrations values (${tag}, ${new Date().toISOString()}, ${checksum})`)
    }
    if (pending.length > 0) await tx.execute(sql.raw(BACKFILL))
  })
}

/** The migrations that a PostgreSQL database has recorded; undefined if it has no table of them, or one without checksums. */
async function appliedOn<R extends PgQueryResultHKT>(db: PgDatabase<R>): Promise<Applied[] | undefined> {
  const columns = `select 1 from pg_attribute
    where attrelid = to_regclass('schema_migrations') and attname = 'checksum' and not attisdropped`
  if ((await rowsOf(db, columns)).length === 0) return undefined
  return rowsOf(db, 'select tag, checksum from schema_migrations')
}

const rowsOf = async <T, R extends PgQueryResultHKT>(db: PgDatabase<R>, text: string): Promise<T[]> =>
  ((await db.execute(sql.raw(text))) as unknown as { rows: T[] }).rows
