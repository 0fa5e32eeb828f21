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
