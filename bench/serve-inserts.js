/**
 * Bare Fastify whose one route writes the rows that Dateline writes, by hand-written SQL in one transaction and with
 * the same durability: `node bench/serve-inserts.js <its database> <Dateline's database> <file>`. The file names the
 * articles whose rows are the pattern. It checks, resolves, compiles and compresses nothing: it is what SQLite costs.
 */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import fastify from 'fastify'
import { v7 } from 'uuid'
import { keepAliveTimeout } from './rivals.js'
import { articlePatterns } from './row-patterns.js'

const [own = '', datelines = '', file = ''] = process.argv.slice(2)
const db = new Database(own)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('foreign_keys = ON')
db.pragma('cache_size = -32000')

/** @type {{ drafts: { id: string, reply: object }[], published: { id: string, reply: object }[] }} */
const models = JSON.parse(readFileSync(file, 'utf8'))
const source = new Database(datelines, { readonly: true })
const drafts = await articlePatterns(source, db, models.drafts)
const published = await articlePatterns(source, db, models.published)
source.close()

const insert = db.transaction((patterns, headline) => patterns.next(v7(), headline).write()).immediate

const app = fastify({ keepAliveTimeout, bodyLimit: 2 * 1024 * 1024 })
app.post('/v1/articles', (request, reply) => {
  const patterns = request.query.publish === 'true' ? published : drafts
  const { headers, body } = insert(patterns, request.body.headline)
  return reply.code(201).headers(headers).send(body)
})
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
