import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import { TIMEOUTS } from '../../src/app/create-server.ts'
import { admission } from '../../src/http/admission.ts'
import { serverFactory } from '../../src/http/http-server.ts'
import { discardBody } from '../../src/http/lingering-close.ts'
import { shortcut } from '../../src/http/shortcut.ts'
import { problems } from '../../src/lib/problem.ts'
import { type Client, type Newsroom, newsroom } from '../harness/newsroom.ts'
import { problem } from '../harness/problem.ts'
import { raw, rawBlind } from '../harness/raw.ts'

let room: Newsroom
let articleId: string
beforeAll(async () => {
  room = await newsroom()
  const { editor } = room
  await editor.post('/v1/authors').send({ name: 'Ana Moreau' }).expect(201)
  await editor.post('/v1/authors').send({ name: 'Bo Lind' }).expect(201)
  const article = { headline: 'Bridge reopens', authors: ['ana-moreau'] }
  articleId = (await editor.post('/v1/articles?publish=true').send(article).expect(201)).body.id
})
afterAll(() => room.close())

/** A JSON text as it stands, whatever it is. */
const post = (text: string | Buffer, type = 'application/json', path = '/v1/tags') =>
  room.editor
    .post(path)
    .set('content-type', type)
    .serialize((body) => body)
    .send(text as string)

describe('the router', () => {
  it.each([
    'GET /nowhere',
    'POST /v1',
    'GET /v1/',
    'GET //',
    'GET //v1/authors',
    'GET /V1/authors',
    'GET /v1/authors/',
    'GET /v1/authors/ana-moreau/articles',
    'GET /v1%2Fauthors',
    'GET /v1/authors/ana%2Dmoreau%2F',
    'DELETE /docs/../v1/authors',
    'POST /nowhere',
    'GET *',
    'POST *',
    'GET ftp://dateline.example/livez',
  ])('%s leads nowhere', async (line) => {
    const { status, headers, body } = await raw(room.url, `${line} HTTP/1.1`)
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8'])
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/not-found', instance: headers['x-request-id'] })
    expect(headers).not.toHaveProperty('allow')
    expect(headers['cache-control']).toBe('no-store')
  })

  it.each([
    ['PUT /v1/authors', 'GET, HEAD, POST'],
    ['DELETE /v1/authors?limit=5', 'GET, HEAD, POST'],
    ['POST /v1/authors/ana-moreau', 'DELETE, GET, HEAD, PATCH'],
    [`PUT /v1/authors/${'a'.repeat(200)}`, 'DELETE, GET, HEAD, PATCH'],
    ['PUT /v1/articles/%6Fne', 'DELETE, GET, HEAD, PATCH'],
    ['GET /v1/articles/one/publish', 'POST'],
    ['HEAD /v1/articles/one/publish', 'POST'],
    ['GET /v1/api-keys/1/rotate', 'POST'],
    ['GET /v1/api-keys/1', 'DELETE, PATCH'],
    ['POST /livez', 'GET, HEAD'],
    ['DELETE /openapi.json', 'GET, HEAD'],
    ['POST /docs', 'GET, HEAD'],
    ['PATCH /problems/validation', 'GET, HEAD'],
    ['TRACE /v1/authors', 'GET, HEAD, POST'],
    ['PROPFIND /v1/authors', 'GET, HEAD, POST'],
  ])('%s takes other methods', async (line, allow) => {
    const { status, headers, body } = await raw(room.url, `${line} HTTP/1.1`)
    expect([status, headers.allow]).toEqual([405, allow])
    if (!line.startsWith('HEAD')) expect(JSON.parse(body).type).toBe('/problems/method-not-allowed')
  })

  it.each([
    ['broken escapes', 'GET /v1/articles/%E0%A4%A', 400],
    ['escapes that are none', 'PUT /v1/articles/%zz', 400],
    ['a name too long', `GET /v1/articles/${'a'.repeat(301)}`, 414],
    ['an address too long', `GET /v1/articles/${'a'.repeat(20_000)}`, 431],
    ['a method of its own', 'BREW /v1/authors', 501],
    ['a request without Host', 'GET /v1/authors HTTP/1.1\r\n\r\nGET /v1/authors', 400],
    ['another expectation', 'POST /v1/authors HTTP/1.1\r\nExpect: 200-ok\r\nX: x\r\nHost: x\r\n\r\nGET /', 417],
    ['a version that is none', 'GET /livez HTTP/7.7\r\n\r\nGET /', 400],
  ])('answers %s with a problem', async (_, line, refused) => {
    const { status, headers, body } = await raw(room.url, `${line} HTTP/1.1`)
    expect([status, headers['content-type']]).toEqual([refused, 'application/problem+json; charset=utf-8'])
    expect([headers['cache-control'], Boolean(headers['x-request-id'])]).toEqual(['no-store', true])
    const { type, instance } = JSON.parse(body)
    expect(instance).toMatch(/./)
    expect(problems[type.replace('/problems/', '') as keyof typeof problems][0]).toBe(refused)
  })

  it.each([
    ['http://dateline.example', '/'],
    ['http://dateline.example/', '/'],
    ['HTTP://other.example:8080/livez', '/livez'],
    ['https://dateline.example/v1/articles?fields=headline', '/v1/articles?fields=headline'],
    ['http://dateline.example/feeds/rss.xml?utm_source=x', '/feeds/rss.xml'],
  ])('takes the absolute target %s for %s', async (target, path) => {
    const [plain, absolute] = [
      await raw(room.url, `GET ${path} HTTP/1.1`),
      await raw(room.url, `GET ${target} HTTP/1.1`),
    ]
    expect([plain.status, absolute.status, absolute.body]).toEqual([200, 200, plain.body])
    expect(absolute.headers.etag).toBe(plain.headers.etag)
  })

  it('documents every type of problem at its address', async () => {
    const { body } = await room.anyone.get('/problems').expect(200)
    expect(body.data).toHaveLength(Object.keys(problems).length)
    for (const { type, status } of body.data)
      expect((await room.anyone.get(type).expect(200)).body).toMatchObject({ type, status })
  })

  it('takes no method from a header or a parameter', async () => {
    const { editor } = room
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method'])
      await editor.get('/v1/authors/bo-lind').set(name, 'DELETE').expect(200)
    await editor.get('/v1/authors/bo-lind?_method=DELETE').expect(problem('unknown-parameter'))
    await editor.get('/v1/authors/bo-lind').expect(200)
  })
})

describe('the parser', () => {
  const deep = (open: string, close: string) => `${open.repeat(50_000)}1${close.repeat(50_000)}`
  const wide = `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":0`).join()}}`

  it.each([
    ['half a string', '{"name": "Sto', 'invalid-json'],
    ['a comma too many', '{"name": "Storms",}', 'invalid-json'],
    ['a comment', '{"name": "Storms"} // x', 'invalid-json'],
    ['a raw control character', '{"name": "a\u0001"}', 'invalid-json'],
    ['invalid UTF-8', Buffer.from('{"name": "\xc3\x28"}', 'latin1'), 'invalid-encoding'],
    ['UTF-16', Buffer.from('\ufeff{"name": "Storms"}', 'utf16le'), 'invalid-encoding'],
    ['50,000 arrays deep', deep('[', ']'), 'invalid-json'],
    ['50,000 objects deep', deep('{"name":', '}'), 'invalid-json'],
    ['10,000 keys', wide, 'invalid-json'],
    ['1,002 values', `{"name": [${'1,'.repeat(1_000)}1]}`, 'invalid-json'],
    ['nothing', '', 'validation'],
    ['null', 'null', 'validation'],
    ['a list', '[{"name": "Storms"}]', 'validation'],
    ['a word', '"Storms"', 'validation'],
  ] as const)('refuses %s', async (_, text, type) => {
    await post(text).expect(problem(type))
  })

  it.each([
    ['a NUL', '{"name": "a\\u0000b"}', 'invalid-encoding', '/name'],
    ['a backspace', '{"name": "a\\b"}', 'invalid-encoding', '/name'],
    ['a delete', '{"name": "a\\u007f"}', 'invalid-encoding', '/name'],
    ['a lone high surrogate', '{"name": "a\\ud800"}', 'invalid-encoding', '/name'],
    ['a lone low surrogate deep inside', '{"links": [{"label": "\\udc00x"}]}', 'invalid-encoding', '/links/0/label'],
    ['a NUL in a name', '{"na/me\\u0000": 1}', 'invalid-encoding', '/na~1me\u0000'],
    ['__proto__', '{"name": "x", "__proto__": {"role": "admin"}}', 'invalid-json', '/__proto__'],
    ['an escaped __proto__', '{"links": [{"__pr\\u006fto__": 1}]}', 'invalid-json', '/links/0/__proto__'],
    ['constructor', '{"constructor": {"prototype": {}}}', 'invalid-json', '/constructor'],
    ['prototype', '{"a": {"prototype": 1}}', 'invalid-json', '/a/prototype'],
    ['a name twice', '{"name": "x", "bio": "name", "name": "y"}', 'invalid-json', '/name'],
    ['a name twice, once escaped', '{"name": "x", "n\\u0061me": "y"}', 'invalid-json', '/name'],
    [
      'a name twice deep inside',
      '{"links": [{"label": "\\":\\\\"}, {"a/b": [], "a/b": 1}]}',
      'invalid-json',
      '/links/1/a~1b',
    ],
  ] as const)('refuses %s and says where', async (_, text, type, pointer) => {
    await post(text, 'application/json', '/v1/authors').expect(problem(type, { in: 'body', pointer }))
  })

  it('takes the same name in different objects, and in strings', async () => {
    const links = [1, 2].map((n) => ({ label: `{"label": "\\", "label": ${n}}`, url: `https://x.example/${n}` }))
    await room.editor.post('/v1/authors').send({ name: '"name":"\\"', links }).expect(201)
  })

  it('leaves the prototypes as they are', () => expect({}).not.toHaveProperty('role'))

  it.each([
    ['text/plain', 415],
    ['text/json', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/jsonp', 415],
    ['json', 415],
    ['application/json', 201],
    ['application/json; charset=utf-8', 201],
  ])('answers a body of %s with %i', async (type, status) => {
    await post(`{"name": "Of ${type.replace(/\W+/g, ' ')}"}`, type).expect(status)
  })

  it('takes a body that just fits, and none that is a byte longer, however it comes', async () => {
    const limit = 2 * 1024 * 1024
    const text = `{"name": "Big"${' '.repeat(limit - '{"name": "Big"}'.length)}}`
    await post(text).expect(201)
    const head = (more: string) =>
      `POST /v1/tags HTTP/1.1\r\nAuthorization: ${ADMIN}\r\nContent-Type: application/json\r\n${more}`
    const declared = await raw(room.url, head(`Content-Length: ${limit + 1}`))
    const chunked = await raw(
      room.url,
      head('Transfer-Encoding: chunked'),
      `${(limit + 1).toString(16)}\r\n`,
      `${text} `,
      '\r\n0\r\n\r\n',
    )
    for (const { status, body } of [declared, chunked])
      expect([status, JSON.parse(body).type]).toEqual([413, '/problems/too-large'])
  })

  const MEGABYTE = 1024 * 1024
  const piece = Buffer.alloc(MEGABYTE, 'x')
  function* pieces(count: number, isChunked: boolean) {
    for (let number = 0; number < count; number++) {
      if (isChunked) yield `${MEGABYTE.toString(16)}\r\n`
      yield piece
      if (isChunked) yield '\r\n'
    }
    if (isChunked) yield '0\r\n\r\n'
  }

  it.each([
    ['is too large', 'admin', 'application/json', 413],
    ['nobody may send', 'nobody', 'application/json', 401],
    ['a reader may not send', 'reader', 'application/json', 403],
    ['is of another kind', 'admin', 'text/plain', 415],
  ])('answers 30 MB of what %s also to a client that reads only when all is sent', async (_, who, type, status) => {
    const reader = async () => `Bearer ${(await room.newKey('reader')).token}`
    const authorization = who === 'admin' ? ADMIN : who === 'reader' ? await reader() : 'Bearer dl_no_key'
    const head = (more: string) =>
      `POST /v1/tags HTTP/1.1\r\nAuthorization: ${authorization}\r\nContent-Type: ${type}\r\n${more}`
    const declared = rawBlind(room.url, head(`Content-Length: ${30 * MEGABYTE}`), pieces(30, false))
    const chunked = rawBlind(room.url, head('Transfer-Encoding: chunked'), pieces(30, true))
    for (const reply of [await declared, await chunked]) {
      expect([reply.status, JSON.parse(reply.body).status]).toEqual([status, status])
      expect(Number(reply.headers['content-length'])).toBe(Buffer.byteLength(reply.body))
    }
  })

  it('reads a limited part of it, for a limited time', async () => {
    const limits = { bytes: 10, total: 60_000, idle: 60_000 }
    expect(await discardBody(Readable.from([Buffer.from('12345'), Buffer.from('67890')]), limits)).toBe(true)
    expect(await discardBody(Readable.from([Buffer.from('12345'), Buffer.from('678901')]), limits)).toBe(false)
    const silent = () => new Readable({ read() {} })
    expect(await discardBody(silent(), { ...limits, idle: 1 })).toBe(false)
    expect(await discardBody(silent(), { ...limits, total: 1 })).toBe(false)
    const gone = silent()
    const discarded = discardBody(gone, limits)
    gone.destroy()
    expect(await discarded).toBe(false)
  })

  it('requests an announced body only if it will be read', async () => {
    const head = (length: number, key = ADMIN, type = 'application/json') =>
      `POST /v1/tags HTTP/1.1\r\nAuthorization: ${key}\r\nContent-Type: ${type}\r\nExpect: 100-continue\r\nContent-Length: ${length}`
    const text = '{"name": "Announced"}'
    const wanted = await raw(room.url, head(text.length), text)
    expect([wanted.status, wanted.body]).toEqual([100, expect.stringMatching(/^HTTP\/1.1 201 /)])
    for (const [request, status] of [
      [head(30 * MEGABYTE), 413],
      [head(20, 'Bearer dl_no_key'), 401],
      [head(20, ADMIN, 'text/plain'), 415],
    ] as const)
      expect((await raw(room.url, request)).status).toBe(status)
    const lines = '{"op":"create","resource":"tags","body":{"name":"Announced too"}}'
    const bulk = head(lines.length, ADMIN, 'application/x-ndjson').replace('/v1/tags', '/v1/bulk')
    expect((await raw(room.url, bulk, lines)).status).toBe(100)
  })

  it('takes a merge patch as such and as plain JSON', async () => {
    for (const type of ['application/merge-patch+json', 'application/json']) {
      const patch = room.editor.patch('/v1/authors/bo-lind').set('content-type', type)
      const { body } = await patch.send(JSON.stringify({ jobTitle: type })).expect(200)
      expect(body.jobTitle).toBe(type)
    }
    await room.editor
      .patch('/v1/authors/bo-lind')
      .set('content-type', 'application/json-patch+json')
      .send('[]')
      .expect(problem('unsupported-media-type'))
  })
})

describe('unknown names', () => {
  it.each([
    ['/v1/authors', { name: 'X', emial: 'x@example.org' }, '/emial', 'email'],
    ['/v1/authors', { name: 'X', id: articleIdOf(0) }, '/id', null],
    ['/v1/authors', { name: 'X', links: [{ label: 'X', url: 'https://x.example', urls: 1 }] }, '/links/0/urls', 'url'],
    ['/v1/articles', { headline: 'X', headLine: 'Y' }, '/headLine', 'headline'],
    ['/v1/articles', { headline: 'X', 'a/b~c': 1 }, '/a~1b~0c', null],
    ['/v1/articles', { headline: 'X', seo: { titel: 'Y' } }, '/seo/titel', 'title'],
    ['/v1/articles', { headline: 'X', toString: 1 }, '/toString', null],
  ])('in the body of %s is refused: %j', async (path, body, pointer, meant) => {
    const message = `is not known here${meant ? `; did you mean "${meant}"?` : ''}`
    await room.editor
      .post(path)
      .send(body)
      .expect(problem('unknown-property', { in: 'body', pointer, message }))
  })

  it.each([
    ['/v1/articles?sections=x', '/sections', 'section'],
    ['/v1/articles?publishedAt[gt]=2020-01-01T00:00:00Z&publishedAt[ge]=x', '/publishedAt[ge]', 'publishedAt[gte]'],
    ['/v1/authors?Limit=5', '/Limit', 'limit'],
    ['/v1/authors?email=ana@example.org', '/email', null],
    ['/v1/articles?where[createdBy]=x', '/where[createdBy]', null],
    ['/v1/articles?populate=*', '/populate', null],
    ['/v1/articles?lookup=x', '/lookup', null],
    ['/v1/articles?alias[x]=internalNotes', '/alias[x]', null],
    ['/v1/articles?__proto__=x', '/__proto__', null],
    ['/v1/authors?token=x', '/token', null],
    ['/v1/articles/bridge-reopens?api_key=x', '/api_key', null],
    ['/v1/authors/ana-moreau?api_key=x', '/api_key', null],
    ['/v1/articles/bridge-reopens?id=other', '/id', null],
    ['/v1/me?verbose', '/verbose', null],
  ])('in the query of %s is refused', async (path, pointer, meant) => {
    const message = `is not known here${meant ? `; did you mean "${meant}"?` : ''}`
    await room.editor.get(path).expect(problem('unknown-parameter', { in: 'query', pointer, message }))
  })

  it.each([
    ['post', '/v1/authors?publish=true', { name: 'Nobody' }],
    ['patch', '/v1/authors/ana-moreau?reassign=x', { bio: 'New' }],
    ['delete', '/v1/authors/ana-moreau?permanant=true', undefined],
    ['post', '/v1/articles/bridge-reopens/unpublish?at=2040-01-01T00:00:00Z', undefined],
    ['post', '/v1/articles/bridge-reopens/unpublish', { at: '2040-01-01T00:00:00Z' }],
  ] as const)('in a write is refused, which then changes nothing: %s %s', async (method, path, body) => {
    const target = path.split('?')[0]?.replace('/unpublish', '') ?? ''
    const before = await room.anyone.get(target).expect(200)
    const { status } = await room.editor[method](path).send(body)
    expect(status).toBe(400)
    expect((await room.anyone.get(target)).body).toEqual(before.body)
  })

  it.each([
    ['fields=headline,body,emial', '"emial" is not known here'],
    ['fields=createdBy.email', '"createdBy.email" is not known here'],
    ['fields=', '"" is not known here'],
    ['fields=headlin', '"headlin" is not known here; did you mean "headline"?'],
    ['include=citation', '"citation" is not known here; did you mean "citations"?'],
    ['include=*', '"*" is not known here'],
    ['include=constructor', '"constructor" is not known here'],
  ])('in %s is refused', async (query, message) => {
    const [name] = query.split('=')
    const error = { in: 'query', pointer: `/${name}`, code: 'unknown_field', message } as const
    for (const path of ['/v1/articles', '/v1/articles/bridge-reopens'])
      await room.anyone.get(`${path}?${query}`).expect(problem('unknown-field', error))
  })

  it.each(['TRUE', '1', 'yes', '', 'true&count=true'])(
    'is a flag that is neither true nor false: %s',
    async (value) => {
      const { body } = await room.anyone.get(`/v1/articles?count=${value}`).expect(400)
      expect(body).toMatchObject({ type: '/problems/validation', errors: [{ in: 'query', pointer: '/count' }] })
      expect((await room.anyone.get('/v1/articles?count=false').expect(200)).body.page).not.toHaveProperty('total')
    },
  )

  it.each(['createdBy', '-version', 'email', '', '--name', 'name,slug', 'NAME'])(
    'cannot be sorted by: %s',
    async (sort) => {
      for (const list of ['articles', 'authors'])
        await room.anyone
          .get(`/v1/${list}?sort=${sort}`)
          .expect(problem('validation', { in: 'query', pointer: '/sort' }))
    },
  )

  it.each(['x%00y', '%00', 'x%08', '%7f'])('is text that is not clean: %s', async (text) => {
    const { anyone } = room
    const inSection = problem('invalid-encoding', { in: 'query', pointer: '/section' })
    for (const query of [`section=${text}`, `section=${text}&section=${text}`, `section=news&section=${text}`])
      for (const path of ['/v1/articles', '/feeds/rss.xml']) await anyone.get(`${path}?${query}`).expect(inSection)
    await anyone.get(`/v1/articles/${text}`).expect(problem('invalid-encoding', { in: 'path', pointer: '/article' }))
    await anyone.get(`/v1/authors/${text}`).expect(problem('invalid-encoding', { in: 'path', pointer: '/author' }))
  })

  it.each(['%ff', '%ED%A0%BD', '%zz', 'a%', '%C3'])('is not UTF-8 in percent-encoding: %s', async (text) => {
    for (const query of [`section=${text}`, `limit=2&section=${text}`])
      for (const path of ['/v1/articles', '/v1/authors', '/feeds/rss.xml'])
        if (path === '/v1/articles' || !query.startsWith('limit'))
          expect((await raw(room.url, `GET ${path}?${query} HTTP/1.1`)).body).toContain('/problems/invalid-encoding')
  })

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00%2B23:59', '9999-12-31T23:59:59-23:59', '2030-02-30T00:00:00Z'])(
    'is a moment that no calendar has: %s',
    async (time) => {
      const error = { in: 'query', pointer: '/publishedAt[gte]' } as const
      await room.anyone.get(`/v1/articles?publishedAt[gte]=${time}`).expect(problem('validation', error))
    },
  )
})

describe('a list', () => {
  it.each([
    '1e9',
    '101',
    '0',
    '-1',
    'abc',
    '',
    '1.5',
    'NaN',
    'Infinity',
    '5&limit=6',
    '5,6',
    '0x10',
    '1e1',
    '%2010',
    '10%20',
    '5.0',
    '%2B5',
    '٣',
  ])('has no limit of %s', async (limit) => {
    for (const list of ['articles', 'authors', 'related-links'])
      await room.anyone
        .get(`/v1/${list}?limit=${limit}`)
        .expect(problem('validation', { in: 'query', pointer: '/limit' }))
  })

  it('takes a cursor only of the same query', async () => {
    const { anyone } = room
    const { body, headers } = await anyone.get('/v1/authors?limit=1&kind=person').expect(200)
    const { next } = body.page
    expect(headers.link).toBe(`</v1/authors?limit=1&kind=person&cursor=${next}>; rel="next"`)
    await anyone.get(`/v1/authors?kind=person&limit=5&count=true&cursor=${next}`).expect(200)
    const [text, position] = [
      Buffer.from(next, 'base64url').toString(),
      /\[.*/.exec(Buffer.from(next, 'base64url').toString())?.[0],
    ]
    const forged = [
      text.replace('ana', 'bob'),
      text.replace(',0]', ',1]'),
      position,
      text.slice(0, -1),
      `${text} `,
      '',
      '[]',
      "' or 1=1 --",
    ].map((one) => Buffer.from(one ?? '').toString('base64url'))
    const queries = [
      ...forged.map((cursor) => `/v1/authors?kind=person&cursor=${cursor}`),
      `/v1/authors?cursor=${next}`,
      `/v1/authors?kind=organization&cursor=${next}`,
      `/v1/authors?kind=person&sort=-name&cursor=${next}`,
      `/v1/authors?kind=person&sort=createdAt&cursor=${next}`,
      `/v1/tags?cursor=${next}`,
      `/v1/articles?cursor=${next}`,
    ]
    for (const query of queries)
      await anyone.get(query).expect(problem('invalid-cursor', { in: 'query', pointer: '/cursor' }))
    await anyone.get(`/v1/authors?kind=person&cursor=${next}&cursor=${next}`).expect(400)
  })

  it('refuses a forged cursor', async () => {
    const { createHash } = await import('node:crypto')
    const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 8)
    const lists = {
      authors: [
        ['name', 'a\u0000'],
        ['createdAt', '1'],
        ['createdAt', '2030-02-31T00:00:00.000Z'],
        ['createdAt', '0000-01-01T00:00:00.000Z'],
      ],
      sections: [['position', 1e300]],
      articles: [['publishedAt', '2020']],
    }
    for (const [list, keys] of Object.entries(lists))
      for (const [sort, key] of keys) {
        const position = JSON.stringify([key, 'x', 0])
        const signature = JSON.stringify([`/v1/${list}`, [['sort', sort]]])
        for (const text of [position, '{', 'null', '["a"]', `${position}]`]) {
          const cursor = Buffer.from(digest(signature + text) + text).toString('base64url')
          const at = { in: 'query', pointer: '/cursor' } as const
          await room.anyone.get(`/v1/${list}?sort=${sort}&cursor=${cursor}`).expect(problem('invalid-cursor', at))
        }
      }
  })
})

describe('X-Request-Id', () => {
  it.each(['abc', 'req-1', 'a.b:c_d', 'x'.repeat(100)])('is used: %s', async (id) => {
    const { headers, body } = await room.anyone.get('/v1/nothing').set('x-request-id', id)
    expect([headers['x-request-id'], body.instance]).toEqual([id, id])
  })

  it.each(['', 'x'.repeat(101), 'a b', '../../etc', '{"level":60}', '%0d%0a', 'é'])('is replaced: %s', async (id) => {
    const { headers, body } = await room.anyone.get('/v1/nothing').set('x-request-id', id)
    expect(headers['x-request-id']).toMatch(/^[\w-]{12}-[0-9a-z]+$/)
    expect(body.instance).toBe(headers['x-request-id'])
  })

  it.each(['a\rb', 'a\nforged'])('with a line break forges no line', async (id) => {
    const { status } = await raw(room.url, `GET /v1/authors HTTP/1.1\r\nX-Request-Id: ${id}`)
    expect(status).toBe(400)
    expect(room.log.join('')).not.toContain('forged')
    expect(() => room.log.map((line) => JSON.parse(line))).not.toThrow()
  })
})

describe('CORS', () => {
  const evil = 'https://evil.example'
  const preflight = (client: Client, path: string, origin: string) =>
    client
      .options(path)
      .set({ origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' })

  it('is open by default, without credentials', async () => {
    for (const path of ['/v1/authors', '/v1/nothing']) {
      const { headers } = await room.anyone.get(path).set('origin', evil)
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-expose-headers']).toContain('ETag')
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
    const { headers } = await preflight(room.anyone, '/v1/articles/x', evil).expect(204)
    expect(headers['access-control-allow-methods']).toContain('PATCH')
    expect(headers['access-control-allow-headers']).toContain('authorization')
    await room.anyone.options('/v1/articles').expect(204)
    expect(headers).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'x-request-id': expect.any(String),
    })
  })

  it('lets in only the origins that are configured', async () => {
    const { anyone, close } = await newsroom({ CORS_ORIGINS: 'https://a.example, https://b.example' })
    const replies = (origin: string) => [
      anyone.get('/v1/authors').set('origin', origin).expect(200),
      anyone.get('/v1/nothing').set('origin', origin).expect(404),
      anyone.get('/livez').set('origin', origin).expect(200),
      preflight(anyone, '/v1/authors', origin).expect(204),
    ]
    for (const origin of [evil, 'null', 'https://a.example.evil.example', 'https://a.example:444', 'http://a.example'])
      for (const { headers } of await Promise.all(replies(origin))) {
        expect(headers).not.toHaveProperty('access-control-allow-origin')
        expect(headers.vary).toContain('Origin')
      }
    for (const { headers } of await Promise.all(replies('https://b.example'))) {
      expect(headers['access-control-allow-origin']).toBe('https://b.example')
      expect(headers.vary).toContain('Origin')
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
    await close()
  })
})

describe('conditional requests', () => {
  const readable = [
    '/v1/articles',
    '/v1/articles/bridge-reopens',
    '/v1/articles/bridge-reopens?fields=headline',
    '/v1/authors',
    '/v1/authors/ana-moreau',
    '/v1/articles/bridge-reopens/citations',
    '/v1/related-links',
    '/v1/me',
    '/openapi.json',
  ]

  it.each(readable)('%s has a strong ETag and answers If-None-Match in all its forms', async (path) => {
    const { anyone } = room
    const { headers } = await anyone.get(path).expect(200)
    const { etag = '' } = headers
    expect(etag).toMatch(/^"[\w-]+"$/)
    for (const condition of [
      etag,
      `W/${etag}`,
      '*',
      `"a", ${etag}`,
      `"a",W/"b" , W/${etag}`,
      ...['-gzip', ';br'].map((end) => etag.replace(/"$/, `${end}"`)),
    ]) {
      const { headers: fresh, text } = await anyone.get(path).set('if-none-match', condition).expect(304)
      expect([fresh.etag, fresh['cache-control'], fresh.vary, text]).toEqual([
        etag,
        headers['cache-control'],
        headers.vary,
        '',
      ])
      expect(fresh).not.toHaveProperty('content-type')
      const head = anyone.head(path).set('accept-encoding', 'gzip')
      await head.set('if-none-match', condition).expect(304)
    }
    for (const condition of ['"a"', etag.replaceAll('"', ''), `${etag.slice(0, -2)}"`, '""', '"a", "b"'])
      await anyone.get(path).set('if-none-match', condition).expect(200)
  })

  it.each(readable)('HEAD %s is GET without a body', async (path) => {
    const ask = (method: 'get' | 'head') => room.anyone[method](path).set('accept-encoding', 'gzip')
    const [get, head] = [await ask('get'), await ask('head')]
    const { date: _, 'x-request-id': __, connection: ___, ...same } = get.headers
    expect(head.headers).toMatchObject(same)
    expect([head.status, head.text]).toEqual([200, undefined])
  })

  it('says when one resource was last modified', async () => {
    for (const path of ['/v1/articles/bridge-reopens', '/v1/authors/ana-moreau'])
      expect((await room.anyone.get(path)).headers['last-modified']).toBe('Tue, 01 Jan 2030 12:00:00 GMT')
  })

  it.each([
    ['authors', { name: 'Cai Wen' }, { jobTitle: 'Editor' }],
    ['articles', { headline: 'Ferry returns' }, { kicker: 'Harbour' }],
  ])('a write to %s takes the ETag of GET, and refuses an old one', async (list, made, patch) => {
    const { editor } = room
    const created = await editor.post(`/v1/${list}`).send(made).expect(201)
    const path = `/v1/${list}/${created.body.id}`
    const draft = list === 'articles' ? `${path}?version=draft` : path
    const { etag = '' } = (await editor.get(draft).expect(200)).headers
    expect(etag).toMatch(/^"1-/)
    const change = (condition: string) => editor.patch(path).set('if-match', condition).send(patch)
    for (const stale of [
      'W/"0"',
      '"0;br"',
      'W/x',
      'w/"1"',
      '"1;x"',
      '"0"',
      '"2-x"',
      'x',
      '""',
      '"1x"',
      etag.replaceAll('"', ''),
      '"0", "7-x"',
    ])
      await change(stale)
        .expect(problem('precondition-failed'))
        .expect(({ body }) => expect(body.currentVersion).toBe(1))
    expect((await editor.get(draft)).headers.etag).toBe(etag)
    const { headers } = await change(`"9", ${etag}`).expect(200)
    expect(headers.etag).toBe((await editor.get(draft)).headers.etag)
    await change(etag).expect(412)
    // As proxies that compress change it.
    for (const present of ['W/"2"', `W/${headers.etag}`, ...['-gzip', ';br'].map((end) => `"2-abc${end}"`)])
      await change(present).expect(200)
    await change('*').expect(200)
    await editor.delete(path).set('if-match', etag).expect(412)
    await change('x'.repeat(1_001)).expect(problem('validation', { in: 'header', pointer: '/if-match' }))
    await editor.delete(path).set('if-match', '"2"').expect(204)
    await change('*').expect(404)
  })

  it('lets one of many clients with one ETag through', async () => {
    const { body } = await room.editor.post('/v1/tags').send({ name: 'Contested' }).expect(201)
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const change = room.editor.patch(`/v1/tags/${body.id}`).set('if-match', '"1"')
        return (await change.send({ description: `By ${index}` })).status
      }),
    )
    expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(412)])
  })
})

describe('caching', () => {
  it('lets public replies be cached as configured, and replies to a key nowhere', async () => {
    const { anyone, reader, editor, close } = await newsroom({ CACHE_MAX_AGE: '7', CACHE_STALE_WHILE_REVALIDATE: '9' })
    await editor.post('/v1/authors').send({ name: 'Ana' }).expect(201)
    for (const path of ['/v1/authors', '/v1/authors/ana', '/v1/articles', '/v1/me']) {
      const { headers } = await anyone.get(path).expect(200)
      expect(headers['cache-control']).toBe('public, max-age=7, stale-while-revalidate=9')
      for (const client of [reader, editor]) {
        const { headers } = await client.get(path).expect(200)
        expect(headers['cache-control']).toBe('private, no-store')
        expect(headers).not.toHaveProperty('cache-tag', expect.stringContaining('dl_'))
      }
      expect(headers.vary).toContain('Authorization')
    }
    for (const path of ['/v1/authors/nobody', '/v1/articles?x=1', '/v1/api-keys', '/livez', '/readyz'])
      expect((await anyone.get(path)).headers['cache-control']).toBe('no-store')
    await close()
  })

  it('tags replies with the ends of the ids inside', async () => {
    const { body, headers } = await room.anyone.get('/v1/articles/bridge-reopens').expect(200)
    expect(headers['cache-tag']?.split(',')).toEqual([articleId.slice(-12), body.authors[0].id.slice(-12)])
  })

  it('tags lists with what they show, and parts of an article as the article', async () => {
    const { anyone, editor, close } = await newsroom()
    const created: Record<string, string> = {}
    for (const [kind, body] of Object.entries({
      authors: { name: 'Ana' },
      sources: { name: 'Harbour office', slug: 'harbour', kind: 'organization' },
      sections: { name: 'World' },
      tags: { name: 'Tides' },
    }))
      created[kind] = (await editor.post(`/v1/${kind}`).send(body).expect(201)).body.id
    const article = {
      headline: 'The tide',
      slug: 'tide',
      citations: [{ source: 'harbour', relation: 'cited' }],
      relatedLinks: [{ url: 'https://a.example/', title: 'A page' }],
    }
    const { id, relatedLinks } = (await editor.post('/v1/articles?publish=true').send(article).expect(201)).body
    await editor.post('/v1/articles/tide/corrections').send({ kind: 'update', text: 'It has turned.' }).expect(201)
    for (const [path, tagged] of [
      ...Object.entries(created).map(([kind, entry]) => [`/v1/${kind}`, ['articles', entry]] as const),
      ['/v1/corrections', ['articles', id]],
      ['/v1/related-links', ['articles', id]],
      ['/v1/articles/tide/corrections', [id]],
      ['/v1/articles/tide/citations', [id, created.sources]],
      [`/v1/related-links/${relatedLinks[0].id}`, [id]],
    ] as const) {
      const { headers } = await anyone.get(path).expect(200)
      expect([path, headers['cache-tag']]).toEqual([path, tagged.map((one) => one.split('-').at(-1)).join(',')])
    }
    await close()
  })
})

describe('what proxies add', () => {
  it('changes nothing unless it is trusted', async () => {
    const forwarded = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      'x-forwarded-for': '6.6.6.6',
      forwarded: 'host=evil.example',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/v1/api-keys',
      'x-rewrite-url': '/v1/api-keys',
    }
    for (const path of [
      '/v1/authors?limit=1',
      '/v1/articles/bridge-reopens',
      '/openapi.json',
      '/docs',
      '/v1/authors/zz',
    ]) {
      const [plain, dressed] = [
        await room.anyone.get(path).set('x-request-id', 'same'),
        await room.anyone.get(path).set({ ...forwarded, 'x-request-id': 'same' }),
      ]
      expect(dressed.text).toBe(plain.text)
      expect({ ...dressed.headers, date: '' }).toEqual({ ...plain.headers, date: '' })
    }
  })
})

describe('pipelined requests', () => {
  /** A server whose replies are larger than what the system buffers for a connection that is not read. */
  const REPLY = Buffer.alloc(256 * 1024, 'x')
  const REQUESTS = 200

  it('are handled in turn, and not read on while a reply is unread', async () => {
    let handled = 0
    const server = serverFactory(
      TIMEOUTS,
      admission(),
      shortcut(),
    )((_request, reply) => {
      handled += 1
      reply.end(REPLY)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const socket = connect(port, '127.0.0.1').pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(REQUESTS - 1))
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    for (let others = 1; others <= 20; others++) expect((await raw(url, 'GET / HTTP/1.1')).status).toBe(200)
    expect(handled - 20).toBeLessThan(REQUESTS / 2)
    let replies = 0
    socket.on('data', (bytes) => {
      replies += bytes.toString('latin1').split('HTTP/1.1 200').length - 1
    })
    await once(socket.resume(), 'close')
    expect(handled - 20).toBe(REQUESTS)
    expect(replies).toBeGreaterThan(REQUESTS * 0.9)
    server.close()
  })
})

describe('overload', () => {
  it('is answered 503 from when a turn of the event loop takes too long to its end, health checks excepted', async () => {
    let time = 1
    const statuses: number[] = []
    const listener = admission(() => time).guard((_request, reply) => {
      time += 1
      reply.writeHead(200).end()
    })
    const arrive = (url: string, method = 'GET') => {
      const end = () => {}
      const writeHead = (status: number) => {
        statuses.push(status)
        return { end }
      }
      listener({ url, method } as IncomingMessage, { writeHead, end } as unknown as ServerResponse)
    }
    for (let count = 0; count < 70; count++) arrive('/v1/articles')
    expect(statuses.slice(0, 64)).toEqual(Array(64).fill(200))
    expect(statuses.slice(64)).toEqual(Array(6).fill(503))
    arrive('/livez')
    arrive('/readyz?x')
    arrive('/livezz')
    expect(statuses.slice(70)).toEqual([200, 200, 503])
    await new Promise(setImmediate)
    arrive('/v1/articles')
    expect(statuses.at(-1)).toBe(200)
    await new Promise(setImmediate)
    statuses.length = 0
    for (let count = 0; count < 65; count++) arrive('/v1/articles', 'POST')
    arrive('/v1/articles')
    expect(statuses.slice(63)).toEqual([200, 503, 200])
  })

  it('is answered 503 while too many writes are in flight, which are all answered', async () => {
    const { anyone, editor, storage, close } = await newsroom()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const writing = storage.transaction(() => held)
    const all = Array.from({ length: 65 }, (_, count) => editor.post('/v1/tags').send({ name: `Tag ${count}` }))
    const replies = all.map((sent) => sent.then((reply) => reply))
    const first = await Promise.race(replies)
    problem('busy')(first)
    expect(first.headers['retry-after']).toBe('1')
    await anyone.get('/livez').expect(200)
    await anyone.get('/v1/tags').expect(200)
    await anyone.get('/v1/authors?limit=3').expect(200)
    release()
    await writing
    const statuses = (await Promise.all(replies)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([...Array(64).fill(201), 503])
    await close()
  })
})

describe('the rate limit', () => {
  it('counts by address, whatever a header says, and answers 429 with Retry-After', async () => {
    const { anyone, reader, close } = await newsroom({ RATE_LIMIT: '4' })
    for (let count = 1; count <= 4; count++)
      await anyone.get('/v1/authors').set('x-forwarded-for', `10.0.0.${count}`).expect(200)
    const { headers } = await anyone
      .get('/v1/articles')
      .set('x-forwarded-for', '10.0.0.9')
      .expect(problem('rate-limited'))
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
    await reader.get('/v1/authors').expect(200)
    await close()
  })

  it('counts every reply: from the cache, refused, not found', async () => {
    const { anyone, as, reader, clock, close } = await newsroom({ RATE_LIMIT: '8' })
    const badKey = as(`dl_${'0'.repeat(32)}_${'x'.repeat(43)}`)
    const left = (count: number) => (response: { headers: Record<string, string> }) =>
      expect(response.headers).toMatchObject({
        'ratelimit-policy': '"default";q=8;w=60',
        ratelimit: `"default";r=${count};t=60`,
      })
    await anyone.get('/v1/articles/%zz').expect(400).expect(left(7))
    await anyone.get('/v1/authors').expect(200).expect(left(6))
    await anyone.get('/v1/authors').expect(200).expect(left(5))
    await badKey.get('/v1/authors').expect(401).expect(left(4))
    await anyone.get('/v1/api-keys').expect(401).expect(left(3))
    await anyone.get('/v1/nothing').expect(404).expect(left(2))
    await badKey.get('/v1/nothing').expect(401).expect(left(1))
    await anyone.post('/livez').expect(405).expect(left(0))
    clock.tick(18_000)
    for (const attempt of [
      anyone.get('/v1/authors'),
      badKey.get('/v1/authors'),
      anyone.get('/v1/nothing'),
      anyone.get('/v1/api-keys'),
    ]) {
      const { headers } = await attempt.expect(problem('rate-limited'))
      expect(headers).toMatchObject({ 'retry-after': '42', ratelimit: '"default";r=0;t=42' })
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'x-request-id': expect.any(String) })
    }
    await anyone.get('/v1/articles/%zz').expect(problem('rate-limited'))
    await anyone.get('/livez').expect(200)
    await anyone
      .options('/v1/authors')
      .set({ origin: 'https://a.example', 'access-control-request-method': 'GET' })
      .expect(204)
    await reader.get('/v1/authors').expect(200).expect(left(7))
    clock.tick(42_000)
    await anyone.get('/v1/authors').expect(200).expect(left(7))
    await close()
  })

  it("is a key's own where it has one", async () => {
    const { client } = await room.newKey('editor', { rateLimit: 2 })
    await client.get('/v1/me').expect(200)
    await client.get('/v1/me').expect(200)
    await client.post('/v1/tags').send({ name: 'Too much' }).expect(problem('rate-limited'))
    await room.editor.get('/v1/tags/too-much').expect(404)
    await room.anyone.get('/v1/me').expect(200)
  })
})

describe('the log', () => {
  it('holds no secret, wherever one was sent', async () => {
    const { anyone, newKey, as, log } = room
    const { token, client } = await newKey('editor')
    const secret = token.split('_').slice(2).join('_')
    const hidden = 'hunter2-in-the-query'
    await client.get('/v1/me').expect(200)
    await anyone.get(`/v1/authors?api_key=${hidden}`).expect(400)
    await anyone.get(`/v1/nothing?token=${hidden}&api_key=${token}`).expect(404)
    await as(`${token}x`).get('/v1/me').expect(401)
    await anyone.get('/v1/me').set('authorization', `Basic ${token}`).expect(401)
    await anyone.get('/v1/me').set('cookie', `key=${token}`).expect(200)
    await client.post('/v1/tags').send(`{"name": "${hidden}`).set('content-type', 'application/json').expect(400)
    await client.patch('/v1/tags/none').set('if-match', hidden).send({ name: hidden }).expect(404)
    const text = log.join('')
    expect(text).toContain('"/v1/nothing"')
    for (const each of [secret, hidden, 'Bearer', 'authorization']) expect(text).not.toContain(each)
  })
})

it('logs no path that may hold the token of a preview', async () => {
  // Then reads are logged, too.
  const { anyone, editor, log, url, close } = await newsroom({ LOG_LEVEL: 'debug' })
  const { body: article } = await editor.post('/v1/articles').send({ headline: 'A draft' }).expect(201)
  const { body } = await editor.post(`/v1/articles/${article.id}/preview`).expect(201)
  const token = body.url.split('/').at(-1) as string
  const half = token.slice(-30)
  const before = log.length
  const paths = [
    ...['', '/', '/x', '%0a', '%2f', '//', 'x', '.', '%', '%zz'].map((end) => `/v1/previews/${token}${end}`),
    ...['//v1/previews/', '/v1//previews/', '/V1/previews/', '/v1/Previews/', '/v1/preview/', '/previews/', '/v1/'],
    ...[
      '/v1/%70reviews/',
      '/v1/pre%0aviews/',
      '/v1/%2570reviews/',
      '/v1/%2525252570reviews/',
      '/v1%2fpreviews%2f',
      '/v1/previews/%0a',
      '/x/../',
    ],
  ]
  for (const path of paths) {
    const whole = path.includes(token) ? path : path + token
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PROPFIND']) {
      const origin = method === 'OPTIONS' ? '\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: GET' : ''
      await raw(url, `${method} ${whole} HTTP/1.1${origin}`)
    }
  }
  const lines = log.slice(before).join('')
  expect(lines.split('\n').length).toBeGreaterThan(paths.length * 5)
  expect(lines).not.toContain(half)
  expect(lines).toContain('hidden: it may hold a token')
  await anyone.get('/v1/nothing-here').expect(404)
  expect(log.at(-1)).toContain('"/v1/nothing-here"')
  // To decode it over and over would take seconds.
  await anyone.get(`/v1/nothing-here-%${'25'.repeat(7_000)}`).expect(404)
  expect(log.at(-1)).toContain('hidden: it may hold a token')
  await close()
})

const ADMIN = 'Bearer an-admin-key-for-tests-that-is-long-enough'

function articleIdOf(number: number): string {
  return `0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6${number}`
}

it('takes writes after many clients have hung up as soon as they had sent theirs', async () => {
  const { port } = new URL(room.url)
  const hangUp = (name: string) =>
    new Promise<void>((resolve) => {
      const body = JSON.stringify({ name })
      const head = ['POST /v1/tags HTTP/1.1', 'Host: localhost', `Authorization: ${ADMIN}`]
      const request = [...head, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body]
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(request.join('\r\n'))
        socket.resetAndDestroy()
      })
      socket.on('error', () => {}).on('close', () => resolve())
    })
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 20 }, (_, client) => hangUp(`Gone ${round} ${client}`)))
  await room.admin.post('/v1/tags').send({ name: 'After all of them' }).expect(201)
})
