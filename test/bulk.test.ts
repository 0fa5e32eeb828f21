import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { linesOf } from '../src/bulk/lines.ts'
import { articles } from '../src/storage/schema.ts'
import { linesIn } from './harness/document.ts'
import { type Client, type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

interface Result {
  line: number
  status: number
  id?: string
  slug?: string
  version?: number
  warnings?: unknown[]
  problem?: { type: string; detail: string; instance: string; errors?: { pointer: string; code: string }[] }
}

const NDJSON = 'application/x-ndjson'

const post = (client: Client, body: string | Buffer, query = '') =>
  client.post(`/v1/bulk${query}`).type(NDJSON).buffer(true).send(body)

/** Sends the lines, objects as JSON; gives the answers. */
async function bulk(lines: (object | string)[], { client = room.editor, query = '' } = {}): Promise<Result[]> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  return linesIn<Result>(await post(client, text, query).expect(200))
}

const article = (headline: string, more: object = {}) => ({ op: 'create', body: { headline, ...more } })
const statuses = (results: Result[]) => results.map(({ status }) => status)
const stored = async () => (await room.storage.reader.select({ id: articles.id }).from(articles)).length

describe('a bulk request', () => {
  it('does operations of every kind, in order, each as if it came by itself', async () => {
    const { anyone, editor, clock } = room
    const results = await bulk([
      { op: 'create', resource: 'authors', body: { name: 'Ana Moreau' } },
      { op: 'create', resource: 'sources', body: { name: 'Harbour office', kind: 'organization' } },
      { op: 'create', resource: 'sections', body: { name: 'World' } },
      { op: 'create', resource: 'tags', body: { name: 'Ports' } },
      '',
      `${JSON.stringify(article('The bridge', { section: 'world', authors: ['ana-moreau'], tags: ['ports'] }))}\r`,
      '\r',
      { op: 'update', id: 'the-bridge', body: { kicker: 'New' }, publish: true },
      { ...article('The tide', { note: 'From the wire.' }), publish: true },
      { op: 'unpublish', id: 'the-tide', body: { note: 'Too early.' } },
      { op: 'publish', id: 'the-tide', body: { at: new Date(clock.time.getTime() + 60_000).toISOString() } },
      { op: 'update', resource: 'authors', id: 'ana-moreau', body: { jobTitle: 'Editor' } },
      { op: 'create', resource: 'tags', body: { name: 'Short lived' } },
      { op: 'delete', resource: 'tags', id: 'short-lived' },
      article('To be deleted'),
      { op: 'delete', id: 'to-be-deleted' },
      article('From a text', { body: { format: 'html', value: '<p>One.</p><video></video>' } }),
    ])
    expect(results.map(({ line }) => line)).toEqual([1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17])
    expect(statuses(results)).toEqual([201, 201, 201, 201, 201, 200, 201, 200, 200, 200, 201, 204, 201, 204, 201])
    expect(results[5]).toEqual({ line: 8, status: 200, id: results[4]?.id, slug: 'the-bridge', version: 2 })
    expect(results.at(-1)).toHaveProperty('warnings')
    const { body: bridge } = await anyone.get('/v1/articles/the-bridge').expect(200)
    expect(bridge).toMatchObject({ kicker: 'New', section: { slug: 'world' }, authors: [{ jobTitle: 'Editor' }] })
    const { body: tide, headers } = await editor.get('/v1/articles/the-tide?version=draft').expect(200)
    expect([tide.status, headers.etag]).toEqual(['scheduled', expect.any(String)])
    const { headers: public_ } = await anyone.get('/v1/articles?limit=1').expect(200)
    expect(public_['cache-control']).toMatch(/^public, max-age=10/)
    await anyone.get('/v1/articles/the-tide').expect(404)
    await editor.get('/v1/articles/to-be-deleted?version=draft').expect(404)
    await editor.get('/v1/tags/short-lived').expect(404)
  })

  it('indexes nothing of a line that is refused after its article was saved', async () => {
    await bulk([{ ...article('The withdrawn weir'), publish: true }])
    await room.editor.post('/v1/articles/the-withdrawn-weir/retract').send({ reason: 'Wrong.' }).expect(200)
    const results = await bulk([
      { op: 'update', id: 'the-withdrawn-weir', body: { headline: 'The axolotl' }, publish: true },
      article('The newt'),
    ])
    expect(statuses(results)).toEqual([409, 201])
    const found = async (word: string) => {
      const { body } = await room.editor.get(`/v1/articles?version=draft&q=${word}`).expect(200)
      return (body as { data: { slug: string }[] }).data.map(({ slug }) => slug)
    }
    expect(await found('axolotl')).toEqual([])
    expect(await found('weir')).toEqual(['the-withdrawn-weir'])
    expect(await found('newt')).toEqual(['the-newt'])
  })

  it('answers each bad line in its place, and the rest is unharmed', async () => {
    const lines = Array.from({ length: 200 }, (_, n) => Buffer.from(JSON.stringify(article(`Wire ${n}`))))
    const bad: Record<number, Buffer> = {
      20: Buffer.from('{"op":"create",'),
      40: Buffer.from([0x22, 0xff, 0x22]),
      60: Buffer.from(JSON.stringify(article('x'.repeat(2 * 1024 * 1024)))),
      80: Buffer.from(JSON.stringify(article('Wire 80', { section: 'nowhere' }))),
      100: Buffer.from(JSON.stringify(article('Wire 100', { kiker: 'x', authors: [5] }))),
      120: Buffer.from(JSON.stringify(article('Wire 120', { slug: 'wire-119' }))),
      140: Buffer.from('{"op":"make"}'),
      160: Buffer.from(JSON.stringify({ op: 'publish', id: 'not-there' })),
      180: Buffer.from('[]'),
    }
    const body = lines.flatMap((line, n) => [bad[n] ?? line, Buffer.from('\n')])
    const results = linesIn<Result>(await post(room.editor, Buffer.concat(body)).expect(200))
    expect(results.map(({ line }) => line)).toEqual(lines.map((_, n) => n + 1))
    const refused = results.filter(({ status }) => status !== 201)
    expect(refused.map(({ line, status, problem }) => [line - 1, status, problem?.type.slice(10)])).toEqual([
      [20, 400, 'invalid-json'],
      [40, 400, 'invalid-encoding'],
      [60, 413, 'too-large'],
      [80, 422, 'invalid-reference'],
      [100, 400, 'validation'],
      [120, 409, 'conflict'],
      [140, 400, 'validation'],
      [160, 404, 'not-found'],
      [180, 400, 'validation'],
    ])
    expect(results[80]?.problem?.errors).toMatchObject([{ pointer: '/body/section' }])
    expect(results[100]?.problem?.errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/body/authors/0',
      '/body/kiker',
    ])
    expect(results[120]?.problem?.errors).toMatchObject([{ pointer: '/body/slug' }])
    expect(results[140]?.problem?.errors).toMatchObject([{ pointer: '/op' }])
    for (const n of [79, 81, 119, 121, 199]) expect(results[n]).toMatchObject({ slug: `wire-${n}`, version: 1 })
    for (const n of [79, 81, 199]) await room.editor.get(`/v1/articles/wire-${n}?version=draft`).expect(200)
    await room.editor.get('/v1/articles/wire-80?version=draft').expect(404)
  })

  it('reads large lines as it reads small ones', async () => {
    const list = (item: unknown) => [{ type: 'list', ordered: false, items: Array(900).fill(item) }]
    const created = await bulk([article('A long list', { body: list('Cars') })])
    expect(created).toMatchObject([{ line: 1, status: 201, slug: 'a-long-list' }])
    const results = await bulk([
      { op: 'update', id: 'a-long-list', body: { body: list('Trams') }, publish: true },
      { op: 'update', id: 'a-long-list', body: { body: list(5) } },
      { op: 'publish', id: 'a-long-list', body: { note: list('Trams') } },
      { op: 'create', resource: 'tags', body: { name: list('Trams'), description: 'x'.repeat(3_000) } },
      { op: 'create', resource: 'tags', body: { name: Array(1_100).fill(1) } },
      { op: 'make', body: list('Trams') },
    ])
    expect(statuses(results)).toEqual([200, 400, 400, 400, 400, 400])
    const pointers = results.map(({ problem }) => problem?.errors?.[0]?.pointer)
    expect(pointers).toEqual([undefined, '/body/body/0/items/0', '/body/note', '/body/name', undefined, '/op'])
    expect(results[4]?.problem?.type).toBe('/problems/invalid-json')
  })

  it('refuses contradictory parameters, and says where', async () => {
    const results = await bulk([
      { op: 'update', body: {} },
      { op: 'create', id: 'x', body: { headline: 'x' } },
      { op: 'publish', resource: 'tags', id: 'x' },
      { op: 'create', resource: 'tags', body: { name: 'x' }, publish: true },
      { op: 'delete', id: 'x', body: { permanent: true } },
      { op: 'create' },
      { op: 'update', id: 'x', body: 'text' },
      { op: 'publish', id: 'x', body: { at: 'tomorrow' } },
      { op: 'delete', id: 'x', permanent: true },
      article('x', Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`unknown-${n}`, n]))),
    ])
    expect(statuses(results)).toEqual(Array(10).fill(400))
    expect(results.map(({ problem }) => problem?.errors?.[0])).toMatchObject([
      { pointer: '/id', code: 'required' },
      { pointer: '/id' },
      { pointer: '/op' },
      { pointer: '/publish' },
      { pointer: '/body/permanent', code: 'unknown' },
      { pointer: '/body', code: 'required' },
      { pointer: '/body' },
      { pointer: '/body/at' },
      { pointer: '/permanent', code: 'unknown' },
      { pointer: '/body/unknown-0' },
    ])
    expect(results.at(-1)?.problem?.errors).toHaveLength(20)
  })

  it('ends with the access of its key', async () => {
    const { id, token } = await room.newKey('editor')
    const { hostname, port } = new URL(room.url)
    const line = `${JSON.stringify(article('Before it was revoked'))}\n`
    const request = send({ hostname, port, path: '/v1/bulk', method: 'POST' })
    request.setHeader('authorization', `Bearer ${token}`).setHeader('content-type', 'application/x-ndjson')
    const response = new Promise<IncomingMessage>((resolve) => request.once('response', resolve))
    request.write(line)
    const [first] = await once((await response).setEncoding('utf8'), 'data')
    expect(JSON.parse(first)).toMatchObject({ line: 1, status: 201 })
    const closed = once(request, 'close')
    request.on('error', () => {})
    await room.admin.delete(`/v1/api-keys/${id}`).expect(204)
    await closed
  })

  it('lets contributors write drafts of their own, and nothing else', async () => {
    const { contributor } = room
    await bulk([article('An editor wrote it')])
    const mine = (lines: object[]) => bulk(lines, { client: contributor })
    const [created] = await mine([article('A contributor wrote it')])
    const id = created?.id ?? ''
    const results = await mine([
      { op: 'update', id, body: { kicker: 'Mine' } },
      { op: 'update', id: 'an-editor-wrote-it', body: { kicker: 'Not mine' } },
      { ...article('At once'), publish: true },
      { op: 'update', id, body: {}, publish: true },
      { op: 'publish', id },
      { op: 'unpublish', id },
      { op: 'delete', id },
      { op: 'create', resource: 'tags', body: { name: 'Not theirs' } },
      { op: 'update', resource: 'authors', id: 'ana-moreau', body: {} },
      { op: 'delete', resource: 'sections', id: 'world' },
    ])
    expect(statuses(results)).toEqual([200, 404, 403, 403, 403, 403, 403, 403, 403, 403])
    await contributor.get(`/v1/articles/${id}?version=draft`).expect(200)
    await post(room.reader, '{}').expect(problem('forbidden'))
    await post(room.anyone, '{}').expect(problem('unauthenticated'))
  })

  it('can be sent again: what has an externalId is created once', async () => {
    const lines = [article('Wired', { externalId: 'w-1' }), article('Wired too', { externalId: 'w-2' })]
    expect(statuses(await bulk(lines))).toEqual([201, 201])
    const again = await bulk(lines)
    expect(statuses(again)).toEqual([409, 409])
    expect(again[0]?.problem?.errors).toMatchObject([{ pointer: '/body/externalId', code: 'taken' }])
    await room.editor.get('/v1/articles/wired-2?version=draft').expect(404)
    const keyed = post(room.editor, JSON.stringify(lines[0])).set('idempotency-key', 'k')
    await keyed.expect(problem('bad-request'))
  })
})

describe('atomic=true', () => {
  it('does all or nothing', async () => {
    const query = '?atomic=true'
    const before = await stored()
    const lines = Array.from({ length: 200 }, (_, n) => article(`Together ${n}`))
    const refused = await bulk([...lines.slice(0, 150), article('Odd', { slug: 'together-3' }), ...lines.slice(150)], {
      query,
    })
    expect(refused).toHaveLength(201)
    expect(statuses(refused)).toEqual(Array(201).fill(409))
    expect(refused[150]?.problem).toMatchObject({ detail: expect.stringContaining('together-3') })
    for (const n of [0, 149, 151, 200]) expect(refused[n]?.problem?.detail).toBe('not done: line 151 failed')
    expect(refused[0]?.problem?.type).toBe('/problems/conflict')

    const unread = await bulk(['', article('One'), '{', article('Two'), article('Three', { headlin: '' })], { query })
    expect(unread.map(({ line, status }) => [line, status])).toEqual([
      [2, 409],
      [3, 400],
      [4, 409],
      [5, 400],
    ])
    expect(unread[0]?.problem?.detail).toBe('not done: line 3 failed')
    expect(await stored()).toBe(before)

    expect(statuses(await bulk(lines, { query }))).toEqual(Array(200).fill(201))
    expect(await stored()).toBe(before + 200)
    expect(await bulk([], { query })).toEqual([])
  })

  it('is limited in size', async () => {
    const before = await stored()
    const tooMany = `${JSON.stringify(article('Many'))}\n`.repeat(10_001)
    await post(room.editor, tooMany, '?atomic=true').expect(problem('too-large'))
    const line = `${JSON.stringify(article('Large', { summary: 'x'.repeat(1024 * 1024) }))}\n`
    await post(room.editor, line.repeat(33), '?dryRun=true').expect(problem('too-large'))
    expect(await stored()).toBe(before)
  })
})

describe('dryRun=true', () => {
  it('reports the result of each line, and stores nothing', async () => {
    const before = await stored()
    const lines = [
      { op: 'create', resource: 'sections', body: { name: 'Rehearsed' } },
      article('Rehearsed', { section: 'rehearsed', externalId: 'r-1' }),
      article('Rehearsed', { slug: 'rehearsed-slug', externalId: 'r-1' }),
      article('Again', { slug: 'rehearsed-slug', section: 'rehearsed' }),
      '{"op":',
      article('Astray', { section: 'nowhere' }),
      { op: 'publish', id: 'rehearsed' },
      { op: 'publish', id: 'not-there' },
      { op: 'delete', resource: 'sections', id: 'rehearsed' },
    ]
    const expected = [201, 201, 409, 201, 400, 422, 200, 404, 409]
    for (const query of ['?dryRun=true', '?dryRun=true&atomic=true'])
      expect(statuses(await bulk(lines, { query }))).toEqual(expected)
    expect(await stored()).toBe(before)
    await room.editor.get('/v1/sections/rehearsed').expect(404)
    expect(statuses(await bulk(lines))).toEqual(expected)
    await room.anyone.get('/v1/articles/rehearsed').expect(200)
  })
})

describe('the stream', () => {
  /** A request that is written to piece by piece; what comes back is in `received`. */
  const open = async () => {
    const { token } = await room.newKey('editor')
    const headers = { authorization: `Bearer ${token}`, 'content-type': NDJSON }
    const received: string[] = []
    const request = send(`${room.url}/v1/bulk`, { method: 'POST', headers, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (text) => received.push(text))
      response.on('error', () => {})
    })
    request.on('error', () => {})
    return { request, received }
  }
  const until = async (holds: () => boolean) => {
    while (!holds()) await pause(5)
  }

  it('answers what has come while more is to come', async () => {
    const { request, received } = await open()
    request.write(`${JSON.stringify(article('First by itself'))}\n{"op"`)
    await until(() => received.length === 1)
    expect(JSON.parse(received.join(''))).toMatchObject({ line: 1, slug: 'first-by-itself' })
    request.end(':"delete","id":"first-by-itself"}')
    await until(() => received.length === 2)
    expect(JSON.parse(received[1] ?? '')).toMatchObject({ line: 2, status: 204 })
  })

  it('stops when the client disconnects', async () => {
    const before = await stored()
    const { request, received } = await open()
    const line = `${JSON.stringify(article('Gone', { summary: 'x'.repeat(1000) }))}\n`
    request.write(line.repeat(5_000))
    await until(() => received.length > 0)
    request.destroy()
    let count = 0
    for (let now = await stored(); now !== count; now = await stored()) {
      count = now
      await pause(300)
    }
    expect(count).toBeGreaterThan(before)
    expect(count).toBeLessThan(before + 5_000)
    expect(room.log.filter((entry) => entry.includes('"level":50'))).toEqual([])
    expect(statuses(await bulk([article('Still there')]))).toEqual([201])
  })

  it('accepts only lines of JSON', async () => {
    const { editor } = room
    await editor.post('/v1/bulk').send({ op: 'create' }).expect(problem('unsupported-media-type'))
    await editor.post('/v1/bulk').type('text/plain').send('{}').expect(problem('unsupported-media-type'))
    await editor.post('/v1/bulk').expect(problem('validation', { pointer: '' }))
    await editor.post('/v1/articles').type(NDJSON).send('{}').expect(problem('unsupported-media-type'))
    await post(editor, '{}', '?atomic=yes').expect(problem('validation', { pointer: '/atomic' }))
    await post(editor, '{}', '?dryrun=true').expect(problem('unknown-parameter', { pointer: '/dryrun' }))
    expect(await bulk(['', '', ''])).toEqual([])
  })

  it('is cut into the same lines however it comes', async () => {
    const text = 'one\r\n\ntwo\n123456789\n12345678\r\n\n\nçé\nlast'
    const bytes = Buffer.from(text)
    const expected = [
      [1, 'one'],
      [3, 'two'],
      [4, undefined],
      [5, '12345678'],
      [8, 'çé'],
      [9, 'last'],
    ]
    for (let size = 1; size <= bytes.length; size += 1) {
      async function* pieces() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      }
      const found: unknown[] = []
      for await (const { number, bytes } of linesOf(pieces(), 8)) found.push([number, bytes?.toString()])
      expect(found).toEqual(expected)
    }
  })
})

it('lets others run while it reads empty lines', async () => {
  async function* newlines() {
    yield Buffer.alloc(10_000, '\n')
  }
  let turns = 0
  const counting = () => {
    turns += 1
    next = setImmediate(counting)
  }
  let next = setImmediate(counting)
  for await (const line of linesOf(newlines(), 8)) throw new Error(`line ${line.number} is empty`)
  clearImmediate(next)
  expect(turns).toBeGreaterThanOrEqual(5)
})
