import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jest } from '@jest/globals'
import { resolveId } from '../src/catalogue/resolve.ts'
import { dialect } from '../src/storage/dialect.ts'
import * as schema from '../src/storage/schema.ts'
import type { Storage } from '../src/storage/storage.ts'
// @ts-expect-error: plain JavaScript, since it is loaded as it is.
import process from './harness/once/process.js'
import { newDatabase } from './harness/storage.ts'

const folder = new URL(`../migrations/${dialect}/`, import.meta.url)
const { generateDrizzleJson, generateSQLiteDrizzleJson } = createRequire(import.meta.url)(
  'drizzle-kit/api',
) as typeof import('drizzle-kit/api')

it('are as the schema is; if not: npm run migrations', async () => {
  const last = readdirSync(new URL('meta/', folder))
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1)
  const written = JSON.parse(readFileSync(new URL(`meta/${last}`, folder), 'utf8'))
  const { tables } = dialect === 'sqlite' ? await generateSQLiteDrizzleJson(schema) : generateDrizzleJson(schema)
  expect(JSON.parse(JSON.stringify(tables))).toEqual(written.tables)
})

/** The migrations up to one, and then rows: what an older version left behind. */
function leftBehind(last: string, rows: string[]): string[] {
  const all = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const tags = all.map((name) => name.slice(0, -4)).filter((tag) => tag <= last)
  return [
    ...tags.flatMap((tag) => readFileSync(new URL(`${tag}.sql`, folder), 'utf8').split('--> statement-breakpoint')),
    'create table schema_migrations (tag text primary key, applied_at text not null)',
    ...tags.map((tag) => `insert into schema_migrations values ('${tag}', '')`),
    ...rows,
  ]
}

/** Opens a database in which these statements were done, as a newer version would. */
async function opened(statements: string[]): Promise<Storage> {
  return dialect === 'sqlite' ? openedFile(statements) : openedOnServer(statements)
}

async function openedOnServer(statements: string[]): Promise<Storage> {
  const { TEST_RUN: prefix = 'dateline_test', TEST_POSTGRES_URL: server = '' } = process.env
  const { default: pg } = await import('pg')
  const { openStorage } = await import('../src/storage/open.ts')
  const run = async (connectionString: string, list: string[]) => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    for (const statement of list) await client.query(statement)
    await client.end()
  }
  const name = `${prefix}_${randomUUID().replaceAll('-', '')}`
  await run(server, [`create database ${name}`])
  const url = new URL(server)
  url.pathname = `/${name}`
  await run(url.href, statements)
  const storage = await openStorage(url.href)
  return { ...storage, close: () => storage.close().then(() => run(server, [`drop database ${name}`])) }
}

async function openedFile(statements: string[]): Promise<Storage> {
  const { default: Database } = await import('better-sqlite3')
  const { openSqlite } = await import('../src/storage/sqlite.ts')
  const { APPLICATION_ID } = await import('../src/storage/sqlite-file.ts')
  const directory = await mkdtemp(join(tmpdir(), 'dateline-'))
  const file = join(directory, 'old.db')
  const old = new Database(file)
  old.pragma(`application_id = ${APPLICATION_ID}`)
  for (const statement of statements) old.exec(statement)
  old.close()
  const storage = await openSqlite(file)
  return { ...storage, close: () => storage.close().then(() => rm(directory, { recursive: true })) }
}

it('keep the slugs of an older version, those of sections below the sections above them', async () => {
  const [top, below, lowest, author] = Array.from({ length: 4 }, () => randomUUID())
  const at = '2030-01-01T12:00:00.000Z'
  const section = (id: unknown, slug: string, path: string, parent: unknown) =>
    `insert into sections (id, slug, name, version, created_at, updated_at, path, parent, position)
     values ('${id}', '${slug}', 'x', 1, '${at}', '${at}', '${path}', ${parent ? `'${parent}'` : 'null'}, 0)`
  const slug = (kind: string, name: string, target: unknown) =>
    `insert into slugs (kind, slug, target, live) values ('${kind}', '${name}', '${target}', ${dialect === 'sqlite' ? 1 : true})`
  const storage = await opened(
    leftBehind('0003_the-index-knows-references', [
      section(top, 'world', '/world', null),
      section(below, 'asia', '/world/asia', top),
      section(lowest, 'japan', '/world/asia/japan', below),
      slug('section', 'world', top),
      slug('section', 'the-world', top),
      slug('section', 'asia', below),
      slug('section', 'the-east', below),
      slug('section', 'japan', lowest),
      slug('author', 'asia', author),
    ]),
  )
  const led = (kind: string, name: string) => resolveId(storage.reader, kind, name)
  for (const path of ['/world', '/the-world', 'world', 'the-world']) expect(await led('section', path)).toBe(top)
  for (const path of ['/world/asia', '/the-world/the-east', 'asia', 'the-east'])
    expect(await led('section', path)).toBe(below)
  for (const path of ['/world/the-east/japan', 'japan']) expect(await led('section', path)).toBe(lowest)
  expect(await led('section', '/japan')).toBeUndefined()
  expect(await led('author', 'asia')).toBe(author)
  await storage.close()
})

it('that were edited after they had been applied are named, and the database is opened', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const storage = await opened([
    ...leftBehind('9', []),
    'alter table schema_migrations add column checksum text',
    `update schema_migrations set checksum = 'of another text' where tag = '0002_webhooks'`,
  ])
  await storage.ping()
  await storage.close()
  expect(warn.mock.calls).toEqual([[expect.stringContaining('the migration 0002_webhooks was edited')]])
  warn.mockRestore()
})

describe('the statements of the last release', () => {
  /** Its last migration: its processes go on while those of a new version start. See CONTRIBUTING, "releases". */
  const RELEASED = dialect === 'sqlite' ? '0008' : '0009'

  interface Column {
    name: string
    type: string
  }

  /** A database with today's schema, in which references are not enforced. */
  async function today(): Promise<{ run(statement: string): Promise<unknown>; close(): Promise<unknown> }> {
    if (dialect === 'sqlite') {
      const { default: Database } = await import('better-sqlite3')
      const database = new Database(':memory:')
      for (const statement of leftBehind('9', [])) database.exec(statement)
      database.pragma('foreign_keys = OFF')
      return { run: async (statement) => database.exec(statement), close: async () => database.close() }
    }
    const { default: pg } = await import('pg')
    const { url, remove } = await newDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('set session_replication_role = replica')
    return { run: (statement) => client.query(statement), close: () => client.end().then(remove) }
  }

  const valueFor = (type: string): string => {
    if (type.startsWith('timestamp')) return "'2030-01-01T12:00:00.000Z'"
    return { integer: '1', bigint: '1', boolean: 'true', json: "'{}'", blob: "x'00'", bytea: "'x'" }[type] ?? "'x'"
  }

  /** Reads and inserts the columns of each of its tables, and uses its indexes that only a migration knows. */
  function statements(): string[] {
    const snapshot = readFileSync(new URL(`meta/${RELEASED}_snapshot.json`, folder), 'utf8')
    const tables = Object.values(JSON.parse(snapshot).tables) as { name: string; columns: Record<string, Column> }[]
    const ofTables = tables.flatMap(({ name, columns }) => {
      const names = Object.values(columns).map((column) => `"${column.name}"`)
      const values = Object.values(columns).map(({ type }) => valueFor(type))
      return [`insert into "${name}" (${names}) values (${values})`, `select ${names} from "${name}"`]
    })
    const indexes = ['edition_index', 'draft_index', 'media_index']
    const ofIndexes =
      dialect === 'sqlite'
        ? [
            ...indexes.map((name) => `insert into ${name} (rowid, tokens) values (1, 'x')`),
            ...indexes.map((name) => `select rowid from ${name} where ${name} match '"x"'`),
            'select term, doc from edition_vocabulary',
          ]
        : [
            ...indexes.map((name) => `insert into ${name} (key, tokens) values (1, 'x')`),
            ...indexes.map((name) => `select key from ${name} where tokens @@ 'x'::tsquery`),
            "select edition_matches('x'::tsquery, 0, 1), draft_matches('x'::tsquery)",
          ]
    return [...ofTables, ...ofIndexes]
  }

  /** Those that fail after a change of the schema. */
  async function failing(change?: string): Promise<string[]> {
    const database = await today()
    if (change) await database.run(change)
    const failed: string[] = []
    for (const statement of statements())
      await database.run(statement).catch((error: Error) => failed.push(`${statement}: ${error.message}`))
    await database.close()
    return failed
  }

  it('work on the present schema: what they use is dropped or renamed one release later', async () => {
    expect(await failing()).toEqual([])
  })

  it.each([
    ['a renamed column', 'alter table tags rename column description to about', 2],
    ['a dropped column', 'alter table previews drop column created_by', 2],
    ['a renamed table', 'alter table ref_counts rename to counts', 2],
    [
      'a new column that is required',
      'create table new_one (id text); drop table settings; create table settings (name text not null, value text not null, kind text not null)',
      1,
    ],
  ])('would fail on %s', async (_what, change, count) => {
    expect(await failing(change)).toHaveLength(count)
  })
})
