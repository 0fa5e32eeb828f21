import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dialect } from '../../src/storage/dialect.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { OpenOptions, Storage } from '../../src/storage/storage.ts'
import { closeLater } from './cleanup.ts'
// @ts-expect-error: plain JavaScript, since what starts PostgreSQL loads it as it is.
import { dataHome } from './data-home.js'
// @ts-expect-error: plain JavaScript, since it is loaded as it is.
import { templateOnce } from './once/template.js'

/** A new database of the engine under test, removed when it is closed, at the latest when the test file ends. */
export const temporaryStorage = async (options: OpenOptions = {}): Promise<Storage> =>
  (await temporaryStorages(1, options))[0]

/** So many processes' connections to one new database, which is removed when the first is closed. */
export async function temporaryStorages(count: number, options: OpenOptions = {}): Promise<[Storage, ...Storage[]]> {
  const { open, remove } = await (dialect === 'sqlite' ? sqliteFile(options) : postgresDatabase(options))
  const storage = await open()
  const others: Storage[] = []
  while (others.length < count - 1) others.push(await open())
  const close = closeLater(async () => {
    for (const one of [storage, ...others]) await one.close()
    await remove()
  })
  return [{ ...storage, close }, ...others]
}

interface Temporary {
  open: () => Promise<Storage>
  remove: () => Promise<void>
}

/** A new folder, removed when the test file ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(dataHome, 'dateline-'))
  closeLater(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function sqliteFile(options: OpenOptions): Promise<Temporary> {
  const folder = await mkdtemp(join(dataHome, 'dateline-'))
  const path = join(folder, 'test.db')
  await writeFile(path, await templateOnce(migratedFile))
  const remove = () => rm(folder, { recursive: true })
  return { open: () => openStorage(path, options), remove }
}

async function migratedFile(): Promise<Buffer> {
  const folder = await mkdtemp(join(dataHome, 'dateline-'))
  const path = join(folder, 'template.db')
  await (await openStorage(path)).close()
  const file = await readFile(path)
  await rm(folder, { recursive: true })
  return file
}

/** How long a writer may be silent, in milliseconds: long, since a busy machine may stop the tests' process for seconds. */
const SILENCE = 60_000

async function postgresDatabase(options: OpenOptions): Promise<Temporary> {
  const { url, remove } = await newDatabase()
  const { TEST_POOLER_URL: pooler } = process.env
  const through = pooler ? databaseAt(pooler, new URL(url).pathname.slice(1)) : url
  const server = { prepared: !pooler, silence: SILENCE }
  return { open: () => openStorage(through, { ...options, server }), remove }
}

/** On PostgreSQL a copy of a database that has been migrated once for the whole run. */
export async function newDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const { TEST_RUN: run = 'dateline_test', TEST_POSTGRES_URL: address = '' } = process.env
  const template = `${run}_template`
  const name = `${run}_${randomUUID().replaceAll('-', '')}`
  await asAdmin(address, async (query) => {
    await query(`select pg_advisory_lock(hashtext('${template}'))`)
    const exists = await query(`select 1 from pg_database where datname = '${template}'`)
    if (exists === 0) {
      await query(`create database ${template}`)
      await (await openStorage(databaseAt(address, template))).close()
    }
    await query(`create database ${name} template ${template}`)
  })
  const remove = () => asAdmin(address, (query) => query(`drop database ${name} with (force)`))
  return { url: databaseAt(address, name), remove }
}

function databaseAt(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Statements outside any transaction, each of which gives the number of its rows; the connection ends with the work. */
async function asAdmin(
  server: string,
  work: (query: (statement: string) => Promise<number>) => Promise<unknown>,
): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await work(async (statement) => (await client.query(statement)).rowCount ?? 0)
  } finally {
    await client.end()
  }
}
