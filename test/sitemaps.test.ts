import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import { request } from 'undici'
import { publishDue } from '../src/articles/lifecycle/scheduler.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

const HOSTILE = `]]> & <b>"it's"</b> 🌊 \u202eright to left\u202c &amp; &#0;`

let room: Newsroom
beforeEach(async () => {
  room = await newsroom({
    SITE_URL: 'https://news.example',
    PUBLIC_URL: 'https://api.example',
    SITE_NAME: 'The <News> & more',
    SITE_AUTHOR_PATH: '/people/{slug}',
  })
  await room.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
})
afterEach(() => room.close())

const publish = async (headline: string, more: object = {}): Promise<string> => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}
const later = (days: number) => room.clock.tick(days * 86_400_000)

/** A sitemap, read by two parsers that have to agree on the addresses in it. */
async function read(path: string) {
  const { text, headers } = await room.anyone.get(path).buffer(true).expect(200)
  expect(headers['content-type']).toBe('application/xml; charset=utf-8')
  const dom = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`)
    },
  }).parseFromString(text, 'text/xml')
  const parser = new XMLParser({ isArray: (name) => ['url', 'sitemap'].includes(name), htmlEntities: true })
  const parsed = parser.parse(text)
  const entries = (parsed.urlset?.url ?? parsed.sitemapindex?.sitemap ?? []) as { loc: string; lastmod?: string }[]
  const locs = Array.from(dom.getElementsByTagName('loc'), ({ textContent }) => textContent)
  expect(entries.map(({ loc }) => loc)).toEqual(locs)
  return { dom, entries, locs, headers }
}

it('has a page for each month, whose address stays', async () => {
  expect((await read('/sitemap.xml')).locs).toEqual([])
  await publish('In January', { section: 'world' })
  await publish('In January too')
  later(62)
  const id = await publish('In March')
  const page = (name: string) => `https://api.example/sitemaps/${name}.xml`
  const index = await read('/sitemap.xml')
  expect(index.entries).toEqual([
    { loc: page('2030-01'), lastmod: '2030-01-01T12:00:02.000Z' },
    { loc: page('2030-03'), lastmod: room.clock.time.toISOString() },
    { loc: page('sections') },
  ])
  expect((await read('/sitemaps/2030-01.xml')).entries).toEqual([
    { loc: 'https://news.example/world/in-january', lastmod: '2030-01-01T12:00:01.000Z' },
    { loc: 'https://news.example/in-january-too', lastmod: '2030-01-01T12:00:02.000Z' },
  ])
  await room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'It was wrong.' }).expect(200)
  expect((await read('/sitemap.xml')).locs).toEqual([page('2030-01'), page('sections')])
  for (const name of [
    '2030-03.xml',
    '2030-02.xml',
    '2030-01-2.xml',
    '2030-01-1.xml',
    '2030-13.xml',
    '0000-01.xml',
    '2030-01',
    'x',
    'authors.xml',
    'sections-2.xml',
    'sections-1.xml',
    'sources.xml',
  ])
    await room.anyone.get(`/sitemaps/${name}`).expect(problem('not-found'))
  for (const name of ['0001-01.xml', '9999-12.xml', '9999-12-9999.xml'])
    await room.anyone.get(`/sitemaps/${name}`).expect(problem('not-found'))
})

it('has one address, whatever is appended to it', async () => {
  await publish('In January')
  for (const path of ['/sitemap.xml', '/sitemaps/2030-01.xml', '/news-sitemap.xml']) {
    const { text, headers } = await room.anyone.get(path).buffer(true).expect(200)
    const appended = await room.anyone.get(`${path}?utm_source=x&_=1`).buffer(true).expect(200)
    expect([appended.text, appended.headers.etag]).toEqual([text, headers.etag])
  }
})

it('has the pages of sections, authors and tags that have articles, with the time of their last change', async () => {
  await room.editor.post('/v1/sections').send({ name: 'Asia', parent: 'world' }).expect(201)
  await room.editor.post('/v1/sections').send({ name: 'Empty' }).expect(201)
  for (const name of ['Ana', 'Ben', 'Idle']) await room.editor.post('/v1/authors').send({ name }).expect(201)
  for (const name of ['Tides', 'Idle']) await room.editor.post('/v1/tags').send({ name }).expect(201)
  await publish('One', { section: 'asia', authors: ['ana'], tags: ['tides'] })
  const first = room.clock.time.toISOString()
  await publish('Two', { section: 'world', authors: ['ben'] })
  const second = room.clock.time.toISOString()
  const index = await read('/sitemap.xml')
  const names = ['2030-01', 'sections', 'authors', 'tags']
  expect(index.locs).toEqual(names.map((name) => `https://api.example/sitemaps/${name}.xml`))
  const page = async (name: string) => (await read(`/sitemaps/${name}.xml`)).entries
  expect(await page('sections')).toEqual([
    { loc: 'https://news.example/world', lastmod: second },
    { loc: 'https://news.example/world/asia', lastmod: first },
  ])
  expect(await page('authors')).toEqual([
    { loc: 'https://news.example/people/ana', lastmod: first },
    { loc: 'https://news.example/people/ben', lastmod: second },
  ])
  room.clock.tick()
  await room.editor.patch('/v1/tags/tides').send({ description: 'High and low.' }).expect(200)
  const renamed = room.clock.time.toISOString()
  expect(await page('tags')).toEqual([{ loc: 'https://news.example/tags/tides', lastmod: renamed }])
  const { headers } = await read('/sitemaps/tags.xml')
  await room.anyone.get('/sitemaps/tags.xml').set('if-none-match', String(headers.etag)).expect(304)
  await room.editor.post('/v1/articles/one/unpublish').expect(200)
  expect((await page('sections')).map(({ loc }) => loc)).toEqual(['https://news.example/world'])
  await room.anyone.get('/sitemaps/tags.xml').expect(problem('not-found'))
})

it('says when a month last changed, also by what left it', async () => {
  const id = await publish('Leaves')
  await publish('Stays', { section: 'world' })
  later(40)
  await publish('In February')
  await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
  const left = room.clock.time.toISOString()
  const january = async () => (await read('/sitemap.xml')).entries[0]?.lastmod
  expect(await january()).toBe(left)
  room.clock.tick()
  await room.editor.patch('/v1/sections/world').send({ slug: 'globe' }).expect(200)
  expect(await january()).toBe(room.clock.time.toISOString())
})

it('has the images of each article, once each, as URIs', async () => {
  const image = (url: string) => ({ type: 'image', url, alt: '' })
  await publish('Pictured', {
    body: [
      image('https://img.example/a?b=1&c=2'),
      { type: 'paragraph', text: 'Between.' },
      image('https://img.example/a b'.replace(' ', '%')),
      image('https://img.example/a?b=1&c=2'),
      image(`https://img.example/${"'".repeat(2_000)}`),
    ],
  })
  await publish('Without', { section: 'world' })
  for (const path of ['/sitemaps/2030-01.xml', '/news-sitemap.xml']) {
    const { dom } = await read(path)
    const [pictured, without] = Array.from(dom.getElementsByTagName('url')).toSorted((a) =>
      a.textContent?.includes('pictured') ? -1 : 1,
    )
    const images = (url: typeof pictured) =>
      Array.from(url?.getElementsByTagName('image:loc') ?? [], (one) => one.textContent)
    expect(images(pictured)).toEqual(['https://img.example/a?b=1&c=2', 'https://img.example/a%25b'])
    expect(images(without)).toEqual([])
  }
})

it('has what search engines may list, and nothing else', async () => {
  const seo = (canonicalUrl: string) => ({ seo: { canonicalUrl } })
  await publish(HOSTILE, { slug: 'hostile' })
  await publish('Not for search engines', { seo: { noIndex: true } })
  await publish('From elsewhere', seo('https://wire.example/1'))
  await publish('From here', seo('https://news.example/special/ü|x?a=1&b=2'))
  await room.editor.post('/v1/articles').send({ headline: 'A draft' }).expect(201)
  const { body } = await room.editor.post('/v1/articles').send({ headline: 'Later' }).expect(201)
  const at = new Date(room.clock.time.getTime() + 3_600_000).toISOString()
  await room.editor.post(`/v1/articles/${body.id}/publish`).send({ embargoUntil: at, at }).expect(200)
  const expected = ['https://news.example/hostile', 'https://news.example/special/%C3%BC%7Cx?a=1&b=2']
  expect((await read('/sitemaps/2030-01.xml')).locs).toEqual(expected)
  expect((await read('/news-sitemap.xml')).locs).toEqual(expected.toReversed())
  room.clock.tick(3_600_000)
  await publishDue(room)
  expect((await read('/sitemaps/2030-01.xml')).locs).toEqual([...expected, 'https://news.example/later'])
})

it('follows a section that moves, before its articles have been recompiled', async () => {
  await publish('In the world', { section: 'world' })
  await room.editor.patch('/v1/sections/world').send({ slug: 'globe' }).expect(200)
  for (const path of ['/sitemaps/2030-01.xml', '/news-sitemap.xml'])
    expect((await read(path)).locs).toEqual(['https://news.example/globe/in-the-world'])
})

it('reads many batches, each article once', async () => {
  // All at the same moment, so that their ids alone part them.
  const lines = Array.from({ length: 205 }, (_, n) => ({
    op: 'create',
    resource: 'articles',
    publish: true,
    body: { headline: `No ${n}` },
  }))
  await room.editor
    .post('/v1/bulk')
    .set('content-type', 'application/x-ndjson')
    .buffer(true)
    .send(lines.map((line) => JSON.stringify(line)).join('\n'))
    .expect(200)
  const { locs } = await read('/sitemaps/2030-01.xml')
  expect(locs.toSorted()).toEqual(
    lines.map(({ body }) => `https://news.example/${body.headline.toLowerCase().replace(' ', '-')}`).toSorted(),
  )
  expect(new Set((await read('/news-sitemap.xml')).locs)).toEqual(new Set(locs))
})

it('has the news of the last two days, by the clock alone', async () => {
  await publish('Old')
  later(1)
  await publish('Middle', { language: 'zh-Hant-TW' })
  later(0.9)
  await publish(HOSTILE, { slug: 'new', language: 'fr-CA' })
  const { dom, locs } = await read('/news-sitemap.xml')
  expect(locs).toEqual(['new', 'middle', 'old'].map((slug) => `https://news.example/${slug}`))
  const texts = (name: string) => Array.from(dom.getElementsByTagName(name), ({ textContent }) => textContent)
  expect(texts('news:title')).toEqual([HOSTILE, 'Middle', 'Old'])
  expect(texts('news:language')).toEqual(['fr', 'zh-tw', 'en'])
  expect(new Set(texts('news:name'))).toEqual(new Set(['The <News> & more']))
  expect(texts('news:publication_date')[2]).toBe('2030-01-01T12:00:01.000Z')
  later(0.2)
  expect((await read('/news-sitemap.xml')).locs).toHaveLength(2)
  later(2)
  expect((await read('/news-sitemap.xml')).locs).toEqual([])
})

it('is compressed for clients that take that', async () => {
  for (let n = 0; n < 20; n++) await publish(`Number ${n}`)
  for (const path of ['/sitemaps/2030-01.xml', '/news-sitemap.xml'])
    for (const [coding, decode] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const ask = async (headers: Record<string, string>) => {
        const { statusCode, body, headers: got } = await request(`${room.url}${path}`, { headers })
        return { statusCode, headers: got, bytes: Buffer.from(await body.arrayBuffer()) }
      }
      const [plain, coded] = [await ask({}), await ask({ 'accept-encoding': coding })]
      const etag = String(plain.headers.etag)
      expect(coded.headers).toMatchObject({
        'content-encoding': coding,
        'content-type': 'application/xml; charset=utf-8',
        'cache-tag': 'articles',
        etag: etag.replace(/"$/, `-${coding}"`),
        vary: expect.stringContaining('Accept-Encoding'),
      })
      expect(plain.headers).not.toHaveProperty('content-encoding')
      expect(coded.bytes.length).toBeLessThan(plain.bytes.length / 2)
      expect(decode(coded.bytes).equals(plain.bytes)).toBe(true)
      for (const one of [etag, String(coded.headers.etag)])
        expect((await ask({ 'accept-encoding': coding, 'if-none-match': one })).statusCode).toBe(304)
    }
})

it('can be cached until something changes', async () => {
  await publish('One')
  for (const path of ['/sitemap.xml', '/sitemaps/2030-01.xml', '/news-sitemap.xml']) {
    const { headers } = await read(path)
    const etag = String(headers.etag)
    expect(headers['cache-control']).toContain('public')
    for (let n = 0; n < 2; n++) await room.anyone.get(path).set('if-none-match', etag).expect(304)
    await room.anyone.head(path).set('accept-encoding', 'gzip, deflate').expect(200).expect('etag', etag)
    await room.reader.get(path).expect(200)
    await publish('Another')
    await room.anyone.get(path).set('if-none-match', etag).expect(200)
  }
})
