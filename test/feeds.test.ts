import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import { type Newsroom, newsroom } from './harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom({
    SITE_URL: 'https://news.example/',
    PUBLIC_URL: 'https://api.example',
    SITE_NAME: 'The <News> & more',
  })
  for (const [name, parent] of [
    ['World', null],
    ['Asia', 'world'],
  ])
    await room.editor.post('/v1/sections').send({ name, parent }).expect(201)
})
afterAll(() => room.close())

const publish = async (headline: string, more: object = {}): Promise<string> => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}

/** A feed as text, read by two parsers that know nothing of one another. */
async function read(path: string) {
  const reply = await room.anyone.get(path).buffer(true).expect(200)
  const { text } = reply
  const parsed = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) =>
      ['item', 'entry', 'at:deleted-entry', 'link', 'atom:link', 'category', 'dc:creator', 'author'].includes(name),
    htmlEntities: true,
  }).parse(text)
  const dom = new DOMParser({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(`${level}: ${message}`)
    },
  }).parseFromString(text, 'text/xml')
  return { reply, parsed, dom }
}
const texts = (dom: Awaited<ReturnType<typeof read>>['dom'], name: string) =>
  Array.from(dom.getElementsByTagName(name), ({ textContent }) => textContent)

const HOSTILE = `]]> & <b>"it's"</b> 🌊 \u202eright to left\u202c &amp; &#0;`

it('has each text as it was written, whatever stands in it', async () => {
  await room.editor
    .post('/v1/authors')
    .send({ name: `Ana ${HOSTILE}`, slug: 'ana' })
    .expect(201)
  await room.editor
    .post('/v1/tags')
    .send({ name: `Tag ${HOSTILE}`, slug: 'hostile' })
    .expect(201)
  const id = await publish(HOSTILE, {
    summary: HOSTILE,
    section: 'asia',
    authors: ['ana'],
    tags: ['hostile'],
    body: [{ type: 'paragraph', text: HOSTILE }],
  })
  const rss = await read('/feeds/rss.xml')
  expect(texts(rss.dom, 'title')).toEqual(['The <News> & more', HOSTILE])
  expect(texts(rss.dom, 'description')[1]).toBe(HOSTILE)
  expect(texts(rss.dom, 'dc:creator')).toEqual([`Ana ${HOSTILE}`])
  expect(texts(rss.dom, 'category')).toEqual(['Asia', `Tag ${HOSTILE}`])
  expect(texts(rss.dom, 'guid')).toEqual([`urn:uuid:${id}`])
  expect(rss.parsed.rss.channel.item).toHaveLength(1)
  const { body: article } = await room.anyone.get(`/v1/articles/${id}?body=html`).expect(200)
  expect(texts(rss.dom, 'content:encoded')).toEqual([article.body])

  const atom = await read('/feeds/atom.xml')
  expect(texts(atom.dom, 'title')).toEqual(['The <News> & more', HOSTILE])
  expect(texts(atom.dom, 'summary')).toEqual([HOSTILE])
  expect(texts(atom.dom, 'content')).toEqual([article.body])
  expect(atom.parsed.feed.entry[0]).toMatchObject({ id: `urn:uuid:${id}`, published: article.publishedAt })

  const { body: feed } = await room.anyone.get('/feeds/feed.json').expect(200)
  expect(feed).toMatchObject({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'The <News> & more',
    feed_url: 'https://api.example/feeds/feed.json',
    items: [
      {
        id: `urn:uuid:${id}`,
        title: HOSTILE,
        summary: HOSTILE,
        content_html: article.body,
        url: `https://news.example/world/asia/${article.slug}`,
      },
    ],
  })
})

it('is of what a filter lets through, and leads to the oldest article', async () => {
  for (let n = 0; n < 55; n++) await publish(`Paged ${n}`, { section: 'world' })
  const { parsed } = await read('/feeds/atom.xml?section=world')
  expect(parsed.feed.title).toBe('The <News> & more: world')
  const seen: string[] = []
  for (let path: string = '/feeds/atom.xml?section=world'; path; ) {
    const { feed }: { feed: { entry: { title: string }[]; link: Record<string, string>[] } } = (await read(path)).parsed
    seen.push(...feed.entry.map(({ title }) => title))
    const next = feed.link.find((link) => link['@_rel'] === 'next')
    path = next?.['@_href']?.replace('https://api.example', '') ?? ''
  }
  expect(seen).toHaveLength(56)
  expect(seen.slice(0, 2)).toEqual(['Paged 54', 'Paged 53'])
  await room.anyone.get('/feeds/rss.xml?section=none-such').expect(200)
  await room.anyone.get('/feeds/rss.xml?page=2').expect(400)
})

it('tells what was taken back, shows nothing of it, and nothing of drafts', async () => {
  const id = await publish('Taken back')
  await room.editor.post('/v1/articles').send({ headline: 'Only a draft' }).expect(201)
  await room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'It was <wrong>.' }).expect(200)
  const atom = await read('/feeds/atom.xml')
  expect(atom.parsed.feed['at:deleted-entry']).toMatchObject([{ '@_ref': `urn:uuid:${id}` }])
  expect(texts(atom.dom, 'at:comment')).toEqual(['It was <wrong>.'])
  for (const path of ['/feeds/rss.xml', '/feeds/atom.xml'])
    for (const title of texts((await read(path)).dom, 'title')) expect(title).not.toMatch(/Taken back|draft/)
})

it('can be kept: ETag, Last-Modified and 304', async () => {
  const { reply } = await read('/feeds/rss.xml')
  expect(reply.headers).toMatchObject({
    'content-type': 'application/rss+xml; charset=utf-8',
    'last-modified': expect.any(String),
    'cache-control': expect.stringContaining('public'),
  })
  await room.anyone.get('/feeds/rss.xml').set('if-none-match', String(reply.headers.etag)).expect(304)
  await room.anyone.head('/feeds/rss.xml').expect(200)
  await publish('News')
  await room.anyone.get('/feeds/rss.xml').set('if-none-match', String(reply.headers.etag)).expect(200)
})

it('has summaries alone where that is wanted', async () => {
  const own = await newsroom({ FEED_CONTENT: 'summary' })
  await own.editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Short', summary: 'In short.', body: [{ type: 'paragraph', text: 'At length.' }] })
  const { text } = await own.anyone.get('/feeds/rss.xml').buffer(true).expect(200)
  expect(text).toContain('In short.')
  expect(text).not.toContain('At length.')
  await own.close()
})
