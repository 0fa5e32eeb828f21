import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { Response } from 'supertest'
import { publishDue } from '../src/articles/lifecycle/scheduler.ts'
import { readConfig } from '../src/config.ts'
import { pageOfEntry } from '../src/editions/site-urls.ts'
import { siteOf } from '../src/feeds/site.ts'
import { uriOf } from '../src/lib/uri.ts'
import { anyCharacter } from './harness/characters.ts'
import { runs } from './harness/depth.ts'
import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

const SITE = {
  SITE_URL: 'https://news.example',
  PUBLIC_URL: 'https://api.example',
  SITE_NAME: 'The Harbour Daily',
  SITE_LOGO: 'https://news.example/logo.png',
  SITE_AUTHOR_PATH: '/people/{slug}',
}
const NINJS = 'application/ninjs+json'
const JSON_LD = 'application/ld+json'
const ofType = (type: string) => (reply: Response) => expect(reply.type).toBe(type)
const HOSTILE = `]]> & <b>"it's"</b> </script><!-- 🌊 \u202eright to left\u202c &amp; &#0; \u2028.`

/** The published schema of ninjs 3.1, a file that is not ours to give: see CONTRIBUTING.md. */
const SCHEMA = process.env.NINJS_SCHEMA

/** What the published schema has against it; nothing where there is no such file. */
const againstNinjs = SCHEMA === undefined ? () => [] : checkOf(SCHEMA)

function schemas(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  return ajv
}

function checkOf(file: string): (body: unknown) => unknown[] {
  const ajv = schemas()
  // Places may have a shape on the map; ours have none, so that any will do here.
  ajv.addSchema({ $id: 'https://geojson.org/schema/GeoJSON.json' })
  const check = ajv.compile(JSON.parse(readFileSync(file, 'utf8')))
  return (body) => (check(body) ? [] : (check.errors ?? []))
}

let room: Newsroom
/** Ids of what is there, by slug. */
const ids: Record<string, string> = {}
beforeAll(async () => {
  room = await newsroom(SITE)
  const made: [string, object][] = [
    ['sections', { name: 'World' }],
    ['sections', { name: 'Asia', parent: 'world' }],
    ['sections', { name: 'Sport' }],
    ['tags', { name: 'Bridges' }],
    ['authors', { name: 'Ana Moreau', links: [{ label: 'Site', url: 'https://ana.example' }], jobTitle: 'Reporter' }],
    ['authors', { name: 'Night Desk', kind: 'organization' }],
    ['sources', { name: 'Coastal Wire', kind: 'agency', url: 'https://wire.example' }],
    ['sources', { name: 'Harbour Office', kind: 'organization', description: 'the port authority' }],
    ['sources', { name: 'Tide tables', kind: 'dataset' }],
  ]
  for (const [list, entry] of made) {
    const { body } = await room.editor.post(`/v1/${list}`).send(entry).expect(201)
    ids[body.slug] = body.id
  }
})
afterAll(() => room.close())

const publish = async (headline: string, more: object = {}): Promise<{ id: string; slug: string }> => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body
}
const schedule = async (headline: string, minutes: number, more: object = {}): Promise<{ id: string; at: string }> => {
  const { body } = await room.editor
    .post('/v1/articles')
    .send({ headline, ...more })
    .expect(201)
  const at = new Date(room.clock.time.getTime() + minutes * 60_000).toISOString()
  await room.editor.post(`/v1/articles/${body.id}/publish`).send({ at, embargoUntil: at }).expect(200)
  return { id: body.id, at }
}
/** An article as ninjs, valid under the standard's own schema. */
const readNinjs = async (reference: string, client = room.partner) => {
  const { body } = await client.get(`/v1/articles/${reference}/ninjs`).expect(200).expect(ofType(NINJS))
  expect(againstNinjs(body)).toEqual([])
  return body
}

const FULL = {
  slug: 'bridge',
  kicker: 'Transport',
  standfirst: 'After the storm.',
  summary: 'Traffic returned.',
  dateline: { city: 'Port Ellery', country: 'NZ' },
  section: 'asia',
  tags: ['bridges'],
  authors: ['ana-moreau', 'night-desk'],
  language: 'en',
  externalId: 'wire-1',
  rights: { usage: 'syndication', copyrightHolder: 'The Daily', copyrightNotice: '© The Daily' },
  seo: { title: 'Bridge open' },
  body: [
    { type: 'paragraph', text: 'The bridge **reopened**.' },
    {
      type: 'image',
      url: 'https://img.example/1.jpg?a=b',
      alt: 'A bridge',
      caption: 'The *new* deck',
      credit: 'B. Ito',
    },
  ],
  citations: [
    { source: 'coastal-wire', relation: 'origin', url: 'https://wire.example/1' },
    { source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' },
    { source: 'tide-tables', relation: 'cited' },
  ],
}

describe('ninjs', () => {
  it('has media with its renditions and rights', async () => {
    const photo = await storePhoto(room)
    const sound = await storePhoto(room, { kind: 'audio', mimeType: 'audio/mpeg', metadata: { duration: 61.5 } })
    const { id } = await publish('With media', {
      image: { media: photo.id, caption: 'The bridge' },
      body: [{ type: 'audio', media: sound.id, caption: 'The *reopening*' }],
    })
    const [picture, recording] = (await readNinjs(id)).associations
    expect(picture).toMatchObject({
      uri: `urn:uuid:${photo.id}`,
      rel: 'lead',
      type: 'picture',
      by: 'Ana Moreau',
      copyrightHolder: 'Coastal Pictures',
      usageTerms: 'Editorial use only.',
      rightsInfo: { linkedRights: 'https://licence.example/by' },
      descriptions: [
        { role: 'caption', value: 'The bridge' },
        { role: 'alt', value: 'The bridge at dawn' },
      ],
    })
    const wide = picture.renditions.find(({ name }: { name: string }) => name === 'wide')
    expect(wide).toMatchObject({ contentType: 'image/jpeg', width: 1920, height: 1080 })
    expect(wide.href).toMatch(`https://api.example/media/${photo.id}/`)
    expect(recording).toMatchObject({
      uri: `urn:uuid:${sound.id}`,
      type: 'audio',
      name: 'The reopening',
      renditions: [{ name: 'main', contentType: 'audio/mpeg', sizeInBytes: 123_456, duration: 61.5 }],
    })
  })

  it('has an article whole', async () => {
    const other = await publish('Storm closes harbour', { section: 'world' })
    const relatedLinks = [
      { article: other.id },
      { url: 'https://example.org/tides', title: 'Tides', teaser: 'Spring.' },
    ]
    const { id } = await publish('Bridge reopens', { ...FULL, relatedLinks })
    room.clock.tick()
    await room.editor
      .post(`/v1/articles/${id}/corrections`)
      .send({ kind: 'correction', text: 'It was Friday.' })
      .expect(201)
    const { body: article } = await room.anyone.get(`/v1/articles/${id}?body=html`).expect(200)
    const at = article.corrections[0].at
    const urn = (slug: string) => `urn:uuid:${ids[slug]}`
    expect(await readNinjs('bridge')).toEqual({
      uri: `urn:uuid:${id}`,
      standard: { name: 'ninjs', version: '3.1', schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#' },
      type: 'text',
      representationType: 'full',
      version: '1',
      pubStatus: 'usable',
      firstCreated: article.publishedAt,
      versionCreated: article.updatedAt,
      contentCreated: article.publishedAt,
      language: 'en',
      headlines: [
        { role: 'main', value: 'Bridge reopens' },
        { role: 'kicker', value: 'Transport' },
      ],
      by: 'Ana Moreau and Night Desk',
      slugline: 'bridge',
      located: 'Port Ellery, NZ',
      edNote: `correction (${at}): It was Friday.`,
      descriptions: [
        { role: 'summary', value: 'Traffic returned.' },
        { role: 'standfirst', value: 'After the storm.' },
        { role: 'correction', value: 'It was Friday.' },
      ],
      bodies: [
        { role: 'main', contentType: 'text/html', value: article.body, wordCount: 3 },
        { role: 'main', contentType: 'text/plain', value: 'The bridge reopened.', wordCount: 3, charCount: 20 },
      ],
      people: [
        {
          name: 'Ana Moreau',
          rel: 'author',
          uri: urn('ana-moreau'),
          literal: 'ana-moreau',
          contactInfo: [{ type: 'web', name: 'Site', value: 'https://ana.example' }],
        },
      ],
      organisations: [
        { name: 'Night Desk', rel: 'author', uri: urn('night-desk'), literal: 'night-desk', contactInfo: [] },
      ],
      places: [{ name: 'Port Ellery, NZ', rel: 'dateline' }],
      subjects: [
        { name: 'World', rel: 'section', uri: urn('world'), literal: '/world' },
        { name: 'Asia', rel: 'section', uri: urn('asia'), literal: '/world/asia' },
        { name: 'Bridges', rel: 'tag', uri: urn('bridges'), literal: 'bridges' },
      ],
      infoSources: [
        {
          name: 'Coastal Wire',
          role: 'origin',
          uri: urn('coastal-wire'),
          literal: 'coastal-wire',
          contactInfo: [{ type: 'web', value: 'https://wire.example/1' }],
        },
        {
          name: 'Harbour Office',
          role: 'quoted',
          uri: urn('harbour-office'),
          literal: 'harbour-office',
          contactInfo: [],
        },
        { name: 'Tide tables', role: 'cited', uri: urn('tide-tables'), literal: 'tide-tables', contactInfo: [] },
      ],
      associations: [
        {
          name: 'A bridge',
          uri: 'https://img.example/1.jpg?a=b',
          rel: 'image',
          type: 'picture',
          representationType: 'partial',
          by: 'B. Ito',
          descriptions: [
            { role: 'caption', value: 'The new deck' },
            { role: 'alt', value: 'A bridge' },
          ],
          renditions: [{ name: 'main', href: 'https://img.example/1.jpg?a=b' }],
        },
        {
          name: 'Storm closes harbour',
          uri: `urn:uuid:${other.id}`,
          rel: 'related',
          type: 'text',
          representationType: 'partial',
          headlines: [{ value: 'Storm closes harbour' }],
          descriptions: [],
          renditions: [
            { name: 'web', href: 'https://news.example/world/storm-closes-harbour', contentType: 'text/html' },
          ],
        },
        expect.objectContaining({ name: 'Tides', uri: 'https://example.org/tides' }),
      ],
      renditions: [{ name: 'web', href: 'https://news.example/world/asia/bridge', contentType: 'text/html' }],
      altIds: [{ role: 'externalId', value: 'wire-1' }],
      copyrightHolder: 'The Daily',
      copyrightNotice: '© The Daily',
      usageTerms: 'syndication',
    })
  })

  it('has an article of a headline alone, and one in hostile words', async () => {
    const bare = await publish('Bare')
    const body = await readNinjs(bare.id)
    for (const name of ['by', 'edNote', 'subjects', 'bodies', 'associations', 'located'])
      expect(body).not.toHaveProperty(name)
    const hostile = await publish(HOSTILE, { summary: HOSTILE, body: [{ type: 'paragraph', text: HOSTILE }] })
    expect(await readNinjs(hostile.id)).toMatchObject({
      headlines: [{ value: HOSTILE }],
      descriptions: [{ value: HOSTILE }],
    })
  })

  it('is canceled once the article is retracted, where JSON is 410', async () => {
    const better = await publish('Better')
    const { id } = await publish('Wrong story', {
      section: 'asia',
      body: [{ type: 'paragraph', text: 'Wrong words.' }],
    })
    const notice = { reason: 'It was <wrong>.', replacement: better.id }
    await room.editor.post(`/v1/articles/${id}/retract`).send(notice).expect(200)
    const body = await readNinjs(id)
    expect(body).toMatchObject({
      uri: `urn:uuid:${id}`,
      pubStatus: 'canceled',
      edNote: expect.stringContaining('It was <wrong>.'),
      associations: [{ rel: 'replacement', uri: `urn:uuid:${better.id}` }],
    })
    expect(JSON.stringify(body)).not.toContain('Wrong words')
    expect(await readNinjs('wrong-story')).toEqual(body)
    await room.anyone.get(`/v1/articles/${id}/jsonld`).expect(problem('retracted'))

    const chosen = await room.partner.get(`/v1/articles/${id}`).set('accept', NINJS).expect(200)
    expect(chosen.body).toEqual(body)
    await room.partner.get(`/v1/articles/${id}`).expect(problem('retracted'))

    const asia = await room.newKey('partner', { grant: { sections: ['world'] } })
    const sport = await room.newKey('partner', { grant: { sections: ['sport'] } })
    expect(await readNinjs(id, asia.client)).toEqual(body)
    await sport.client.get(`/v1/articles/${id}/ninjs`).expect(problem('not-found'))
  })

  it('is withheld before release: for editors, and for a partner as far ahead as its grant says', async () => {
    const { id, at } = await schedule('Soon', 30, { section: 'asia' })
    const near = await room.newKey('partner', { grant: { sections: ['world'], embargoLeadSeconds: 3_600 } })
    const later = await room.newKey('partner', { grant: { sections: ['world'], embargoLeadSeconds: 60 } })
    const other = await room.newKey('partner', { grant: { sections: ['sport'], embargoLeadSeconds: 3_600 } })
    for (const client of [room.editor, near.client]) {
      const body = await readNinjs(id, client)
      expect(body).toMatchObject({ pubStatus: 'withheld', embargoedUntil: at, headlines: [{ value: 'Soon' }] })
      expect(body).not.toHaveProperty('firstCreated')
    }
    for (const client of [room.partner, later.client, other.client])
      for (const name of [id, 'soon']) await client.get(`/v1/articles/${name}/ninjs`).expect(problem('not-found'))
    for (const client of [room.anyone, room.editor, near.client])
      await client.get(`/v1/articles/${id}/jsonld`).expect(problem('not-found'))

    const { body: draft } = await room.editor.post('/v1/articles').send({ headline: 'A draft' }).expect(201)
    for (const client of [room.editor, near.client])
      await client.get(`/v1/articles/${draft.id}/ninjs`).expect(problem('not-found'))

    room.clock.tick(31 * 60_000)
    await publishDue(room)
    expect(await readNinjs(id, later.client)).toMatchObject({ pubStatus: 'usable', firstCreated: at })
    expect(await readNinjs(id)).not.toHaveProperty('embargoedUntil')
  })

  it('is for partners, of what they are granted and in the formats they are granted', async () => {
    const { id } = await publish('Match report', { section: 'sport' })
    for (const client of [room.reader, room.contributor])
      await client.get(`/v1/articles/${id}/ninjs`).expect(problem('forbidden'))
    await room.anyone.get(`/v1/articles/${id}/ninjs`).expect(problem('unauthenticated'))
    const asia = await room.newKey('partner', { grant: { sections: ['asia'] } })
    await asia.client.get(`/v1/articles/${id}/ninjs`).expect(problem('not-found'))
    const json = await room.newKey('partner', { grant: { sections: ['sport'], formats: ['json', 'jsonld'] } })
    const { body } = await json.client.get(`/v1/articles/${id}/ninjs`).expect(problem('forbidden'))
    expect(body.detail).toContain('json and jsonld')
    await room.partner.get(`/v1/articles/${id}/ninjs?fields=uri`).expect(problem('unknown-parameter'))
  })
})

it('writes every web address as a URI', () => {
  const isUri = schemas().compile({ type: 'string', format: 'uri' })
  fc.assert(
    fc.property(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.string({ unit: anyCharacter }),
      (url, more) => {
        const address = `${url}${more}`
        if (!URL.canParse(address) || /\s/.test(address)) return
        const uri = uriOf(address)
        expect([uri, isUri(uri)]).toEqual([uri, true])
        expect(uriOf(uri)).toBe(uri)
      },
    ),
    runs(100),
  )
})

const PUBLISHER = {
  '@type': 'Organization',
  name: 'The Harbour Daily',
  url: 'https://news.example',
  logo: { '@type': 'ImageObject', url: 'https://news.example/logo.png' },
}

it('knows where the site has its pages, as URIs', () => {
  const site = siteOf(
    readConfig({
      SITE_URL: 'https://bücher.example/zeitung/',
      SITE_TAG_PATH: '/thema/{slug}',
      SITE_SOURCE_PATH: 'none',
    }),
  )
  const pages = ['section', 'author', 'tag', 'source'].map((kind) =>
    pageOfEntry(kind, { slug: 'a-b', path: '/c/a-b' }, site),
  )
  const start = 'https://xn--bcher-kva.example/zeitung'
  expect(pages).toEqual([`${start}/c/a-b`, `${start}/authors/a-b`, `${start}/thema/a-b`, undefined])
  expect([site.url, site.api]).toEqual([start, 'http://localhost:3000'])
})

describe('JSON-LD', () => {
  it('has an author always: the publisher, where nobody has signed', async () => {
    const { id } = await publish('Unsigned')
    const { body } = await room.anyone.get(`/v1/articles/${id}/jsonld`).expect(200)
    expect(body).toMatchObject({ author: [PUBLISHER], publisher: PUBLISHER })
  })

  it('has an article as a NewsArticle', async () => {
    const { text, body, headers } = await room.anyone.get('/v1/articles/bridge/jsonld').buffer(true).expect(200)
    expect(headers).toMatchObject({
      'content-type': `${JSON_LD}; charset=utf-8`,
      'cache-control': expect.stringContaining('public'),
      'cache-tag': expect.stringContaining(ids['ana-moreau']?.slice(-12) ?? ''),
      'last-modified': expect.any(String),
    })
    expect(JSON.parse(text)).toEqual(body)
    const url = 'https://news.example/world/asia/bridge'
    expect(body).toEqual({
      '@context': 'https://schema.org',
      '@type': 'NewsArticle',
      '@id': url,
      url,
      identifier: expect.stringMatching(/^urn:uuid:/),
      mainEntityOfPage: {
        '@type': 'WebPage',
        '@id': url,
        breadcrumb: {
          '@type': 'BreadcrumbList',
          itemListElement: [
            { '@type': 'ListItem', position: 1, name: 'Home', item: 'https://news.example/' },
            { '@type': 'ListItem', position: 2, name: 'World', item: 'https://news.example/world' },
            { '@type': 'ListItem', position: 3, name: 'Asia', item: 'https://news.example/world/asia' },
            { '@type': 'ListItem', position: 4, name: 'Bridge reopens', item: url },
          ],
        },
      },
      headline: 'Bridge reopens',
      alternativeHeadline: 'Bridge open',
      description: 'Traffic returned.',
      dateline: 'Port Ellery, NZ',
      author: [
        {
          '@type': 'Person',
          name: 'Ana Moreau',
          url: 'https://news.example/people/ana-moreau',
          jobTitle: 'Reporter',
          sameAs: ['https://ana.example/'],
        },
        { '@type': 'Organization', name: 'Night Desk', url: 'https://news.example/people/night-desk' },
      ],
      publisher: PUBLISHER,
      isAccessibleForFree: true,
      articleSection: 'Asia',
      keywords: ['Bridges'],
      image: [expect.objectContaining({ '@type': 'ImageObject', caption: 'The new deck', creditText: 'B. Ito' })],
      datePublished: expect.stringMatching(/^2030-.*Z$/),
      dateModified: expect.stringMatching(/^2030-.*Z$/),
      inLanguage: 'en',
      wordCount: expect.any(Number),
      articleBody: 'The bridge reopened.\n\nThe new deck',
      isBasedOn: [
        {
          '@type': 'CreativeWork',
          url: 'https://wire.example/1',
          creator: { '@type': 'Organization', name: 'Coastal Wire', url: 'https://wire.example/' },
        },
      ],
      citation: [
        {
          '@type': 'CreativeWork',
          text: 'We checked every bolt.',
          creator: { '@type': 'Organization', name: 'Harbour Office', description: 'the port authority' },
        },
        { '@type': 'Dataset', name: 'Tide tables' },
      ],
      correction: [{ '@type': 'CorrectionComment', text: 'It was Friday.', datePublished: expect.any(String) }],
      copyrightHolder: { '@type': 'Organization', name: 'The Daily' },
      copyrightNotice: '© The Daily',
      usageInfo: { '@type': 'CreativeWork', text: 'syndication' },
    })
  })

  it('has the first link of an author whose page the site does not have', async () => {
    const { anyone, editor, close } = await newsroom({ ...SITE, SITE_AUTHOR_PATH: 'none' })
    const links = [{ label: 'Site', url: 'https://ana.example' }]
    await editor.post('/v1/authors').send({ name: 'Ana', links }).expect(201)
    await editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'Signed', authors: ['ana'] })
      .expect(201)
    const { body } = await anyone.get('/v1/articles/signed/jsonld').expect(200)
    expect(body.author).toMatchObject([{ name: 'Ana', url: 'https://ana.example/' }])
    await close()
  })

  it('closes no script element, whatever it says', async () => {
    const { id } = await publish(HOSTILE, { summary: HOSTILE, body: [{ type: 'paragraph', text: HOSTILE }] })
    const { text } = await room.anyone.get(`/v1/articles/${id}/jsonld`).buffer(true).expect(200)
    expect(text).not.toContain('<')
    expect(JSON.parse(text)).toMatchObject({ headline: HOSTILE, description: HOSTILE })
  })

  it('is what a grant has it in, where reading is closed', async () => {
    const closed = await newsroom({ ...SITE, PUBLIC_READ: 'false' })
    await closed.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
    for (const [headline, section] of [
      ['In', 'world'],
      ['Out', null],
    ])
      await closed.editor.post('/v1/articles?publish=true').send({ headline, section }).expect(201)
    const { client } = await closed.newKey('partner', { grant: { sections: ['world'], formats: ['jsonld'] } })
    const ninjs = await closed.newKey('partner', { grant: { sections: ['world'], formats: ['ninjs'] } })
    const { body } = await client.get('/v1/articles/in/jsonld').expect(200)
    // Whether the site asks to be paid is not known here.
    expect(body).not.toHaveProperty('isAccessibleForFree')
    await client.get('/v1/articles/out/jsonld').expect(problem('not-found'))
    await client.get('/v1/articles/in/ninjs').expect(problem('forbidden'))
    await client.get('/v1/articles/in').expect(problem('forbidden'))
    await ninjs.client.get('/v1/articles/in/jsonld').expect(problem('forbidden'))
    await closed.anyone.get('/v1/articles/in/jsonld').expect(problem('unauthenticated'))
    await closed.reader.get('/v1/articles/in/jsonld').expect(200)
    await closed.close()
  })
})

describe('the form that is preferred', () => {
  const get = (accept: string, path = '/v1/articles/bridge', client = room.anyone) =>
    client.get(path).set('accept', accept)

  it.each([
    ['first JSON, then JSON-LD', ['application/json', JSON_LD, 'application/json', JSON_LD]],
    ['first JSON-LD, then JSON', [JSON_LD, 'application/json', JSON_LD, '*/*']],
  ])('is answered, and keeps out of the way of the other: %s', async (_order, accepts) => {
    const { slug } = await publish(`In turn ${_order}`)
    const path = `/v1/articles/${slug}`
    for (const accept of accepts) {
      const { type, headers, body } = await get(accept, path).expect(200)
      const isLd = accept === JSON_LD
      expect([type, headers['content-location']]).toEqual(
        isLd ? [JSON_LD, `${path}/jsonld`] : ['application/json', undefined],
      )
      expect(headers.vary?.split(', ')).toEqual(expect.arrayContaining(['Accept', 'Authorization']))
      expect('@type' in body).toBe(isLd)
    }
  })

  it('has the bytes and the ETag of its own address, and 304 for it alone', async () => {
    const own = await room.anyone.get('/v1/articles/bridge/jsonld').buffer(true).expect(200)
    const chosen = await get(JSON_LD).buffer(true).expect(200)
    const json = await get('application/json').expect(200)
    expect(chosen.text).toBe(own.text)
    for (const name of ['etag', 'last-modified', 'cache-tag', 'cache-control'])
      expect(chosen.headers[name]).toBe(own.headers[name])
    expect(json.headers.etag).not.toBe(own.headers.etag)
    for (const path of ['/v1/articles/bridge', '/v1/articles/bridge/jsonld']) {
      const same = await get(JSON_LD, path)
        .set('if-none-match', own.headers.etag ?? '')
        .expect(304)
      expect(same.headers).toMatchObject({ etag: own.headers.etag, vary: expect.stringContaining('Authorization') })
      const head = await room.anyone.head(path).set('accept', JSON_LD).expect(200)
      expect(head.headers).toMatchObject({ etag: own.headers.etag, 'content-type': `${JSON_LD}; charset=utf-8` })
    }
    await get(JSON_LD)
      .set('if-none-match', json.headers.etag ?? '')
      .expect(200)
    await get('application/json')
      .set('if-none-match', own.headers.etag ?? '')
      .expect(200)
    await get('application/json')
      .set('if-none-match', json.headers.etag ?? '')
      .expect(304)
  })

  it.each([
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/plain',
    `${JSON_LD};q=0.5, application/json`,
    `${JSON_LD};q=0`,
    'application/json;q=0.1',
    ';;,,/*',
    'application/ld+jsonx',
  ])('is JSON for %j', async (accept) => {
    await get(accept).expect(200).expect(ofType('application/json'))
  })

  it('is named in any case', async () => {
    await get('APPLICATION/LD+JSON').expect(200).expect(ofType(JSON_LD))
    await get('Application/Ninjs+Json', undefined, room.partner).expect(200).expect(ofType(NINJS))
  })

  it('is ninjs for partners; JSON for those who may not have it, and for parameters that only JSON has', async () => {
    const { body } = await get(NINJS, undefined, room.partner).expect(200).expect(ofType(NINJS))
    expect(body).toEqual(await readNinjs('bridge'))
    await get(`${NINJS}, application/json;q=0.9`, undefined, room.editor).expect(200).expect(ofType(NINJS))
    await get(NINJS).expect(200).expect(ofType('application/json'))
    const sport = await room.newKey('partner', { grant: { sections: ['sport'] } })
    const other = await room.newKey('partner', { grant: { sections: ['world'], formats: ['json'] } })
    for (const { client } of [sport, other])
      await get(NINJS, undefined, client).expect(200).expect(ofType('application/json'))
    await get(NINJS, undefined, room.reader).expect(200).expect(ofType('application/json'))
    await get(JSON_LD, '/v1/articles/bridge?body=text').expect(200).expect(ofType('application/json'))
    await get(JSON_LD, '/v1/articles/bridge?nonsense=1').expect(problem('unknown-parameter'))
  })

  it('leads on from a former slug, and ends with the article', async () => {
    const { id } = await publish('Old name')
    await room.editor.patch(`/v1/articles/${id}?publish=true`).send({ slug: 'new-name' }).expect(200)
    const moved = await get(JSON_LD, '/v1/articles/old-name').expect(308).expect('location', '/v1/articles/new-name')
    expect(moved.headers).not.toHaveProperty('content-location')
    await room.anyone.get('/v1/articles/old-name/jsonld').expect(308).expect('location', '/v1/articles/new-name/jsonld')
    await room.partner.get('/v1/articles/old-name/ninjs').expect(308).expect('location', '/v1/articles/new-name/ninjs')
    await get(JSON_LD, '/v1/articles/new-name').expect(200)
    expect(room.log.filter((line) => JSON.parse(line).level >= 40)).toEqual([])
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    for (const path of ['/v1/articles/new-name', '/v1/articles/new-name/jsonld']) {
      const { headers } = await get(JSON_LD, path).expect(problem('not-found'))
      expect(headers).not.toHaveProperty('content-location')
    }
    await room.partner.get('/v1/articles/new-name/ninjs').expect(problem('not-found'))
  })
})
