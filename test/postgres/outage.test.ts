/** What happens to requests when PostgreSQL, or the way to it, fails. */
import pg from 'pg'
import { openStorage } from '../../src/storage/open.ts'
import { insertRow } from '../../src/storage/prepared-statements.ts'
import { slugs } from '../../src/storage/schema.ts'
import { codesOf, type Storage } from '../../src/storage/storage.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
import { problem } from '../harness/problem.ts'
import { databaseProxy } from '../harness/proxy.ts'
import { newDatabase } from '../harness/storage.ts'

/** The advisory lock of writing transactions. */
const WRITE_LOCK = 0x44_41_54_45

let database: Awaited<ReturnType<typeof newDatabase>>
let proxy: Awaited<ReturnType<typeof databaseProxy>>
let storage: Storage
let room: Newsroom
let direct: pg.Client
const sql = async (text: string) => (await direct.query(text)).rows

beforeAll(async () => {
  database = await newDatabase()
  proxy = await databaseProxy(database.url)
  storage = await openStorage(proxy.url, { server: { timeout: 1_000 } })
  room = await newsroom({}, { storage })
  direct = new pg.Client(database.url)
  await direct.connect()
  await create('Bridge reopens').expect(201)
})
afterAll(async () => {
  await room.close()
  await storage.close()
  await proxy.cut()
  await direct.end()
  await database.remove()
})

const create = (headline: string) => room.editor.post('/v1/articles?publish=true').send({ headline })
const read = () => room.anyone.get('/v1/articles/bridge-reopens')
const isReady = () => room.anyone.get('/readyz')

/** The sessions of the service that wait for a lock, as soon as there is one. */
async function waitingSession(): Promise<number> {
  for (;;) {
    const [session] = await sql(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
    )
    if (session) return session.pid
  }
}

it('a write whose connection the server ends is 503, and the next one is done', async () => {
  await sql('begin; lock table articles')
  const interrupted = create('Interrupted').then((reply) => reply)
  await sql(`select pg_terminate_backend(${await waitingSession()})`)
  await sql('rollback')
  const { status, headers, body } = await interrupted
  expect([status, headers['retry-after'], body.detail]).toEqual([503, '5', 'the database does not answer'])
  await create('Interrupted').expect(201)
})

it('a read whose connection the server has ended is answered by another', async () => {
  await read().expect(200)
  await sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await room.anyone.get('/v1/tags').expect(200)
  await read().expect(200)
  await create('After the end of all connections').expect(201)
})

it('reads wait for no writer', async () => {
  await sql(`select pg_advisory_lock(${WRITE_LOCK})`)
  const writes = Array.from({ length: 64 }, (_, number) => create(`Waiting ${number}`).then(({ status }) => status))
  await waitingSession()
  const reads = await Promise.all(
    Array.from({ length: 40 }, (_, number) => room.anyone.get(`/v1/articles?limit=${number + 1}`)),
  )
  expect(new Set(reads.map(({ status }) => status))).toEqual(new Set([200]))
  await sql(`select pg_advisory_unlock(${WRITE_LOCK})`)
  expect(new Set(await Promise.all(writes))).toEqual(new Set([201]))
})

it('a process that is silent while it has the write lock loses it, and what it had not committed', async () => {
  const silent = await openStorage(database.url, { server: { silence: 100 } })
  let goOn = () => {}
  const stopped = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { tags } = await import('../../src/storage/schema.ts')
  let begun = () => {}
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const work = silent.transaction(async (tx) => {
    await tx.delete(tags)
    begun()
    await stopped
    await tx.delete(tags)
  })
  await hasBegun
  await create('Written by another process').expect(201)
  const ended = expect(work).rejects.toThrow()
  goOn()
  await ended
  await silent.transaction(async (tx) => void (await tx.select().from(tags)))
  await silent.close()
})

it('a write that fails unnoticed fails its transaction, with its own error, and no other', async () => {
  const tag = { kind: 'tag', slug: 'twice', target: 'none', live: false }
  const fail = storage.transaction(async (tx) => {
    await tx.insert(slugs).values(tag)
    await tx.insert(slugs).values(tag)
  })
  const succeed = storage.transaction((tx) => insertRow(tx, slugs, { ...tag, slug: 'once' }))
  await expect(fail.catch(codesOf)).resolves.toContain('23505')
  await succeed
  expect(await sql(`select slug from slugs where target = 'none'`)).toEqual([{ slug: 'once' }])
})

it('a statement without end is ended, and the request is 503', async () => {
  await sql('begin; lock table tags')
  problem('busy')(await room.anyone.get('/v1/tags'))
  await sql('rollback')
  await room.anyone.get('/v1/tags').expect(200)
})

it('a database that takes no writes is 503, and is read; a service starts over it', async () => {
  const [{ name }] = await sql('select current_database() as name')
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  await sql(`alter database ${name} set default_transaction_read_only = on`)
  await sql(end)
  problem('read-only')(await create('Not written'))
  await read().expect(200)
  await (await openStorage(database.url)).close()
  await sql(`set default_transaction_read_only = off; alter database ${name} reset default_transaction_read_only`)
  await sql(end)
  await create('Written again').expect(201)
})

it('no value of a statement is in the log', async () => {
  const { token } = await room.newKey('editor')
  await sql('alter table audit_log rename to audit_log_away')
  const reply = await fetch(`${room.url}/v1/articles`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ headline: 'Confidential matter' }),
  })
  expect(reply.status).toBe(500)
  await sql('alter table audit_log_away rename to audit_log')
  const log = room.log.join('')
  expect(log).toContain('audit_log')
  expect(log).not.toMatch(/confidential/i)
})

it('while the server cannot be reached all is 503, and then goes on', async () => {
  await proxy.cut()
  const replies = await Promise.all([read(), create('Not stored'), isReady(), room.editor.get('/v1/me')])
  for (const reply of replies) {
    problem('busy')(reply)
    expect(reply.headers['retry-after']).toBe('5')
  }
  await room.anyone.get('/livez').expect(200)
  await proxy.restore()
  await read().expect(200)
  await create('Stored again').expect(201)
})

it('where the network is silent requests are 503 after the time limit', async () => {
  proxy.silence()
  const replies = await Promise.all([read(), create('Lost on the way'), isReady()])
  for (const reply of replies) problem('busy')(reply)
  await proxy.restore()
  await isReady().expect(200)
  await read().expect(200)
})

it('a start waits for the server', async () => {
  const late = await databaseProxy(database.url)
  await late.cut()
  await expect(openStorage(late.url)).rejects.toThrow('the PostgreSQL database cannot be opened')
  const opening = openStorage(late.url, { server: { wait: 60_000 } })
  await late.restore()
  const opened = await opening
  await opened.ping()
  await opened.close()
  await late.cut()
})

it('search reads the index of tokens', async () => {
  const scans = async () => {
    const [row] =
      await sql(`select seq_scan, (select idx_scan from pg_stat_user_indexes where indexrelname = 'edition_index_tokens') as by_tokens
      from pg_stat_user_tables where relname = 'edition_index'`)
    return [Number(row.seq_scan), Number(row.by_tokens)]
  }
  // The planner would rather read so small a table as a whole.
  await sql('analyze edition_index')
  await sql('select pg_stat_force_next_flush()')
  const [whole = 0, byTokens = 0] = await scans()
  expect(await sql(`select * from edition_matches('bridge', 0, 9007199254740991)`)).toHaveLength(1)
  await sql('select pg_stat_force_next_flush()')
  expect(await scans()).toEqual([whole, byTokens + 1])
})

describe('a replica', () => {
  it('is read while it has the last change, and the server where it has not, or does not answer', async () => {
    const [main, copy] = [await newDatabase(), await newDatabase()]
    const way = await databaseProxy(copy.url)
    const readUrl = new URL(way.url)
    // Its configuration is its own.
    readUrl.searchParams.set('options', '-c timezone=Asia/Tokyo')
    const pair = await openStorage(main.url, { server: { readUrl: readUrl.href } })
    const own = await newsroom({}, { storage: pair })
    const clients = [new pg.Client(main.url), new pg.Client(copy.url)] as const
    for (const client of clients) await client.connect()
    const [onMain, onCopy] = clients
    let limit = 1
    const listed = async () => {
      limit += 1
      const { body } = await own.anyone.get(`/v1/articles?limit=${limit}`).expect(200)
      return body.data.map(({ headline }: { headline: string }) => headline)
    }
    const publish = (headline: string) => own.editor.post('/v1/articles?publish=true').send({ headline }).expect(201)

    await publish('First')
    expect(await listed()).toEqual(['First'])
    // The copy gets the change, and not the article: so its replies can be told from those of the server.
    const { rows } = await onMain.query('select seq, type, at, target, slug, version from changes')
    await onCopy.query('insert into changes (seq, type, at, target, slug, version) values ($1, $2, $3, $4, $5, $6)', [
      ...Object.values(rows[0]),
    ])
    expect(await listed()).toEqual([])
    await own.anyone.get('/v1/search?q=first').expect(200, /"data":\[\]/)
    // What is not public is read from the server.
    expect((await own.editor.get('/v1/articles?version=draft').expect(200)).body.data).toHaveLength(1)
    await publish('Second')
    expect(await listed()).toEqual(['Second', 'First'])
    await way.cut()
    expect(await listed()).toEqual(['Second', 'First'])

    for (const client of clients) await client.end()
    await own.close()
    await pair.close()
    for (const database of [main, copy]) await database.remove()
  })
})
