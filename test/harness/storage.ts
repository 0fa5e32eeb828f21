import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dialect } from '../../src/storage/columns.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** A new database of the engine under test, gone when it is closed. */
export async function temporaryStorage(): Promise<Storage> {
  if (dialect === 'sqlite') return sqliteFile()
  const server = process.env.TEST_POSTGRES_URL
  return server ? postgresDatabase(server) : postgresInProcess()
}

async function sqliteFile(): Promise<Storage> {
  const folder = await mkdtemp(join(tmpdir(), 'dateline-'))
  const storage = await openStorage(join(folder, 'test.db'))
  return {
    ...storage,
    close: async () => {
      await storage.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function postgresDatabase(server: string): Promise<Storage> {
  const { default: pg } = await import('pg')
  const name = `dateline_test_${randomUUID().replaceAll('-', '')}`
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  await admin(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const storage = await openStorage(url.href)
  return {
    ...storage,
    close: async () => {
      await storage.close()
      await admin(`drop database ${name}`)
    },
  }
}

async function postgresInProcess(): Promise<Storage> {
  const { PGlite } = await import('@electric-sql/pglite')
  const { drizzle } = await import('drizzle-orm/pglite')
  const { postgresStorage } = await import('../../src/storage/postgres.ts')
  const client = new PGlite()
  return postgresStorage(drizzle(client), () => client.close())
}
