import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import { hubNotices } from '../src/feeds/websub.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

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
    ['Sport', null],
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

const HOSTILE = `]]> & <b>"it's"</b> 🌊 \u202eright\tto left\u202c &amp; &#0;`
/** What only a text of several lines can have. */
const LINES = `${HOSTILE}\r\nand\ron`

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
    summary: LINES,
    rights: { copyrightNotice: LINES },
    section: 'asia',
    authors: ['ana'],
    tags: ['hostile'],
    body: [
      { type: 'paragraph', text: HOSTILE },
      { type: 'image', url: 'https://img.example/a?b=1&c=2', alt: HOSTILE, credit: HOSTILE },
    ],
  })
  const rss = await read('/feeds/rss.xml')
  expect(texts(rss.dom, 'title')).toEqual(['The <News> & more', HOSTILE])
  expect(texts(rss.dom, 'description')[1]).toBe(LINES)
  expect(texts(rss.dom, 'dc:rights')).toEqual([LINES])
  for (const name of ['media:title', 'media:credit']) expect(texts(rss.dom, name)).toEqual([HOSTILE])
  expect(texts(rss.dom, 'dc:creator')).toEqual([`Ana ${HOSTILE}`])
  expect(texts(rss.dom, 'category')).toEqual(['Asia', `Tag ${HOSTILE}`])
  expect(texts(rss.dom, 'guid')).toEqual([`urn:uuid:${id}`])
  expect(rss.parsed.rss.channel.item).toHaveLength(1)
  const { body: article } = await room.anyone.get(`/v1/articles/${id}?body=html`).expect(200)
  expect(texts(rss.dom, 'content:encoded')).toEqual([article.body])

  const atom = await read('/feeds/atom.xml')
  expect(texts(atom.dom, 'title')).toEqual(['The <News> & more', HOSTILE])
  expect(texts(atom.dom, 'summary')).toEqual([LINES])
  expect(atom.dom.getElementsByTagName('category')[1]?.getAttribute('term')).toBe(`Tag ${HOSTILE}`)
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
        summary: LINES,
        content_html: article.body,
        url: `https://news.example/world/asia/${article.slug}`,
      },
    ],
  })
})

it('is read by a feed reader', async () => {
  const [rss, atom, json] = await Promise.all(
    ['rss.xml', 'atom.xml', 'feed.json'].map((file) => room.anyone.get(`/feeds/${file}`).buffer(true).expect(200)),
  )
  const id = /urn:uuid:[\w-]+/.exec(json?.text ?? '')?.[0]
  expect(parseRssFeed(rss?.text ?? '')).toMatchObject({
    title: 'The <News> & more',
    items: [{ guid: { value: id }, title: HOSTILE }],
  })
  expect(parseAtomFeed(atom?.text ?? '')).toMatchObject({ id: 'https://api.example/feeds/atom.xml', entries: [{ id }] })
  expect(parseJsonFeed(json?.text ?? '')).toMatchObject({ items: [{ id }] })
})

const UNPRINTABLE = ['\u0008', '\u0000', '\u001f', '\u007f', '\ufffe', '\uffff']
it.each(UNPRINTABLE)('is kept from what XML cannot hold: %j', async (character) => {
  for (const member of ['headline', 'summary', 'kicker'])
    await room.editor
      .post('/v1/articles')
      .send({ headline: 'Clean', [member]: `a${character}b` })
      .expect(problem('invalid-encoding'))
})

describe('a feed of a part', () => {
  type Link = Record<string, string>
  const linksOf = (links: Link[]) => Object.fromEntries(links.map((link) => [link['@_rel'], link['@_href']]))

  it('leads from page to page, there and back', async () => {
    for (let n = 0; n < 105; n++) await publish(`Paged ${n}`, { section: 'world' })
    const start = '/feeds/atom.xml?section=world'
    const pages: string[][] = []
    let path = start
    let before: string | undefined
    for (;;) {
      const { feed }: { feed: { entry: { title: string }[]; link: Link[] } } = (await read(path)).parsed
      pages.push(feed.entry.map(({ title }) => title))
      const links = linksOf(feed.link)
      expect(links).toMatchObject({ first: `https://api.example${start}`, self: `https://api.example${path}` })
      if (before !== undefined) {
        const back = (await read(String(links.previous).replace('https://api.example', ''))).parsed.feed
        expect(back.entry.map(({ title }: { title: string }) => title)).toEqual(pages.at(-2))
      } else expect(links).not.toHaveProperty('previous')
      if (!links.next) break
      before = path
      path = links.next.replace('https://api.example', '')
    }
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 6])
    expect(pages[0]?.slice(0, 2)).toEqual(['Paged 104', 'Paged 103'])
  })

  it('is of what two filters let through, in every form', async () => {
    const { body: ana } = await room.editor.post('/v1/authors').send({ name: 'Ana Filter' }).expect(201)
    await publish('In both', { section: 'sport', authors: [ana.id], tags: [] })
    await publish('In one', { section: 'world', authors: [ana.id] })
    await room.editor.post(`/v1/articles/${await publish('Gone', { section: 'sport', authors: [ana.id] })}/unpublish`)
    for (const file of ['rss.xml', 'atom.xml', 'feed.json'])
      for (const query of [`section=sport&author=${ana.slug}`, `language=en&section=sport&author=${ana.id}&source=`]) {
        const reply = await room.anyone
          .get(`/feeds/${file}?${query.replace('&source=', '')}`)
          .buffer(true)
          .expect(200)
        const text = reply.text || JSON.stringify(reply.body)
        expect(text).toContain('In both')
        expect(text).not.toContain('In one')
      }
  })

  it('is empty where one of two filters is of what is not there, as lists are and what is searched', async () => {
    const { body: ana } = await room.editor.post('/v1/authors').send({ name: 'Ana Nowhere' }).expect(201)
    await publish('Somewhere', { section: 'sport', authors: [ana.id] })
    for (const nowhere of ['nowhere', '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'])
      for (const kind of ['section', 'tag', 'source']) {
        const query = `${kind}=${nowhere}&author=${ana.slug}`
        expect(texts((await read(`/feeds/rss.xml?${query}`)).dom, 'item')).toEqual([])
        for (const file of ['atom.xml', 'feed.json']) await room.anyone.get(`/feeds/${file}?${query}`).expect(200)
        for (const path of [`/v1/articles?${query}`, `/v1/search?q=somewhere&${query}`, `/v1/articles?q=a&${query}`])
          expect((await room.anyone.get(path).expect(200)).body.data).toEqual([])
      }
  })

  it('is called what the part is called, whichever way it was named', async () => {
    const { body } = await room.anyone.get('/v1/sections/world').expect(200)
    for (const name of ['world', body.id]) {
      const { feed } = (await read(`/feeds/atom.xml?section=${name}`)).parsed
      expect(feed.title).toBe('The <News> & more: World')
      expect(feed.id).toBe(`https://api.example/feeds/atom.xml?section=${body.id}`)
      expect(linksOf(feed.link).self).toBe('https://api.example/feeds/atom.xml?section=world')
    }
    const two = (await read('/feeds/rss.xml?section=world,sport&language=en')).parsed.rss.channel
    expect([two.title, two.language]).toEqual(['The <News> & more: World, Sport, en', 'en'])
    const none = await read('/feeds/rss.xml?section=none-such%3Cb%3E')
    expect(none.parsed.rss.channel).toMatchObject({ title: 'The <News> & more' })
    expect(none.parsed.rss.channel).not.toHaveProperty('item')
    await room.anyone.get('/feeds/rss.xml?page=2').expect(problem('unknown-parameter'))
  })

  it('is found from what it is of, and from the list that it shows', async () => {
    const link = async (path: string) => String((await room.anyone.get(path).expect(200)).headers.link)
    const atom = (query: string) =>
      `</feeds/atom.xml${query}>; rel="alternate"; type="application/atom+xml"; title="Atom"`
    const world = (await room.anyone.get('/v1/sections/world')).body
    for (const path of ['/v1/sections/world', `/v1/sections/${world.id}`, '/v1/sections/world?include=latest'])
      expect(await link(path)).toContain(atom('?section=world'))
    expect(await link('/v1/authors/ana')).toContain(atom('?author=ana'))
    expect(await link('/v1/articles?limit=1')).toMatch(/rel="next", <\/feeds\/rss.xml>; rel="alternate"/)
    expect(await link('/v1/articles?section=world&tag=hostile')).toContain(atom('?section=world&tag=hostile'))
    for (const query of ['q=paged', 'sort=headline', 'updatedAt[gte]=2000-01-01T00:00:00Z'])
      expect(await link(`/v1/articles?${query}`)).not.toContain('alternate')
  })
})

describe('what is gone', () => {
  const gone = async (query = '') => {
    const { parsed, dom } = await read(`/feeds/atom.xml${query}`)
    const ids = (parsed.feed['at:deleted-entry'] ?? []).map((one: Record<string, string>) => one['@_ref'])
    return { ids: ids as string[], comments: texts(dom, 'at:comment') }
  }
  const retract = (id: string) =>
    room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'It was <wrong>.' }).expect(200)

  it('is told where it was: a retraction, with its reason', async () => {
    for (const name of ['Ben', 'Cleo']) await room.editor.post('/v1/authors').send({ name }).expect(201)
    await room.editor.post('/v1/sources').send({ name: 'Wire', kind: 'agency' }).expect(201)
    const citations = [{ source: 'wire', relation: 'origin' }]
    const id = await publish('Taken back', { section: 'asia', authors: ['ben'], tags: ['hostile'], citations })
    await room.editor.post('/v1/articles').send({ headline: 'Only a draft' }).expect(201)
    await retract(id)
    const told = { ids: [`urn:uuid:${id}`], comments: ['It was <wrong>.'] }
    const where = ['', '?section=world', '?section=asia', '?author=ben', '?tag=hostile', '?source=wire', '?language=en']
    for (const query of where) expect([query, await gone(query)]).toEqual([query, told])
    for (const query of [
      '?section=sport',
      '?author=cleo',
      '?tag=none-such',
      '?language=fr',
      '?section=asia&author=cleo',
    ])
      expect([query, await gone(query)]).toEqual([query, { ids: [], comments: [] }])
    for (const path of ['/feeds/rss.xml', '/feeds/atom.xml', '/feeds/feed.json']) {
      const { text } = await room.anyone.get(path).buffer(true).expect(200)
      expect(text).not.toMatch(/Taken back|Only a draft/)
    }
    const { next } = (await room.anyone.get('/v1/articles?limit=50')).body.page
    expect(next).toEqual(expect.any(String))
  })

  it('is what was unpublished or deleted, without a word why, until it comes back', async () => {
    const id = await publish('Comes and goes', { section: 'sport' })
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    expect(await gone('?section=sport')).toEqual({ ids: [`urn:uuid:${id}`], comments: [] })
    await room.editor.post(`/v1/articles/${id}/publish`).expect(200)
    expect(await gone('?section=sport')).toEqual({ ids: [], comments: [] })
    await room.editor.delete(`/v1/articles/${id}`).expect(204)
    expect((await gone('?section=sport')).ids).toEqual([`urn:uuid:${id}`])
    expect((await gone('?section=asia')).ids).not.toContain(`urn:uuid:${id}`)
  })

  it('is what moved to another feed, in the feed that it left alone', async () => {
    const id = await publish('Moves', { section: 'sport', authors: ['ben'] })
    await room.editor
      .patch(`/v1/articles/${id}?publish=true`)
      .send({ section: 'asia', authors: ['cleo'] })
      .expect(200)
    for (const query of ['?section=sport', '?author=ben']) expect((await gone(query)).ids).toContain(`urn:uuid:${id}`)
    for (const query of ['', '?section=world', '?author=cleo'])
      expect((await gone(query)).ids).not.toContain(`urn:uuid:${id}`)
    await retract(id)
    expect((await gone('?author=cleo')).comments).toEqual(['It was <wrong>.'])
    expect((await gone('?author=ben')).comments).not.toContain('Moves')

    await room.editor.post('/v1/sections').send({ name: 'Europe', parent: 'world' }).expect(201)
    const other = await publish('In Europe', { section: 'europe' })
    await room.editor.patch('/v1/sections/europe').send({ parent: 'sport' }).expect(200)
    expect((await gone('?section=world')).ids).toContain(`urn:uuid:${other}`)
    for (const query of ['?section=europe', '?section=sport', ''])
      expect((await gone(query)).ids).not.toContain(`urn:uuid:${other}`)
  })

  it('is nothing that was never public', async () => {
    const { body } = await room.editor
      .post('/v1/articles')
      .send({ headline: 'Never out', section: 'sport' })
      .expect(201)
    const at = new Date(room.clock.time.getTime() + 60_000).toISOString()
    await room.editor.post(`/v1/articles/${body.id}/publish`).send({ at }).expect(200)
    await room.editor.delete(`/v1/articles/${body.id}`).expect(204)
    for (const query of ['', '?section=sport']) expect((await gone(query)).ids).not.toContain(`urn:uuid:${body.id}`)
  })
})

describe('a feed that is kept', () => {
  it('has an ETag, and 304 by it', async () => {
    const { reply } = await read('/feeds/rss.xml')
    expect(reply.headers).toMatchObject({
      'content-type': 'application/rss+xml; charset=utf-8',
      'cache-control': expect.stringContaining('public'),
    })
    await room.anyone.get('/feeds/rss.xml').set('if-none-match', String(reply.headers.etag)).expect(304)
    await room.anyone.head('/feeds/rss.xml').expect(200)
    await publish('News')
    await room.anyone.get('/feeds/rss.xml').set('if-none-match', String(reply.headers.etag)).expect(200)
  })

  it('has the date of the last change, once the second of it is over', async () => {
    const since = (time: string) => room.anyone.get('/feeds/atom.xml').set('if-modified-since', time)
    const id = await publish('Dated')
    expect((await read('/feeds/atom.xml')).reply.headers).not.toHaveProperty('last-modified')
    room.clock.tick(1_000)
    const first = await since('Thu, 01 Jan 2015 00:00:00 GMT').expect(200)
    const modified = String(first.headers['last-modified'])
    expect(Date.parse(modified)).toBe(room.clock.time.getTime() - 1_000)
    for (let n = 0; n < 2; n++) {
      const { headers } = await since(modified).expect(304)
      expect(headers).toMatchObject({ etag: first.headers.etag, 'last-modified': modified })
    }
    await since(modified).set('if-none-match', '"other"').expect(200)
    await since('no date').expect(200)
    // It vanishes, and nothing in the feed is newer than before.
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    await since(modified).expect(200)
    room.clock.tick(1_000)
    await since(modified).expect(200)
  })
})

describe('a hub', () => {
  /** A hub on the loopback interface that notes what it is told, and answers as it is told to. */
  async function startHub() {
    const told: string[] = []
    const hub = { told, status: 204, url: '', close: () => {} }
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (piece) => {
        text += piece
      })
      request.on('end', () => {
        const form = new URLSearchParams(text)
        if (hub.status < 300) told.push(`${form.get('hub.mode')} ${form.get('hub.url')}`)
        response.writeHead(hub.status).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hub`
    hub.close = () => {
      server.closeAllConnections()
      server.close()
    }
    return hub
  }
  const site = { name: 'x', url: 'https://news.example', api: 'https://api.example' }

  it('is told of each feed that has changed, once, and again after it has failed', async () => {
    const hub = await startHub()
    const { storage, clock } = room
    const refused: [string, number][] = []
    const onRefused = (topic: string, status: number) => void refused.push([topic, status])
    const signal = new AbortController().signal
    const notices = await hubNotices({ storage, clock, site, hub: hub.url, signal, onRefused })
    await notices.tell()
    expect(hub.told).toEqual([])

    await publish('One', { section: 'asia', authors: ['ben'] })
    await publish('Two', { section: 'asia' })
    await notices.tell()
    const feeds = (queries: string[]) =>
      queries.flatMap((query) =>
        ['rss.xml', 'atom.xml', 'feed.json'].map((file) => `publish https://api.example/feeds/${file}${query}`),
      )
    expect(hub.told.toSorted()).toEqual(feeds(['', '?section=world', '?section=asia', '?author=ben']).toSorted())
    await room.editor.post('/v1/articles').send({ headline: 'A draft', section: 'sport' }).expect(201)
    await notices.tell()
    expect(hub.told).toHaveLength(12)

    hub.status = 503
    await room.editor.patch('/v1/articles/one?publish=true').send({ section: 'sport', authors: [] }).expect(200)
    await expect(notices.tell()).rejects.toThrow('503')
    hub.status = 204
    await notices.tell()
    expect(hub.told).toHaveLength(12)
    room.clock.tick(1_000)
    await notices.tell()
    const moved = ['', '?section=world', '?section=asia', '?section=sport', '?author=ben']
    expect(hub.told.slice(12).toSorted()).toEqual(feeds(moved).toSorted())

    hub.status = 404
    await publish('Three')
    await notices.tell()
    expect(refused).toHaveLength(3)
    hub.close()
  })

  it('is named by the feeds that it is told of, in them and in their headers', async () => {
    const own = await newsroom({ WEBSUB_HUB: 'https://hub.example/', PUBLIC_URL: 'https://api.example' })
    await own.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
    const { body } = await own.anyone.get('/v1/sections/world')
    const ask = async (path: string) => {
      const { headers, text } = await own.anyone.get(path).buffer(true).expect(200)
      return { link: headers.link ?? '', text }
    }
    for (const file of ['rss.xml', 'atom.xml', 'feed.json'])
      for (const [query, self] of [
        ['', ''],
        ['?section=world', '?section=world'],
        [`?section=${body.id}`, '?section=world'],
      ]) {
        const { link, text } = await ask(`/feeds/${file}${query}`)
        expect(link).toBe(`<https://hub.example/>; rel="hub", <https://api.example/feeds/${file}${self}>; rel="self"`)
        expect(text).toContain('https://hub.example/')
        expect(text).toContain(`https://api.example/feeds/${file}${self}`)
      }
    for (const query of ['?language=en', '?section=world&language=en', '?section=none-such'])
      expect([query, (await ask(`/feeds/atom.xml${query}`)).link]).toEqual([query, ''])
    await own.close()
  })
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
