import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import { hubPublisher } from '../src/feeds/websub.ts'
import { trackingParameterRemover } from '../src/http/tracking-parameters.ts'
import { cacheTagOf, storedCacheTag } from '../src/lib/cache-tag.ts'
import { feedForms, readerParameters } from '../src/lib/feed-urls.ts'
import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom({
    SITE_URL: 'https://news.example/',
    PUBLIC_URL: 'https://api.example',
    SITE_NAME: 'The <News> & more',
    SITE_DESCRIPTION: 'All that matters, with p<0.05',
    SITE_LANGUAGE: 'en-gb',
    SITE_LOGO: 'https://news.example/bild/zeichen-ü.png',
    SITE_SOURCE_PATH: 'none',
  })
  for (const [name, parent, description] of [
    ['World', null, 'From <abroad>, daily.'],
    ['Asia', 'world', null],
    ['Sport', null, null],
  ])
    await room.editor.post('/v1/sections').send({ name, parent, description }).expect(201)
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

/** What a reader of RSS shows of a title or a description, which it takes for HTML; throws for one with markup. */
function asShown(html: string | null): string {
  if (/<|&(?!amp;|lt;|gt;)/.test(html ?? '')) throw new Error(`there is markup in ${html}`)
  return (html ?? '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

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
  expect(texts(rss.dom, 'title').map(asShown)).toEqual(['The <News> & more', 'The <News> & more', HOSTILE])
  expect(texts(rss.dom, 'description').map(asShown)).toEqual(['All that matters, with p<0.05', LINES])
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
  const { title, items = [] } = parseRssFeed(rss?.text ?? '')
  expect([title, items[0]?.title].map((one) => asShown(one ?? null))).toEqual(['The <News> & more', HOSTILE])
  expect(items).toMatchObject([{ guid: { value: id } }])
  expect(parseAtomFeed(atom?.text ?? '')).toMatchObject({ id: 'https://api.example/feeds/atom.xml', entries: [{ id }] })
  expect(parseJsonFeed(json?.text ?? '')).toMatchObject({ items: [{ id }] })
})

const UNPRINTABLE = ['\u0008', '\u0000', '\u001f', '\u007f', '\ufffe', '\uffff']
it('has whole addresses, as URIs, for readers that know nothing of the site', async () => {
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({
      headline: 'Whole',
      slug: 'whole',
      section: 'asia',
      seo: { canonicalUrl: 'https://news.example/straße|1' },
      body: [
        {
          type: 'paragraph',
          text: 'See [a](/b/c), [d](e?f=1&g=2), [h](#i), [j](//k.example/l), [m](mailto:n@o.example).',
        },
        { type: 'list', ordered: false, items: ['[p](../q)', '[r](https://s.example/ü)'] },
        { type: 'image', url: 'https://bild.example/brücke|1.jpg?a=1&b=2', alt: '' },
      ],
    })
    .expect(201)
  const correction = { kind: 'correction', text: 'See [there](/corrected).' }
  await room.editor.post(`/v1/articles/${body.id}/corrections`).send(correction).expect(201)
  const content = [
    '<a href="https://news.example/b/c">a</a>, <a href="https://news.example/world/asia/e?f=1&amp;g=2">d</a>',
    '<a href="https://news.example/world/asia/whole#i">h</a>, <a href="https://k.example/l">j</a>',
    '<a href="mailto:n@o.example">m</a>',
    '<a href="https://news.example/world/q">p</a>',
    '<a href="https://s.example/ü">r</a>',
  ]
  const url = 'https://news.example/stra%C3%9Fe%7C1'
  const image = 'https://bild.example/br%C3%BCcke%7C1.jpg?a=1&b=2'
  const [rss, atom] = [await read('/feeds/rss.xml?section=asia'), await read('/feeds/atom.xml?section=asia')]
  const { items } = (await room.anyone.get('/feeds/feed.json?section=asia').expect(200)).body
  const { body: ninjs } = await room.partner.get('/v1/articles/whole/ninjs').expect(200)
  const html = [texts(rss.dom, 'content:encoded')[0], texts(atom.dom, 'content')[0], items[0].content_html]
  const corrected = '<a href="https://news.example/corrected">there</a>'
  for (const text of html) for (const link of [...content, corrected]) expect(text).toContain(link)
  for (const link of content) expect(ninjs.bodies[0].value).toContain(link)
  const media = (dom: typeof rss.dom) => dom.getElementsByTagName('media:content')[0]?.getAttribute('url')
  expect([texts(rss.dom, 'link')[2], media(rss.dom)]).toEqual([url, image])
  expect([atom.parsed.feed.entry[0].link[0]['@_href'], media(atom.dom)]).toEqual([url, image])
  expect([items[0].url, items[0].image]).toEqual([url, image])
  // The site itself reads its links as they were written.
  expect((await room.anyone.get('/v1/articles/whole?body=html').expect(200)).body.body).toContain('<a href="/b/c">')
})

it.each(UNPRINTABLE)('leaves out what XML cannot contain: %j', async (character) => {
  for (const member of ['headline', 'summary', 'kicker'])
    await room.editor
      .post('/v1/articles')
      .send({ headline: 'Clean', [member]: `a${character}b` })
      .expect(problem('invalid-encoding'))
})

it('has another ETag with other settings of the site', async () => {
  const other = await newsroom({ SITE_NAME: 'Another name' }, { storage: room.storage })
  for (const path of ['/feeds/rss.xml', '/feeds/atom.xml', '/feeds/feed.json', '/sitemap.xml']) {
    const { etag = '' } = (await room.anyone.get(path).expect(200)).headers
    await room.anyone.get(path).set('if-none-match', etag).expect(304)
    expect((await other.anyone.get(path).set('if-none-match', etag).expect(200)).headers.etag).not.toBe(etag)
  }
  await other.close()
})

describe('media in a feed', () => {
  it('is an image with its sizes and rights, and enclosures', async () => {
    await room.editor.post('/v1/tags').send({ name: 'Depicted' }).expect(201)
    const photo = await storePhoto(room)
    const sound = await storePhoto(room, { kind: 'audio', mimeType: 'audio/mpeg', metadata: { duration: 61 } })
    const body = [{ type: 'audio', media: sound.id }]
    await publish('Depicted', { tags: ['depicted'], image: { media: photo.id }, body })
    const file = { url: `https://api.example/media/${sound.id}/file`, type: 'audio/mpeg', length: '123456' }
    const { item } = (await read('/feeds/rss.xml?tag=depicted')).parsed.rss.channel
    expect(item[0]['media:content']).toMatchObject({
      '@_medium': 'image',
      '@_type': 'image/jpeg',
      '@_width': '4000',
      '@_height': '3000',
      'media:title': 'The bridge at dawn',
      'media:credit': 'Ana Moreau',
      'media:copyright': 'Coastal Pictures',
    })
    const address = `https://api.example/media/${photo.id}/`
    expect(item[0]['media:content']['@_url']).toMatch(address)
    expect(item[0]['media:thumbnail']).toMatchObject({ '@_width': '320', '@_height': '320' })
    expect(item[0].enclosure).toEqual({ '@_url': file.url, '@_type': file.type, '@_length': file.length })
    const { entry } = (await read('/feeds/atom.xml?tag=depicted')).parsed.feed
    expect(entry[0].link).toContainEqual({
      '@_rel': 'enclosure',
      '@_href': file.url,
      '@_type': file.type,
      '@_length': file.length,
    })
    const { items } = (await room.anyone.get('/feeds/feed.json?tag=depicted').expect(200)).body
    expect(items[0].image).toMatch(address)
    expect(items[0].banner_image).toMatch(/wide-1920$/)
    expect(items[0].attachments).toEqual([
      { url: file.url, mime_type: file.type, size_in_bytes: 123_456, duration_in_seconds: 61 },
    ])
    expect(items[0].content_html).toContain(`<audio src="${file.url}"`)
  })
})

describe('a feed of a part', () => {
  type Link = Record<string, string>
  const linksOf = (links: Link[]) => Object.fromEntries(links.map((link) => [link['@_rel'], link['@_href']]))

  it('leads from page to page, there and back', async () => {
    const lines = Array.from({ length: 105 }, (_, n) =>
      JSON.stringify({ op: 'create', publish: true, body: { headline: `Paged ${n}`, section: 'world' } }),
    )
    room.clock.tick()
    await room.editor.post('/v1/bulk').type('application/x-ndjson').buffer(true).send(lines.join('\n')).expect(200)
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
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 7])
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
    expect([asShown(two.title), two.language]).toEqual(['The <News> & more: World, Sport, en', 'en'])
    const none = await read('/feeds/rss.xml?section=none-such%3Cb%3E')
    expect(asShown(none.parsed.rss.channel.title)).toBe('The <News> & more')
    expect(none.parsed.rss.channel).not.toHaveProperty('item')
  })

  it('leads to the page that shows the same, and says what it is of, in the language and with the logo of the site', async () => {
    await room.editor.post('/v1/authors').send({ name: 'Dana', bio: 'Knows <all>.' }).expect(201)
    await room.editor.post('/v1/tags').send({ name: 'Tides', description: 'High & low.' }).expect(201)
    await room.editor.post('/v1/sources').send({ name: 'Gauge', kind: 'dataset', description: 'Hourly.' }).expect(201)
    const title = 'The <News> & more'
    const site = ['https://news.example', 'All that matters, with p<0.05']
    const heads: [string, string[]][] = [
      ['', site],
      ['?section=world', ['https://news.example/world', 'From <abroad>, daily.']],
      ['?section=asia', ['https://news.example/world/asia', `${title}: Asia`]],
      ['?section=world&language=en', ['https://news.example/world', 'From <abroad>, daily.']],
      ['?author=dana', ['https://news.example/authors/dana', 'Knows <all>.']],
      ['?tag=tides', ['https://news.example/tags/tides', 'High & low.']],
      // This site has no pages of sources.
      ['?source=gauge', ['https://news.example', 'Hourly.']],
      ['?section=world,sport', ['https://news.example', `${title}: World, Sport`]],
      ['?section=asia&tag=tides', ['https://news.example', `${title}: Asia, Tides`]],
      ['?section=none-such', site],
    ]
    const LOGO = 'https://news.example/bild/zeichen-%C3%BC.png'
    for (const [query, [home, about]] of heads) {
      const { channel } = (await read(`/feeds/rss.xml${query}`)).parsed.rss
      expect([query, channel.link[0], asShown(channel.description)]).toEqual([query, home, about])
      expect(channel.image).toEqual({ url: LOGO, title: channel.title, link: [home] })
      const { feed } = (await read(`/feeds/atom.xml${query}`)).parsed
      expect([query, linksOf(feed.link).alternate, feed.subtitle, feed.logo]).toEqual([query, home, about, LOGO])
      const { body } = await room.anyone.get(`/feeds/feed.json${query}`).expect(200)
      expect(body).toMatchObject({ home_page_url: home, description: about, icon: LOGO })
      const language = query.includes('language') ? 'en' : 'en-GB'
      expect([channel.language, feed['@_xml:lang'], body.language]).toEqual([language, language, language])
    }
    expect((await read('/feeds/atom.xml?language=en,fr')).parsed.feed).not.toHaveProperty('@_xml:lang')
  })

  it.each(feedForms.map(({ file }) => file))('%s takes any two filters, and all', async (file) => {
    const filters = Object.entries({
      section: 'world',
      author: 'ana',
      tag: 'hostile',
      source: 'none-such',
      language: 'en',
    })
    for (const one of filters)
      for (const other of filters) {
        const query = new URLSearchParams(one === other ? filters : [one, other])
        await room.anyone.get(`/feeds/${file}?${query}`).buffer(true).expect(200)
      }
  })

  it('has nothing to do with what readers append to its address, and refuses what is misspelt', async () => {
    const get = (query: string) =>
      room.anyone.get(`/feeds/rss.xml?${query}`).set('accept-encoding', 'identity').buffer(true).expect(200)
    const plain = await get('section=world')
    const appended = [
      'utm_source=x&utm_medium=y',
      '_=1767225600',
      'fbclid=a&gclid=b',
      '1767225600',
      '%FF=%',
      'a=1&a=2',
      '',
    ]
    for (const one of appended)
      for (const query of [`section=world&${one}`, `${one}&section=world`]) {
        const reply = await get(query)
        expect([query, reply.headers.etag, reply.headers.link]).toEqual([query, plain.headers.etag, plain.headers.link])
        expect(reply.text).toBe(plain.text)
      }
    for (const query of ['sections=world', 'Tag=hostile', 'lang=en'])
      await room.anyone.get(`/feeds/rss.xml?${query}`).expect(problem('unknown-parameter'))
    await room.anyone.get('/v1/articles?utm_source=x').expect(problem('unknown-parameter'))
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
    const { next } = (await room.anyone.get('/v1/articles?limit=1').expect(200)).body.page
    expect(await link(`/v1/articles?limit=1&cursor=${next}`)).toContain(atom(''))
    expect(await link('/v1/articles?section=world&tag=hostile')).toContain(atom('?section=world&tag=hostile'))
    for (const query of ['q=paged', 'sort=headline', 'updatedAt[gte]=2000-01-01T00:00:00Z'])
      expect(await link(`/v1/articles?${query}`)).not.toContain('alternate')
  })
})

it.each([
  ['/feeds/rss.xml?tag=a&utm_source=x', '/feeds/rss.xml?tag=a'],
  ['/feeds/rss.xml?', '/feeds/rss.xml'],
  ['/feeds/rss.xml?1767225600', '/feeds/rss.xml'],
  ['/feeds/rss.xml?%74ag=a%26b&%C3=%&=&&_', '/feeds/rss.xml?%74ag=a%26b'],
  ['/feeds/rss.xml?utm_source=tag=a&cursor=x?y', '/feeds/rss.xml?cursor=x?y'],
  ['/feeds/rss.xml?tags=a', '/feeds/rss.xml?tags=a'],
  ['/feeds/rss.xml?mtm_source=a&source_id=b', '/feeds/rss.xml'],
  ['/sitemaps/2030-01.xml?page=1', '/sitemaps/2030-01.xml'],
  ['/v1/articles?utm_source=x', '/v1/articles?utm_source=x'],
  ['/v1/articles?x=/feeds/?_=1', '/v1/articles?x=/feeds/?_=1'],
  ['/', '/'],
])('takes %s for %s', (url, meant) => {
  expect(trackingParameterRemover(readerParameters)({ url })).toBe(meant)
})

describe('the headers of a reply', () => {
  /** How many bytes they take, line ends among them. */
  const sizeOf = ({ headers }: { headers: Record<string, unknown> }) =>
    Object.entries(headers).reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0)
  const tagsOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['cache-tag']).split(',')

  it('stay small, however many things it shows, and name the first of them', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => ({
      op: 'create',
      resource: 'sources',
      body: { name: `Witness ${n}`, slug: `witness-${n}`, kind: 'person' },
    }))
    await room.editor
      .post('/v1/bulk')
      .set('content-type', 'application/x-ndjson')
      .buffer(true)
      .send(lines.map((line) => JSON.stringify(line)).join('\n'))
      .expect(200)
    await publish('Cites many', {
      slug: 'cites-many',
      section: 'asia',
      authors: ['ana'],
      tags: ['hostile'],
      citations: lines.flatMap(({ body }) => [{ source: body.slug, relation: 'cited' }]),
    })
    const whole = await room.anyone.get('/v1/articles/cites-many').expect(200)
    const { id, section, authors, tags, citations } = whole.body
    const world = (await room.anyone.get('/v1/sections/world').expect(200)).body
    const shown = [
      id,
      section.id,
      world.id,
      authors[0].id,
      tags[0].id,
      ...citations.map(({ source }: typeof whole.body) => source.id),
    ]
    const named = tagsOf(whole)
    expect(named.slice(0, -1)).toEqual(shown.slice(0, named.length - 1).map((one: string) => one.slice(-12)))
    expect([named.length > 100, named.at(-1)]).toEqual([true, 'many'])

    const list = await room.anyone.get('/v1/articles?limit=100').expect(200)
    expect(tagsOf(list)).toEqual(['articles', ...list.body.data.map((one: { id: string }) => one.id.slice(-12))])
    const names = Array.from({ length: 70 }, (_, n) => `section-${n}`).join(',')
    const long = `section=world,${names}&author=ana,${names}&tag=hostile,${names}&language=en,fr`
    const paths = [
      '/v1/articles/cites-many/jsonld',
      '/v1/articles/cites-many/related?limit=20',
      `/v1/articles?limit=100&${long.replace('author=ana', 'source=x')}`,
      `/v1/articles?limit=1&section=world,${names}`,
      '/v1/search?q=paged&limit=100',
      '/v1/sources?limit=100&include=latest',
      '/feeds/atom.xml?section=world',
      `/feeds/rss.xml?section=world,${names}`,
    ]
    for (const path of ['/v1/articles/cites-many', '/v1/articles?limit=100', ...paths])
      for (const client of [room.anyone, room.editor]) {
        const reply = await client.get(path).buffer(true).expect(200)
        expect([path, sizeOf(reply) < 3_000]).toEqual([path, true])
      }
  })
})

it('tags a reply with each thing once, as far as there is room', () => {
  const ids = Array.from({ length: 300 }, (_, n) => `0190f4a1-7c3e-7a52-9d1b-${String(n).padStart(12, '0')}`)
  const tags = ids.map((id) => id.slice(-12))
  expect(cacheTagOf(['articles', ...ids.slice(0, 2), ids[0] ?? ''])).toBe('articles,000000000000,000000000001')
  expect(cacheTagOf([])).toBe('')
  for (let count = 0; count <= 300; count++) {
    const value = cacheTagOf(ids.slice(0, count))
    expect(value.length).toBeLessThanOrEqual(1_400)
    expect(value.split(',').filter(Boolean)).toEqual(
      count <= 106 ? tags.slice(0, count) : [...tags.slice(0, 106), 'many'],
    )
  }
  // What a version with whole ids has left in the database.
  expect(storedCacheTag([...ids, ...ids].join(','))).toBe(cacheTagOf(ids))
  expect(storedCacheTag(cacheTagOf(ids))).toBe(cacheTagOf(ids))
})

describe('deleted entries', () => {
  const gone = async (query = '') => {
    const { parsed, dom } = await read(`/feeds/atom.xml${query}`)
    const ids = (parsed.feed['at:deleted-entry'] ?? []).map((one: Record<string, string>) => one['@_ref'])
    return { ids: (ids as string[]).filter((id) => !earlier.includes(id)), comments: texts(dom, 'at:comment') }
  }
  /** What other tests have taken away. */
  let earlier: string[] = []
  beforeAll(async () => {
    earlier = (await gone()).ids
  })
  const retract = (id: string) =>
    room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'It was <wrong>.' }).expect(200)

  it('are retractions with their reason, in the feeds that had the article', async () => {
    for (const name of ['Ben', 'Cleo']) await room.editor.post('/v1/authors').send({ name }).expect(201)
    await room.editor.post('/v1/sources').send({ name: 'Wire', kind: 'agency' }).expect(201)
    const citations = [{ source: 'wire', relation: 'origin' }]
    const id = await publish('Taken back', { section: 'asia', authors: ['ben'], tags: ['hostile'], citations })
    await room.editor.post('/v1/articles').send({ headline: 'Only a draft' }).expect(201)
    await retract(id)
    const expected = { ids: [`urn:uuid:${id}`], comments: ['It was <wrong>.'] }
    const where = ['', '?section=world', '?section=asia', '?author=ben', '?tag=hostile', '?source=wire', '?language=en']
    for (const query of where) expect([query, await gone(query)]).toEqual([query, expected])
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

  it('are articles that were unpublished or deleted, without a comment, until they return', async () => {
    const id = await publish('Comes and goes', { section: 'sport' })
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    expect(await gone('?section=sport')).toEqual({ ids: [`urn:uuid:${id}`], comments: [] })
    await room.editor.post(`/v1/articles/${id}/publish`).expect(200)
    expect(await gone('?section=sport')).toEqual({ ids: [], comments: [] })
    await room.editor.delete(`/v1/articles/${id}`).expect(204)
    expect((await gone('?section=sport')).ids).toEqual([`urn:uuid:${id}`])
    expect((await gone('?section=asia')).ids).not.toContain(`urn:uuid:${id}`)
  })

  it('are articles that moved to another feed, only in the feed that they left', async () => {
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

  it('are XML whatever characters texts refer to, and whatever tags are named', async () => {
    await room.editor.post('/v1/tags').send({ name: 'true' }).expect(201)
    const body = [{ type: 'paragraph', text: 'A&#1;B &#x8; &#x7f; &#xfffe; [a](https://x.example/&#1;)' }]
    const id = await publish('References', { tags: ['true'], body })
    const { parsed } = await read('/feeds/atom.xml?tag=true')
    expect(JSON.stringify(parsed)).toContain('"@_term":"true"')
    for (const path of ['/feeds/atom.xml', '/feeds/rss.xml', '/feeds/feed.json', `/v1/articles/${id}?body=html`]) {
      const { text } = await room.anyone.get(path).buffer(true).expect(200)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
      expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe]/)
      expect(text).toContain('A\ufffdB')
    }
  })

  it('have no reason any more when a retracted article is deleted permanently, also in cached feeds', async () => {
    const id = await publish('Erased', { section: 'sport', tags: ['hostile'] })
    await room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'SECRET' }).expect(200)
    await room.editor.delete(`/v1/articles/${id}`).expect(204)
    const feeds = ['', '?section=sport', '?tag=hostile', '?language=en']
    const text = async (query: string) => (await room.anyone.get(`/feeds/atom.xml${query}`).buffer(true)).text
    for (const query of feeds) expect([query, await text(query)]).toEqual([query, expect.stringContaining('SECRET')])
    await room.admin.delete(`/v1/articles/${id}?permanent=true`).expect(204)
    for (const query of feeds)
      expect([query, await text(query)]).toEqual([query, expect.not.stringContaining('SECRET')])
    expect((await gone('?section=sport')).ids).toContain(`urn:uuid:${id}`)
  })

  it('have the reason of a retraction of an article that was unpublished before', async () => {
    const id = await publish('Gone first', { section: 'sport' })
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    await room.editor.post(`/v1/articles/${id}/retract`).send({ reason: 'Wrong after all.' }).expect(200)
    expect((await gone('?section=sport')).comments).toContain('Wrong after all.')
  })

  it('are never articles that were not public', async () => {
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

describe('a cached feed', () => {
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
    for (const other of ['no date', '2040', '2040-01-01T00:00:00Z', '4102444800000']) await since(other).expect(200)
    // It vanishes, and nothing in the feed is newer than before.
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    await since(modified).expect(200)
    room.clock.tick(1_000)
    await since(modified).expect(200)
  })
})

describe('a hub', () => {
  /** A hub on the loopback interface that records its notices, and answers with the set status; with 503 for one feed. */
  async function startHub() {
    const notices: string[] = []
    const hub = { notices, status: 204, failingFor: '', url: '', close: () => {} }
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (piece) => {
        text += piece
      })
      request.on('end', () => {
        const form = new URLSearchParams(text)
        const topic = form.get('hub.url')
        const status = topic === hub.failingFor ? 503 : hub.status
        if (status < 300) notices.push(`${form.get('hub.mode')} ${topic}`)
        response.writeHead(status).end()
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

  it('is notified of each feed that has changed, once, and again after it has failed', async () => {
    const hub = await startHub()
    const { storage, clock } = room
    const refused: [string, number][] = []
    const onRefused = (topic: string, status: number) => void refused.push([topic, status])
    const signal = new AbortController().signal
    const failures: string[] = []
    const onFailed = (error: unknown) => void failures.push(String(error))
    const publisher = await hubPublisher({ storage, clock, site, hub: hub.url, signal, onRefused, onFailed })
    await publisher.publishPending()
    expect(hub.notices).toEqual([])

    await publish('One', { section: 'asia', authors: ['ben'] })
    await publish('Two', { section: 'asia' })
    await publisher.publishPending()
    const feeds = (queries: string[]) =>
      queries.flatMap((query) =>
        ['rss.xml', 'atom.xml', 'feed.json'].map((file) => `publish https://api.example/feeds/${file}${query}`),
      )
    expect(hub.notices.toSorted()).toEqual(feeds(['', '?section=world', '?section=asia', '?author=ben']).toSorted())
    await room.editor.post('/v1/articles').send({ headline: 'A draft', section: 'sport' }).expect(201)
    await publisher.publishPending()
    expect(hub.notices).toHaveLength(12)

    hub.status = 503
    await room.editor.patch('/v1/articles/one?publish=true').send({ section: 'sport', authors: [] }).expect(200)
    await publisher.publishPending()
    expect(failures).toEqual([expect.stringContaining('503')])
    hub.status = 204
    await publisher.publishPending()
    expect(hub.notices).toHaveLength(12)
    room.clock.tick(2_000)
    await publisher.publishPending()
    const moved = ['', '?section=world', '?section=asia', '?section=sport', '?author=ben']
    expect(hub.notices.slice(12).toSorted()).toEqual(feeds(moved).toSorted())

    hub.status = 404
    await publish('Three')
    await publisher.publishPending()
    expect(refused).toHaveLength(3)

    hub.status = 204
    hub.notices.length = 0
    hub.failingFor = 'https://api.example/feeds/rss.xml'
    await publish('Four')
    await publisher.publishPending()
    room.clock.tick(2_000)
    await publisher.publishPending()
    expect(hub.notices).toEqual(feeds(['']).slice(1))
    hub.close()
  })

  it('is named by the feeds that it is notified of, in them and in their headers', async () => {
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

it('has summaries only where that is configured', async () => {
  const own = await newsroom({ FEED_CONTENT: 'summary' })
  await own.editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Short', summary: 'In short.', body: [{ type: 'paragraph', text: 'At length.' }] })
  const { text } = await own.anyone.get('/feeds/rss.xml').buffer(true).expect(200)
  expect(text).toContain('In short.')
  expect(text).not.toContain('At length.')
  await own.close()
})
