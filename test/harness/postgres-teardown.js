/** After the tests on PostgreSQL: nothing of theirs stays on the server. */
import pg from 'pg'
import { server } from './postgres-setup.js'

export default async function teardown() {
  if (server) return server.stop()
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL })
  await client.connect()
  const names = "select datname from pg_database where datname like $1 || '%'"
  const { rows } = await client.query(names, [process.env.TEST_RUN])
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
