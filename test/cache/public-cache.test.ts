import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
import { raw } from '../harness/raw.ts'

/** What differs from one reply to the next, whichever way it was given. */
const OF_REQUEST = ['date', 'x-request-id', 'connection', 'ratelimit']

/** What a 304 leaves out, since it describes the body (RFC 9110, section 15.4.5). */
const OF_BODY = ['content-length', 'content-type', 'last-modified']

const rooms: [string, Record<string, string>][] = [
  ['with the defaults', {}],
  ['for pages of some origins', { CORS_ORIGINS: 'https://a.example,https://b.example' }],
  ['with a rate limit', { RATE_LIMIT: '10000' }],
  // Then no reply is sent in front of the hooks.
  ['that is logged', { LOG_LEVEL: 'debug' }],
]

describe.each(rooms)('a reply %s', (_, environment) => {
  let room: Newsroom
  beforeAll(async () => {
    room = await newsroom(environment)
    const { admin } = room
    await admin.post('/v1/authors').send({ name: 'Ana Moreau' }).expect(201)
    await admin
      .post('/v1/articles?publish=true')
      .send({
        headline: 'Bridge reopens',
        slug: 'bridge',
        authors: ['ana-moreau'],
        body: [{ type: 'paragraph', text: 'It is open.' }],
      })
      .expect(201)
    room.clock.tick()
  })
  afterAll(() => room.close())

  const request = async (line: string, ...headers: string[]) => {
    const reply = await raw(room.url, [`${line} HTTP/1.1`, ...headers].join('\r\n'))
    for (const name of OF_REQUEST) delete reply.headers[name]
    return reply
  }

  it.each([
    '/v1/articles',
    '/v1/articles?limit=1&count=true',
    '/v1/articles?fields=headline',
    '/v1/articles/bridge',
    '/v1/articles/bridge?fields=headline',
    '/v1/articles/bridge/citations',
    '/v1/articles/bridge/related',
    '/v1/search?q=bridge',
    '/v1/authors',
    '/v1/authors/ana-moreau',
    '/v1/corrections',
    '/v1/related-links',
    '/feeds/rss.xml',
    '/sitemap.xml',
  ])('is the same from the cache as from the handler: %s', async (path) => {
    // HEAD is always answered by the handler.
    const { headers } = await request(`HEAD ${path}`)
    // The first may be answered by the handler, the second is cached.
    const first = await request(`GET ${path}`)
    const second = await request(`GET ${path}`)
    expect([second.status, second.headers]).toEqual([200, headers])
    expect(first).toEqual(second)

    const condition = `If-None-Match: ${headers.etag}`
    const { headers: unchanged } = await request(`HEAD ${path}`, condition)
    for (const name of OF_BODY) delete unchanged[name]
    const fresh = await request(`GET ${path}`, condition)
    expect([fresh.status, fresh.headers, fresh.body]).toEqual([304, unchanged, ''])
  })

  it('does not depend on the Origin of an earlier request', async () => {
    const path = '/v1/authors/ana-moreau'
    const plain = await request(`GET ${path}`)
    await room.admin.patch('/v1/authors/ana-moreau').set('if-match', '*').send({ jobTitle: 'Editor' }).expect(200)
    const fromPage = await request(`GET ${path}`, 'Origin: https://a.example')
    expect(fromPage.headers['access-control-allow-origin']).toMatch(/^(\*|https:\/\/a\.example)$/)
    const after = await request(`GET ${path}`)
    expect(after.headers['access-control-allow-origin']).toBe(plain.headers['access-control-allow-origin'])
    for (const origin of ['https://b.example', 'https://a.example', 'https://evil.example', '*']) {
      const { headers } = await request(`HEAD ${path}`, `Origin: ${origin}`)
      expect((await request(`GET ${path}`, `Origin: ${origin}`)).headers).toEqual(headers)
      if (origin.startsWith('https:'))
        expect([origin, '*', undefined]).toContain(headers['access-control-allow-origin'])
    }
  })
})

describe('a cached list or feed', () => {
  let room: Newsroom
  beforeAll(async () => {
    room = await newsroom()
    for (const name of ['Ports', 'Storms']) await room.editor.post('/v1/tags').send({ name }).expect(201)
    await room.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
    await publish({ headline: 'Bridge', slug: 'bridge', tags: ['ports'], section: 'world' })
  })

  const publish = (body: object) => room.editor.post('/v1/articles?publish=true').send(body).expect(201)
  const lists = [
    '/v1/articles?tag=ports',
    '/v1/articles?tag=ports,storms&section=world&count=true',
    '/v1/articles?section=world&author=none&sort=headline',
    '/feeds/atom.xml?tag=ports',
  ]
  const etags = async () =>
    Promise.all(lists.map(async (path) => (await room.anyone.get(path).expect(200)).headers.etag))

  it('stays while articles change that it cannot have', async () => {
    const before = await etags()
    await publish({ headline: 'Elsewhere', tags: ['storms'] })
    expect(await etags()).toEqual(before)
  })

  it.each([
    ['an article comes', () => publish({ headline: 'New', tags: ['ports'], section: 'world', slug: 'new' })],
    ['one changes', () => room.editor.patch('/v1/articles/new?publish=true').send({ headline: 'Newer' }).expect(200)],
    ['one leaves it', () => room.editor.patch('/v1/articles/new?publish=true').send({ tags: [], section: null })],
    ['one leaves the site', () => room.editor.post('/v1/articles/bridge/unpublish').expect(200)],
    ['an entry is renamed', () => room.editor.patch('/v1/tags/storms').send({ name: 'Gales' }).expect(200)],
  ])('ends when %s', async (_, write) => {
    const before = await etags()
    await write()
    const after = await etags()
    expect(after.filter((etag, index) => etag === before[index])).toEqual([])
  })
})

describe('a compressed reply', () => {
  const PATH = '/v1/articles/tides'
  let room: Newsroom
  beforeAll(async () => {
    room = await newsroom()
    const body = Array.from({ length: 40 }, (_, at) => ({ type: 'paragraph', text: `High water ${at}, Küste.` }))
    await room.admin.post('/v1/articles?publish=true').send({ headline: 'Tides', slug: 'tides', body }).expect(201)
  })

  const get = async (accepted: string, more: Record<string, string> = {}) => {
    const reply = await request(`${room.url}${PATH}`, { headers: { 'accept-encoding': accepted, ...more } })
    const bytes = Buffer.from(await reply.body.arrayBuffer())
    const { 'content-encoding': coding, etag = '', vary } = reply.headers as Record<string, string>
    return { status: reply.statusCode, coding, etag, vary, bytes }
  }
  /** Requests until the reply has been compressed. */
  const compressed = async (accepted: string, more: Record<string, string> = {}) => {
    for (;;) {
      const reply = await get(accepted, more)
      if (reply.coding !== undefined) return reply
    }
  }
  const decoders = { br: brotliDecompressSync, gzip: gunzipSync }

  it.each([
    ['br', 'gzip, deflate, br, zstd'],
    ['gzip', 'gzip'],
    ['gzip', 'br;q=0, *'],
  ] as const)('is %s for Accept-Encoding: %s, and has the same content', async (coding, accepted) => {
    const plain = await get('identity')
    const reply = await compressed(accepted)
    expect(reply).toMatchObject({ coding, etag: plain.etag.replace(/"$/, `-${coding}"`) })
    expect(reply.vary).toContain('Accept-Encoding')
    expect(reply.bytes.length).toBeLessThan(plain.bytes.length / 2)
    expect(decoders[coding](reply.bytes).equals(plain.bytes)).toBe(true)
  })

  it('has the same headers for HEAD as for GET', async () => {
    await compressed('br')
    const fields = ['etag', 'content-length', 'content-encoding', 'content-type', 'vary', 'cache-tag']
    for (const accepted of ['br', 'identity']) {
      const headers = { 'accept-encoding': accepted }
      const [got, head] = await Promise.all(
        (['GET', 'HEAD'] as const).map((method) => request(`${room.url}${PATH}`, { method, headers })),
      )
      for (const name of fields) expect([name, head?.headers[name]]).toEqual([name, got?.headers[name]])
      expect(await head?.body.text()).toBe('')
      await got?.body.text()
    }
    const unchanged = await request(`${room.url}${PATH}`, { method: 'HEAD', headers: { 'if-none-match': '*' } })
    expect([unchanged.statusCode, unchanged.headers['content-length']]).toEqual([304, undefined])
  })

  it('is 304 for the tag of each form, which the 304 repeats', async () => {
    const { etag: plain } = await get('identity')
    const { etag: coded } = await compressed('br')
    for (const accepted of ['br', 'gzip', 'identity'])
      expect(await get(accepted, { 'if-none-match': plain })).toMatchObject({ status: 304, etag: plain })
    expect(await get('br', { 'if-none-match': coded })).toMatchObject({ status: 304, etag: coded })
    expect((await get('identity', { 'if-none-match': coded })).status).toBe(304)
    expect((await get('br', { 'if-none-match': '"other-br"' })).status).toBe(200)
  })

  it('is never one from before a change, and its tag is good for a write', async () => {
    const { etag } = await compressed('br')
    const change = (tag: string) => room.admin.patch(`${PATH}?publish=true`).set('if-match', tag)
    await change(etag).send({ headline: 'Neap tides' }).expect(200)
    const { coding, bytes } = await get('br')
    const text = coding === 'br' ? brotliDecompressSync(bytes) : bytes
    expect(JSON.parse(text.toString()).headline).toBe('Neap tides')
    await change(etag).send({ headline: 'Spring tides' }).expect(412)
  })
})
