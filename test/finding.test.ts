import { gzipSync } from 'node:zlib'
import { eq } from 'drizzle-orm'
import { bringDraftIndexUpToDate, indexWhenQuiet } from '../src/articles/draft-index.ts'
import { keepIndexes, rebuildIndexes } from '../src/articles/index-upkeep.ts'
import { backfillSortNames } from '../src/catalogue/sort-names.ts'
import { checkIndexes } from '../src/doctor/derived.ts'
import { draftIndex, editionIndex } from '../src/storage/fulltext.ts'
import { articles, editions, tags } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
  const make = (path: string, body: object) => room.editor.post(`/v1/${path}`).send(body).expect(201)
  await make('sections', { name: 'World' })
  await make('sections', { name: 'Asia', parent: 'world' })
  await make('sections', { name: 'Sport' })
  for (const name of ['Storms', 'Ports', 'Tides']) await make('tags', { name })
  for (const name of ['Ana', 'Ben']) await make('authors', { name })
  await make('sources', { name: 'Harbour Office', kind: 'organization' })
})
afterAll(() => room.close())

const live = async (headline: string, more: object = {}): Promise<string> => {
  room.clock.tick()
  const sent = room.editor.post('/v1/articles?publish=true').send({ headline, ...more })
  return (await sent.expect(201)).body.id
}
const paragraph = (text: string) => ({ body: [{ type: 'paragraph', text }] })

interface Listed {
  data: { slug: string }[]
}
const slugsOf = ({ data }: Listed) => data.map(({ slug }) => slug)
const list = async (query: string) => slugsOf((await room.anyone.get(`/v1/articles?${query}`).expect(200)).body)
const search = async (q: string, more = '') =>
  slugsOf((await room.anyone.get(`/v1/search?q=${encodeURIComponent(q)}${more}`).expect(200)).body)
const drafts = async (query: string, client = room.editor) =>
  slugsOf((await client.get(`/v1/articles?version=draft&${query}`).expect(200)).body)
const feed = async (query: string) => {
  const { body } = await room.anyone.get(`/feeds/feed.json?${query}`).expect(200)
  return (JSON.parse(Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body)).items as { title: string }[]).map(
    ({ title }) => title.toLowerCase().replaceAll(' ', '-'),
  )
}

describe('a language', () => {
  beforeAll(async () => {
    await live('Lingua one', { language: 'fr', tags: ['ports'] })
    await live('Lingua two', { language: 'fr-CA', tags: ['ports'] })
    await live('Lingua three', { language: 'zh-TW' })
    await live('Lingua four', { language: 'zh-Hant-TW' })
    await live('Lingua five', { language: 'frr' })
  })

  it.each([
    ['fr', ['lingua-two', 'lingua-one']],
    ['FR', ['lingua-two', 'lingua-one']],
    ['fr-ca', ['lingua-two']],
    ['zh-tw', ['lingua-three']],
    ['zh-Hant', ['lingua-four']],
    ['frr, zh', ['lingua-five', 'lingua-four', 'lingua-three']],
    ['de', []],
    ['fr_CA', []],
    ['%25', []],
  ])('finds by %s what is in it, in lists, search, feeds and drafts', async (range, found) => {
    expect(await list(`language=${range}`)).toEqual(found)
    expect(await list(`language=${range}&sort=headline&q=lingua`)).toEqual([...found].sort())
    expect(await search('lingua', `&language=${range}`)).toEqual(found)
    expect(await feed(`language=${range}`)).toEqual(found)
    expect(await drafts(`language=${range}`)).toEqual(found)
    const { body } = await room.anyone.get(`/v1/articles?language=${range}&count=true`).expect(200)
    expect(body.page.total).toBe(found.length)
  })

  it('is any by *', async () => {
    expect(await list('language=*&q=lingua')).toHaveLength(5)
    expect(await drafts('language=*&q=lingua')).toHaveLength(5)
  })

  it('is found by its ranges after an upgrade, too', async () => {
    await room.storage.transaction(async (tx) => {
      await tx.delete(editionIndex)
      await tx.delete(draftIndex)
      await tx.update(editions).set({ searchKey: null, sortHeadline: 'old' })
      await tx.update(articles).set({ searchKey: null, sortHeadline: 'old' })
      await tx.update(tags).set({ sortName: '' })
    })
    await backfillSortNames(room.storage)
    await keepIndexes(room.storage)
    await rebuildIndexes(room.storage)
    expect(await list('language=fr&tag=ports&sort=headline')).toEqual(['lingua-one', 'lingua-two'])
    expect(await drafts('q=lingua&language=fr&sort=headline')).toEqual(['lingua-one', 'lingua-two'])
    expect((await room.anyone.get('/v1/tags?q=po').expect(200)).body.data).toHaveLength(1)
  })
})

describe('a filter that is given more than once', () => {
  beforeAll(async () => {
    await live('Both a', { tags: ['storms', 'ports'], authors: ['ana', 'ben'], section: 'asia' })
    await live('Both b', { tags: ['storms', 'tides'], authors: ['ana'], section: 'world' })
    await live('Both c', { tags: ['ports'], authors: ['ben'], section: 'sport' })
  })

  it.each([
    ['tag=storms&tag=ports', ['both-a']],
    ['tag=storms&tag=ports,tides', ['both-b', 'both-a']],
    ['tag=ports&tag=none', []],
    ['tag=storms&tag=nonesuch', []],
    ['author=ana&author=ben', ['both-a']],
    ['section=world&section=asia', ['both-a']],
    ['section=world&section=sport', []],
    ['author=ana&tag=storms&tag=tides&section=world', ['both-b']],
  ])('%s has to hold each time, in lists, search, feeds and drafts', async (query, found) => {
    expect(await list(`${query}&sort=-publishedAt`)).toEqual(found)
    expect(await list(`${query}&sort=headline`)).toEqual([...found].reverse())
    expect(await search('both', `&${query}`)).toEqual(found)
    expect(await feed(query)).toEqual(found)
    expect(await drafts(query)).toEqual(found)
  })

  it('is good for one cursor, ten times at most, and not for what an article has one of', async () => {
    const first = (await room.anyone.get('/v1/articles?tag=storms&tag=ports,tides&limit=1').expect(200)).body
    const more = `tag=storms&tag=ports,tides&limit=1&cursor=${first.page.next}`
    expect(await list(more)).toEqual(['both-a'])
    const eleven = Array.from({ length: 11 }, () => 'tag=storms').join('&')
    await room.anyone.get(`/v1/articles?${eleven}`).expect(400)
    await room.anyone.get('/v1/articles?language=en&language=fr').expect(400)
  })
})

describe('none', () => {
  it('finds what has no section, author, tag or source', async () => {
    await live('Bare')
    await live('Bare but tagged', { tags: ['tides'] })
    await live('Bare but cited', { citations: [{ source: 'harbour-office', relation: 'cited' }] })
    for (const find of [
      (query: string) => list(`${query}&q=bare`),
      (query: string) => list(`${query}&q=bare&sort=-headline`).then((all) => all.reverse()),
      (query: string) => search('bare', `&${query}`).then((all) => all),
      (query: string) => drafts(`${query}&q=bare`),
    ]) {
      expect((await find('tag=none')).sort()).toEqual(['bare', 'bare-but-cited'])
      expect((await find('source=none')).sort()).toEqual(['bare', 'bare-but-tagged'])
      expect((await find('tag=none&source=none')).sort()).toEqual(['bare'])
      expect((await find('tag=none,tides&section=none&author=none')).sort()).toEqual([
        'bare',
        'bare-but-cited',
        'bare-but-tagged',
      ])
    }
    expect(await feed('tag=none&source=none&author=none')).toContain('bare')
    const { body } = await room.anyone.get('/v1/search?q=bare').expect(200)
    expect(body.facets.tag).toMatchObject([{ slug: 'tides', count: 1 }])
    await room.editor.patch('/v1/articles/bare?publish=true').send({ section: 'sport' }).expect(200)
    expect(await list('section=none&q=bare')).not.toContain('bare')
  })
})

describe('words', () => {
  beforeAll(async () => {
    await live('Hafen\u00adbrücke heute', paragraph('zero\u200bwidth word\u2060joiner \ufeffmark'))
    await live('كتـــاب', { language: 'ar' })
    await live('Oʼahu Hawaiʻi', paragraph('½ cup ⑴ apples'))
    await live('Ὀδυσσεύς', { language: 'el' })
    await live('Bridges reopen', {
      summary: 'Ministers announced it.',
      ...paragraph('Several cities were running late.'),
    })
    await live('The bridge of sighs')
    await live('Brücken gesperrt', { language: 'de-AT', ...paragraph('Die Häuser stehen.') })
    await live('か\u3099んばる', { language: 'ja' })
    await live('Ꭰꮒᏼ 𞤀𞤣𞤤𞤢𞤥')
  })

  it.each([
    ['hafenbrucke', 'hafenbrucke-heute'],
    ['Hafenbrücke', 'hafenbrucke-heute'],
    ['zerowidth', 'hafenbrucke-heute'],
    ['"wordjoiner mark"', 'hafenbrucke-heute'],
    ['كتاب', 'ktb'],
    ['o’ahu', 'oahu-hawaii'],
    ["hawai'i", 'oahu-hawaii'],
    ['"1 2 cup"', 'oahu-hawaii'],
    ['½', 'oahu-hawaii'],
    ['⑴', 'oahu-hawaii'],
    ['οδυσσευσ', 'odusseus'],
    ['ΟΔΥΣΣΕΎΣ', 'odusseus'],
    ['が', 'ganbaru'],
    ['ᎠᏂᏴ', 'ani'],
    ['𞤢𞤣𞤤𞤢𞤥', 'adlam'],
  ])('%s is found without regard to what readers do not see', async (q, slug) => {
    const found = await search(q)
    expect(found).toHaveLength(1)
    // What the slug of another script is, is not what is tested here.
    if (/^[a-z]/.test(q)) expect(found).toEqual([slug])
  })

  it('are counted so, and a headline has to have a character that is seen', async () => {
    const { body } = await room.anyone.get('/v1/articles/hafenbrucke-heute').expect(200)
    expect(body).toMatchObject({ wordCount: 3, body: [{ text: 'zero\u200bwidth word\u2060joiner \ufeffmark' }] })
    const error = { in: 'body', pointer: '/headline' } as const
    for (const headline of ['\u200b', '\u00ad \u2060\u2800\u3164'])
      await room.editor.post('/v1/articles').send({ headline }).expect(problem('validation', error))
  })

  it('are found in other forms, those of the headline as they stand first', async () => {
    expect(await search('bridge')).toEqual(['the-bridge-of-sighs', 'bridges-reopen'])
    expect(await search('bridges')).toEqual(['bridges-reopen', 'the-bridge-of-sighs'])
    expect(await search('city run')).toEqual(['bridges-reopen'])
    expect(await search('minister')).toEqual(['bridges-reopen'])
    expect(await search('brücke')).toEqual(['bruecken-gesperrt'])
    expect(await search('haus', '&language=de')).toEqual(['bruecken-gesperrt'])
    expect(await search('haus', '&language=en')).toEqual([])
    expect(await list('q=city')).toEqual(['bridges-reopen'])
    expect(await list('q=city&sort=headline')).toEqual(['bridges-reopen'])
    expect(await search('"bridge reopen"')).toEqual([])
    expect(await search('bridges*')).toEqual(['bridges-reopen'])
    expect(await search('brid*')).toHaveLength(2)
    const { body } = await room.anyone.get('/v1/search?q=bridge&count=true').expect(200)
    expect(body).toMatchObject({ page: { total: 2 }, didYouMean: null })
    expect(body.data.map(({ score }: { score: number }) => score)).toEqual([4, 3])
  })

  it('are marked in the form in which they stand', async () => {
    const { body } = await room.anyone.get('/v1/search?q=bridge%20city%20minister').expect(200)
    expect(body.data[0].highlights).toEqual({
      headline: '<mark>Bridges</mark> reopen',
      summary: '<mark>Ministers</mark> announced it.',
      body: 'Several <mark>cities</mark> were running late.',
    })
    const { body: german } = await room.anyone.get('/v1/search?q=haus').expect(200)
    expect(german.data[0].highlights.body).toBe('Die <mark>Häuser</mark> stehen.')
  })

  it('are not cut in two by an extract', async () => {
    await live('Family', paragraph(`Zwergplover ${'👩‍👩‍👧‍👦'.repeat(60)}`))
    await live('Before', paragraph(`${'👩‍👩‍👧‍👦'.repeat(60)} Zwergplover ${'e\u0301'.repeat(200)}`))
    const { body } = await room.anyone.get('/v1/search?q=zwergplover').expect(200)
    const [before, family] = body.data.map(({ highlights }: { highlights: { body: string } }) => highlights.body)
    expect(family).toMatch(/^<mark>Zwergplover<\/mark> (👩‍👩‍👧‍👦)+ …$/u)
    expect(before).toMatch(/^… (👩‍👩‍👧‍👦)+ <mark>Zwergplover<\/mark> (e\u0301)+ …$/u)
  })

  it('are meant only within their distance', async () => {
    await live('Quokka')
    const meant = async (q: string) => (await room.anyone.get(`/v1/search?q=${q}`).expect(200)).body.didYouMean
    expect(await meant('quokkb')).toBe('quokka')
    expect(await meant('quokbb')).toBeNull()
    expect(await meant('quokkaxy')).toBe('quokka')
    expect(await meant('quokkaxyz')).toBeNull()
  })
})

describe('drafts', () => {
  let mine: string
  let slugOfMine: string
  beforeAll(async () => {
    const { contributor, editor } = room
    const { body } = await contributor.post('/v1/articles').send({
      headline: 'Secret lagoon',
      ...paragraph('Flamingos gathered in the marshes.'),
    })
    mine = body.id
    slugOfMine = body.slug
    await editor
      .post('/v1/articles')
      .send({ headline: 'Other draft', ...paragraph('A flamingo was seen.') })
      .expect(201)
    const id = await live('Live lagoon', paragraph('Nothing of note.'))
    await editor.patch(`/v1/articles/${id}`).send(paragraph('The flamingos left.')).expect(200)
    await editor.post(`/v1/articles/${id}/publish`).send({ at: '2031-05-01T00:00:00Z' }).expect(200)
  })

  it('are found by all their words, each by callers who may see it', async () => {
    expect((await drafts('q=flamingo')).sort()).toEqual(['live-lagoon', 'other-draft', slugOfMine])
    expect(await drafts('q=flamingo%20marsh')).toEqual([slugOfMine])
    expect(await drafts('q="flamingos gathered"')).toEqual([slugOfMine])
    expect(await drafts('q=marsh*')).toEqual([slugOfMine])
    expect(await drafts('q=flamingo', room.contributor)).toEqual([slugOfMine])
    const { body } = await room.contributor.get('/v1/articles?version=draft&q=flamingo&count=true').expect(200)
    expect(body.page.total).toBe(1)
    for (const q of ['flamingo', 'secret', 'marshes']) {
      expect(await search(q)).toEqual([])
      expect(await list(`q=${q}`)).toEqual([])
    }
    await room.anyone.get('/v1/articles?version=draft&q=flamingo').expect(401)
    await room.reader.get('/v1/articles?version=draft&q=flamingo').expect(403)
  })

  it('are indexed once nothing is written any more, or after ten seconds of writing', async () => {
    const index = indexWhenQuiet(room.storage, () => false)
    const { body } = await room.editor.post('/v1/articles').send({ headline: 'Saved often' }).expect(201)
    const save = (summary: string) => room.editor.patch(`/v1/articles/${body.id}`).send({ summary }).expect(200)
    const isIndexed = async () => {
      const [row] = await room.storage.reader.select().from(articles).where(eq(articles.id, body.id))
      return row?.indexedVersion === row?.version
    }
    await index()
    expect(await isIndexed()).toBe(false)
    await index()
    expect(await isIndexed()).toBe(true)
    for (let second = 0; second <= 10; second++) {
      await save(`Saved ${second} times`)
      expect(await isIndexed()).toBe(false)
      await index()
    }
    expect(await isIndexed()).toBe(true)
  })

  it('are not searched while many are not indexed', async () => {
    await room.editor.post('/v1/articles').send({ headline: 'Not indexed yet' }).expect(201)
    await expect(bringDraftIndexUpToDate(room.storage, 0)).rejects.toMatchObject({ type: 'busy' })
    expect(await drafts('q="not indexed yet"')).toEqual(['not-indexed-yet'])
  })

  it('are found by what they say now, while live as they are, changed, published again and live no longer', async () => {
    const birds = ['pelican', 'stork', 'bittern']
    const found = async () => {
      const slugs = await Promise.all(birds.map((bird) => drafts(`q=${bird}`)))
      return birds.filter((_, index) => slugs[index]?.length === 1)
    }
    const post = { headline: 'Bird of the day', ...paragraph('A pelican.') }
    const { body } = await room.editor.post('/v1/articles?publish=true').send(post).expect(201)
    const path = `/v1/articles/${body.id}`
    expect(await found()).toEqual(['pelican'])
    await room.editor.patch(path).send(paragraph('A stork.')).expect(200)
    expect(await found()).toEqual(['stork'])
    expect(await search('pelican')).toEqual(['bird-of-the-day'])
    await room.editor.patch(`${path}?publish=true`).send(paragraph('A bittern.')).expect(200)
    expect(await found()).toEqual(['bittern'])
    await room.editor.post(`${path}/unpublish`).expect(200)
    expect(await found()).toEqual(['bittern'])
    await room.editor.post(`${path}/publish`).expect(200)
    await room.editor.patch(`${path}?publish=changes`).send(paragraph('A pelican.')).expect(200)
    expect(await found()).toEqual(['pelican'])
    await room.editor.delete(path).expect(204)
    expect(await found()).toEqual([])
    await room.editor.post(`${path}/restore`).expect(200)
    expect(await found()).toEqual(['pelican'])
    for (const check of checkIndexes) expect(await check.run(room.storage, false)).toEqual([])
  })

  it('are found as they are now, and not after deletion', async () => {
    await room.contributor.patch(`/v1/articles/${mine}`).send(paragraph('Herons only.')).expect(200)
    expect(await drafts('q=flamingos%20gathered')).toEqual([])
    expect(await drafts('q=heron')).toEqual([slugOfMine])
    await room.editor.delete(`/v1/articles/${mine}`).expect(204)
    expect(await drafts('q=heron')).toEqual([])
    await room.admin.delete(`/v1/articles/${mine}?permanent=true`).expect(204)
    const { body } = await room.contributor.post('/v1/articles').send({ headline: 'A new draft' }).expect(201)
    slugOfMine = body.slug
    expect(await drafts('q=heron')).toEqual([])
  })

  it('are found by what is scheduled, live articles among them, and sorted by it', async () => {
    const { editor } = room
    const { body: draft } = await editor.post('/v1/articles').send({ headline: 'To come' }).expect(201)
    await editor.post(`/v1/articles/${draft.id}/publish`).send({ at: '2031-04-01T00:00:00Z' }).expect(200)
    expect(await drafts('scheduled=true&sort=headline')).toEqual(['live-lagoon', 'to-come'])
    expect(await drafts('sort=publishAt')).toEqual(['to-come', 'live-lagoon'])
    expect(await drafts('sort=-publishAt')).toEqual(['live-lagoon', 'to-come'])
    expect(await drafts('status=scheduled')).toEqual(['to-come'])
    expect(await drafts('scheduled=true&status=published')).toEqual(['live-lagoon'])
    expect(await drafts('publishAt[gte]=2031-04-15T00:00:00Z')).toEqual(['live-lagoon'])
    expect(await drafts('publishAt[lt]=2031-04-15T00:00:00%2B02:00')).toEqual(['to-come'])
    expect(await drafts('scheduled=false')).not.toContain('to-come')
    for (const status of ['draft', 'scheduled,retracted'])
      await editor
        .get(`/v1/articles?status=${status}`)
        .expect(problem('validation', { in: 'query', pointer: '/status' }))
    await editor.get('/v1/articles?status=draft,published').expect(200)
    const { body: page } = await editor.get('/v1/articles?version=draft&sort=publishAt&limit=1').expect(200)
    expect(page.data).toMatchObject([{ publishAt: '2031-04-01T00:00:00.000Z', embargoUntil: null }])
    expect(await drafts(`sort=publishAt&limit=1&cursor=${page.page.next}`)).toEqual(['live-lagoon'])
  })

  it('are found by unpublished changes, and by who created them', async () => {
    const { editor, contributor } = room
    expect(await drafts('status=published&hasUnpublishedChanges=true')).toEqual(['live-lagoon'])
    const settled = await drafts('hasUnpublishedChanges=false&q=lingua')
    expect(settled).toHaveLength(5)
    expect(await drafts('createdBy=me', contributor)).toEqual([slugOfMine])
    const { body: me } = await contributor.get('/v1/me').expect(200)
    expect(await drafts(`createdBy=${me.id}`)).toEqual([slugOfMine])
    expect(await drafts('createdBy=me&q=new')).toEqual([])
    const { body: editors } = await editor.get('/v1/me').expect(200)
    expect(await drafts(`createdBy=${editors.id}`, contributor)).toEqual([])
    expect(await drafts(`createdBy=me,${me.id}&q=draft`)).toEqual([slugOfMine, 'other-draft'])
  })

  it.each([
    'scheduled=true',
    'hasUnpublishedChanges=true',
    'createdBy=me',
    'publishAt[gt]=2030-01-01T00:00:00Z',
    'sort=publishAt',
  ])('alone know %s', async (query) => {
    for (const client of [room.anyone, room.editor])
      await client
        .get(`/v1/articles?${query}`)
        .expect(problem('validation', { in: 'query', message: 'goes with version=draft' }))
    await room.anyone.get(`/v1/search?q=a&${query}`).expect(400)
  })
})

describe('a body', () => {
  it('is refused compressed, and accepted with a byte order mark', async () => {
    const { editor } = room
    const zipped = gzipSync(JSON.stringify({ name: 'Zipped' }))
    for (const [path, type] of [
      ['/v1/tags', 'application/json'],
      ['/v1/bulk', 'application/x-ndjson'],
    ] as const) {
      const reply = await editor
        .post(path)
        .set('content-type', type)
        .set('content-encoding', 'gzip')
        .serialize((body) => body as string)
        .send(zipped as unknown as string)
        .expect(problem('unsupported-media-type'))
      expect(reply.body.detail).toContain('Content-Encoding "gzip"')
      expect(reply.headers['accept-encoding']).toBe('identity')
    }
    await editor.post('/v1/tags').set('content-type', 'application/json').send('\ufeff{"name":"Marked"}').expect(201)
    await editor
      .post('/v1/tags')
      .set('content-type', 'application/json')
      .set('content-encoding', 'identity')
      .send('{"name":"Plain"}')
      .expect(201)
  })
})
