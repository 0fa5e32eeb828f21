/** Before the tests on PostgreSQL: a server, and a name for all that this run makes on it. After them nothing of it stays. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startPostgres } from './postgres-server.js'

export default async function setup() {
  process.env.TEST_RUN = `dateline_test_${randomUUID().slice(0, 8)}`
  if (process.env.TEST_POSTGRES_URL) return dropDatabases
  const server = await startPostgres()
  process.env.TEST_POSTGRES_URL = server.url
  return server.stop
}

async function dropDatabases() {
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL })
  await client.connect()
  const names = "select datname from pg_database where datname like $1 || '%'"
  const { rows } = await client.query(names, [process.env.TEST_RUN])
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
