/** Before the tests on PostgreSQL: a server, and a name for all that this run makes on it. */
import { randomUUID } from 'node:crypto'
import { build } from './build.js'
import { startPostgres } from './postgres-server.js'

export let server

export default async function setup() {
  process.env.TEST_RUN = `dateline_test_${randomUUID().slice(0, 8)}`
  process.env.TEST_BUILD = build()
  if (process.env.TEST_POSTGRES_URL) return
  server = await startPostgres()
  process.env.TEST_POSTGRES_URL = server.url
}
