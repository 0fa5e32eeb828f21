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
