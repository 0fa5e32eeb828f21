import { asc, eq } from 'drizzle-orm'
import { recompileStale } from '../src/editions/recompile-stale.ts'
import { articles, changes, editions } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
  const { editor } = room
  await editor.post('/v1/sections').send({ name: 'World News' }).expect(201)
  await editor.post('/v1/sections').send({ name: 'Asia', parent: 'world-news' }).expect(201)
  await editor.post('/v1/sections').send({ name: 'Sport' }).expect(201)
  await editor.post('/v1/authors').send({ name: 'Ana Moreau', bio: 'Covers the coast.' }).expect(201)
  await editor.post('/v1/sources').send({ name: 'Harbour Office', kind: 'organization' }).expect(201)
  await editor.post('/v1/tags').send({ name: 'Storms' }).expect(201)
})
afterAll(() => room.close())

/** Posts an article with these members. */
const post = async (article: object, query = '') => {
  const { body } = await room.editor.post(`/v1/articles${query}`).send(article).expect(201)
  return body as { id: string; slug: string; version: number }
}
const live = (article: object) => post(article, '?publish=true')

/** The types of the changes so far, oldest first. */
const log = async () => {
  const rows = await room.storage.reader.select().from(changes).orderBy(asc(changes.seq))
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
  return rows
}

describe('an article', () => {
  it('is not public until it is published, and reads back as it was written', async () => {
    const { editor, anyone } = room
    const draft = await post({
      headline: 'Bridge reopens after storm',
      kicker: 'Harbour',
      dateline: { city: 'Port Ellery', country: 'NZ' },
      section: 'asia',
      authors: ['ana-moreau'],
      tags: ['storms'],
      summary: 'Traffic returned.',
      body: [
        { type: 'paragraph', text: 'The bridge **reopened** on Thursday.' },
        { type: 'quote', text: 'We checked every bolt.', source: 'harbour-office' },
      ],
      citations: [{ source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' }],
      relatedLinks: [{ url: 'https://example.org/tides', title: 'Tides', label: 'Check also' }],
    })
    for (const path of [draft.id, draft.slug, `${draft.slug}/citations`])
      await anyone.get(`/v1/articles/${path}`).expect(404)
    for (const list of ['articles', 'articles?section=asia', 'articles?tag=storms', 'articles?author=ana-moreau']) {
      const { body } = await anyone.get(`/v1/${list}${list.includes('?') ? '&' : '?'}count=true`).expect(200)
      expect(body).toMatchObject({ data: [], page: { total: 0 } })
    }
    const { body: author } = await anyone.get('/v1/authors/ana-moreau').expect(200)
    expect(author.articleCount).toBe(0)

    await editor.post(`/v1/articles/${draft.id}/publish`).expect(200)
    const { body, headers } = await anyone.get(`/v1/articles/${draft.slug}`).expect(200)
    expect(body).toMatchObject({
      headline: 'Bridge reopens after storm',
      status: 'published',
      version: 1,
      dateline: { city: 'Port Ellery', country: 'NZ' },
      breadcrumbs: [
        { name: 'Home', path: '/' },
        { name: 'World News', path: '/world-news' },
        { name: 'Asia', path: '/world-news/asia' },
        { name: 'Bridge reopens after storm', path: '/world-news/asia/bridge-reopens-after-storm' },
      ],
      authors: [{ name: 'Ana Moreau', bio: 'Covers the coast.' }],
      body: [
        { type: 'paragraph', text: 'The bridge **reopened** on Thursday.' },
        { type: 'quote', source: { slug: 'harbour-office', name: 'Harbour Office' } },
      ],
      citations: [{ relation: 'quoted', position: 0, source: { slug: 'harbour-office', kind: 'organization' } }],
      relatedLinks: [{ label: 'Check also', url: 'https://example.org/tides', article: null }],
      wordCount: 9,
      readingTimeMinutes: 1,
      publishedAt: '2030-01-01T12:00:00.000Z',
    })
    expect(body).not.toHaveProperty('createdBy')
    expect(headers['cache-tag']).toContain(body.authors[0].id.slice(-12))
    const { body: section } = await anyone.get('/v1/articles?section=world-news&count=true').expect(200)
    expect(section).toMatchObject({ data: [{ slug: draft.slug }], page: { total: 1 } })
  })

  it('shows its live edition until the next one is published', async () => {
    const { editor, anyone, clock } = room
    const { id, slug } = await live({ headline: 'Ferry fares rise', summary: 'By a tenth.' })
    const before = await anyone.get(`/v1/articles/${slug}`).expect(200)
    clock.tick()
    const { body: changed } = await editor.patch(`/v1/articles/${id}`).send({ summary: 'By a fifth.' }).expect(200)
    expect(changed).toMatchObject({ version: 2, liveVersion: 1, hasUnpublishedChanges: true, summary: 'By a fifth.' })
    const between = await anyone.get(`/v1/articles/${slug}`).expect(200)
    expect(between.text).toBe(before.text)
    expect(between.headers.etag).toBe(before.headers.etag)
    await anyone.get(`/v1/articles/${slug}`).set('if-none-match', String(before.headers.etag)).expect(304)
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ kicker: 'Harbour' }).expect(200)
    const after = await anyone.get(`/v1/articles/${slug}`).set('if-none-match', String(before.headers.etag)).expect(200)
    expect(after.body).toMatchObject({ summary: 'By a fifth.', kicker: 'Harbour', version: 3 })
    expect(after.body.updatedAt > after.body.publishedAt).toBe(true)
    const { body: draft } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    expect(draft).toMatchObject({ hasUnpublishedChanges: false, liveVersion: 3 })
  })

  it('is unpublished, moved to the trash, restored, and deleted permanently', async () => {
    const { editor, admin, anyone } = room
    const { id, slug } = await live({ headline: 'A short life', authors: ['ana-moreau'] })
    await editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    await anyone.get(`/v1/articles/${slug}`).expect(404)
    const { body: problem } = await editor.post(`/v1/articles/${id}/unpublish`).expect(409)
    expect(problem).toMatchObject({ type: '/problems/transition-not-allowed', status: 409 })
    await editor.post(`/v1/articles/${id}/publish`).expect(200)
    await anyone.get(`/v1/articles/${slug}`).expect(200)
    await editor.delete(`/v1/articles/${id}`).expect(204)
    await anyone.get(`/v1/articles/${slug}`).expect(404)
    await editor.get(`/v1/articles/${id}?version=draft`).expect(404)
    await editor.post(`/v1/articles/${id}/restore`).expect(200)
    const { body } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    expect(body).toMatchObject({ status: 'unpublished', liveVersion: null })
    await editor.delete(`/v1/articles/${id}?permanent=true`).expect(403)
    await admin.delete(`/v1/articles/${id}?permanent=true`).expect(204)
    await editor.get(`/v1/articles/${id}?version=draft`).expect(404)
    const types = (await log()).filter(({ target }) => target === id).map(({ type }) => type)
    expect(types).toEqual(['article.published', 'article.unpublished', 'article.published', 'article.deleted'])
    await post({ headline: 'A short life' }).then((next) => expect(next.slug).toBe(slug))
  })

  it('has a slug of its own, and redirects from the former one', async () => {
    const { editor, anyone } = room
    const first = await live({ headline: 'Twin towns' })
    const second = await post({ headline: 'Twin towns' })
    expect([first.slug, second.slug]).toEqual(['twin-towns', 'twin-towns-2'])
    const taken = await editor.patch(`/v1/articles/${second.id}`).send({ slug: 'twin-towns' }).expect(409)
    expect(taken.body.errors).toMatchObject([{ pointer: '/slug', code: 'slug_taken' }])
    await editor.patch(`/v1/articles/${first.id}`).send({ slug: 'twinned-towns' }).expect(200)
    await anyone.get('/v1/articles/twinned-towns').expect(404)
    await editor.post(`/v1/articles/${first.id}/publish`).expect(200)
    const moved = await anyone.get('/v1/articles/twin-towns?body=html').expect(308)
    expect(moved.headers.location).toBe('/v1/articles/twinned-towns?body=html')
    await editor.patch(`/v1/articles/${second.id}`).send({ slug: 'twin-towns' }).expect(409)
  })

  it('is known by the id of another system', async () => {
    const { editor, anyone } = room
    const { id } = await live({ headline: 'From the wire', externalId: 'urn:wire:1' })
    const { body } = await anyone.get('/v1/articles?externalId=urn%3Awire%3A1').expect(200)
    expect(body.data).toMatchObject([{ id }])
    const taken = await editor.post('/v1/articles').send({ headline: 'Again', externalId: 'urn:wire:1' }).expect(409)
    expect(taken.body.errors).toMatchObject([{ pointer: '/externalId' }])
  })

  it('refuses unknown references, all of them at once, and stores nothing', async () => {
    const { editor, contributor } = room
    const before = (await log()).length
    const hidden = await post({ headline: 'Not for contributors' })
    const { body } = await editor
      .post('/v1/articles?publish=true')
      .send({
        headline: 'Dangling',
        section: 'nowhere',
        authors: ['ana-moreau', 'nobody'],
        body: [{ type: 'quote', text: 'Who?', source: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d' }],
        relatedLinks: [{ article: 'nothing' }],
      })
      .expect(422)
    expect(body.type).toBe('/problems/invalid-reference')
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/authors/1',
      '/body/0/source',
      '/relatedLinks/0/article',
      '/section',
    ])
    const refused = async (article: string) =>
      (
        await contributor
          .post('/v1/articles')
          .send({ headline: 'Mine', relatedLinks: [{ article }] })
          .expect(422)
      ).body
    const unseen = await refused(hidden.slug)
    const absent = await refused('not-there-at-all')
    expect(JSON.stringify(unseen.errors).replaceAll(hidden.slug, '*')).toBe(
      JSON.stringify(absent.errors).replaceAll('not-there-at-all', '*'),
    )
    expect(await log()).toHaveLength(before)
    const { body: drafts } = await contributor.get('/v1/articles?version=draft&count=true').expect(200)
    expect(drafts.page.total).toBe(0)
  })

  it('says what is wrong with a body, and where', async () => {
    const { editor } = room
    const { body } = await editor
      .post('/v1/articles')
      .send({
        headline: '',
        dateline: { city: 'X', county: 'NZ' },
        body: [
          { type: 'paragraph', text: 'fine' },
          { type: 'heading', level: 1, text: 'One' },
          { type: 'paragraf', text: 'x' },
        ],
        relatedLinks: [{ label: 'to nowhere' }, { url: 'javascript:alert(1)', title: 'x' }],
      })
      .expect(400)
    const found = Object.fromEntries(
      body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message]),
    )
    expect(found).toMatchObject({
      '/headline': 'must not be empty',
      '/dateline/county': expect.stringContaining('did you mean "country"'),
      '/body/1/level': 'must be 2 or 3 or 4',
      '/relatedLinks/0/article': 'is required, or `url`',
      '/relatedLinks/1/url': 'must be an absolute http or https address',
    })
    expect(Object.keys(found)).toContain('/body/2/type')
  })

  it('is changed by fifty clients at once, of which one succeeds', async () => {
    const { editor } = room
    const { id } = await post({ headline: 'Contested' })
    const { headers } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        editor
          .patch(`/v1/articles/${id}`)
          .set('if-match', String(headers.etag))
          .send({ kicker: `Number ${n}` }),
      ),
    )
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array(49).fill(412)])
    expect(replies.find(({ status }) => status === 412)?.body).toMatchObject({ currentVersion: 2 })
  })
})

describe('the forms of a body', () => {
  it('are converted from blocks, and blocks from them', async () => {
    const { editor, anyone } = room
    const html =
      '<h1>Tides</h1><p>High <em>water</em> at <a href="https://example.org/">noon</a>.</p><script>x()</script>'
    const { body: made } = await editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'Tides', body: { format: 'html', value: html } })
      .expect(201)
    expect(made.warnings).toEqual([expect.objectContaining({ message: expect.stringContaining('script') })])
    expect(made.body).toMatchObject([
      { type: 'heading', level: 2, text: 'Tides' },
      { type: 'paragraph', text: 'High *water* at [noon](https://example.org/).' },
    ])
    const form = async (name: string) => (await anyone.get(`/v1/articles/tides?body=${name}`).expect(200)).body.body
    expect(await form('html')).toContain('<p>High <em>water</em> at <a href="https://example.org/">noon</a>.</p>')
    expect(await form('markdown')).toBe('## Tides\n\nHigh *water* at [noon](https://example.org/).')
    expect(await form('text')).toBe('Tides\n\nHigh water at noon.')
    expect(await form('none')).toBeUndefined()
    expect((await form('rich'))[1].text).toEqual([
      { text: 'High ', marks: [] },
      { text: 'water', marks: ['emphasis'] },
      { text: ' at ', marks: [] },
      { text: 'noon', marks: [{ type: 'link', href: 'https://example.org/' }] },
      { text: '.', marks: [] },
    ])
    const { body } = await anyone.get('/v1/articles/tides?fields=headline,wordCount').expect(200)
    expect(body).toEqual({ headline: 'Tides', wordCount: 5 })
    const { body: list } = await anyone.get('/v1/articles?include=citations,body&limit=1').expect(200)
    expect(list.data[0]).toMatchObject({ headline: 'Tides', citations: [], body: made.body })
  })

  it('are documents of editors, too', async () => {
    const { editor, anyone } = room
    const content = [{ type: 'paragraph', attrs: { id: 'first' }, content: [{ type: 'text', text: 'Ebb.' }] }]
    const value = { type: 'doc', content: [...content, { type: 'poll', attrs: { question: 'Why?' } }] }
    const { body: made } = await editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'Ebb', body: { format: 'prosemirror', value } })
      .expect(201)
    expect(made.body).toMatchObject([{ id: 'first', text: 'Ebb.' }, { text: 'Why?' }])
    expect(made.warnings).toMatchObject([{ code: 'unknown-node', pointers: ['/body/value/content/1'] }])
    const form = async (name: string) => (await anyone.get(`/v1/articles/ebb?body=${name}`).expect(200)).body.body
    const document = await form('prosemirror')
    expect(document.content[0]).toEqual(content[0])
    expect((await form('portable-text'))[0]).toMatchObject({ _key: 'first', children: [{ text: 'Ebb.' }] })
    const again = { body: { format: 'prosemirror', value: document } }
    expect((await editor.patch('/v1/articles/ebb').send(again).expect(200)).body.version).toBe(1)
  })

  it.each(['html', 'markdown', 'prosemirror', 'portable-text'])(
    'keep the sources of quotes that are sent back as %s',
    async (format) => {
      const { editor } = room
      const quotes = [
        { type: 'quote', text: 'We checked every bolt.', source: 'harbour-office' },
        { type: 'quote', text: 'Twice.', source: 'harbour-office', attribution: 'The engineer' },
        { type: 'quote', text: 'We did not.', attribution: 'Harbour Office' },
      ]
      const article = await post({ headline: `Bolts as ${format}`, body: quotes })
      const shown = async (query = '') =>
        (await editor.get(`/v1/articles/${article.id}?version=draft${query}`).expect(200)).body
      const { body: before } = await shown()
      const { body: value } = await shown(`&body=${format}`)
      const send = (value: unknown) =>
        editor.patch(`/v1/articles/${article.id}`).send({ body: { format, value } }).expect(200)
      await send(value)
      expect(await shown()).toMatchObject({ body: before, version: article.version })
      await send(JSON.parse(JSON.stringify(value).replace('every', 'each')))
      const { body: after } = await shown()
      expect(after[0]).toMatchObject({ text: 'We checked each bolt.', source: before[0].source, attribution: null })
      expect(after.slice(1)).toEqual(before.slice(1))
    },
  )

  it.each([
    [
      'prosemirror',
      { type: 'doc', content: [{ type: 'paragraph', content: [{ text: 'x' }] }] },
      'content/0/content/0/type',
    ],
    ['portable-text', [{ _type: 'block', children: [null] }], '0/children/0'],
    ['lexical', { root: { type: 'root', children: [5] } }, 'root/children/0'],
    ['editorjs', { blocks: [{ type: 'paragraph', data: 'x' }] }, 'blocks/0/data'],
  ])('must not be malformed %s', async (format, value, at) => {
    const { body } = await room.editor.post('/v1/articles').send({ headline: 'x', body: { format, value } }).expect(400)
    expect(body.errors).toMatchObject([{ pointer: `/body/value/${at}` }])
  })
})

describe('the blocks of a body', () => {
  it('keep their ids, wherever they move, and have new ones where they are new', async () => {
    const { editor } = room
    const [a, b] = ['One.', 'Two.'].map((text) => ({ type: 'paragraph', text }))
    const nested = {
      type: 'list',
      ordered: true,
      start: 3,
      items: ['x', { text: 'y', list: { ordered: false, items: ['z'] } }],
    }
    const table = { type: 'table', header: [], rows: [[{ text: 'a', colspan: 2 }], ['b', 'c']], align: ['left', null] }
    const sent = [{ id: 'mine', ...a }, b, nested, table]
    const made = await editor.post('/v1/articles').send({ headline: 'Blocks', body: sent }).expect(201)
    const { id, version, body } = made.body
    expect(body).toMatchObject(sent)
    const ids = body.map((block: { id: string }) => block.id)
    expect([ids[0], new Set(ids).size]).toEqual(['mine', 4])
    const save = async (blocks: object[]) =>
      (await editor.patch(`/v1/articles/${id}`).send({ body: blocks }).expect(200)).body
    expect((await save([a, b, nested, table] as object[])).version).toBe(version)
    const moved = await save([b, { type: 'divider' }, a, table] as object[])
    expect(moved.body.map((block: { id: string }) => block.id)).toEqual([ids[1], expect.any(String), 'mine', ids[3]])
    const twice = await editor.patch(`/v1/articles/${id}`).send({
      body: [
        { id: 'x', ...a },
        { id: 'x', ...b },
      ],
    })
    expect([twice.status, JSON.stringify(twice.body)]).toEqual([400, expect.stringContaining('must not occur twice')])
  })

  it('have ids where they were stored without, and keep these when they are saved', async () => {
    const { editor, storage } = room
    const [text, same] = ['Old.', 'Same.'].map((words) => ({ type: 'paragraph', text: words }))
    const before = [text, same, text]
    const { id } = await live({ headline: 'Old', body: before })
    await storage.transaction(async (tx) => {
      const [row] = await tx.select().from(articles).where(eq(articles.id, id))
      const content = { ...(row?.content as object), body: before }
      await tx.update(articles).set({ content }).where(eq(articles.id, id))
      await tx.update(editions).set({ content }).where(eq(editions.article, id))
    })
    const read = async () => (await editor.get(`/v1/articles/${id}?version=draft`).expect(200)).body
    const { body, version } = await read()
    expect(new Set(body.map((block: { id: string }) => block.id)).size).toBe(3)
    expect((await editor.patch(`/v1/articles/${id}`).send({ body }).expect(200)).body.version).toBe(version)
    await editor.patch(`/v1/articles/${id}/body/${body[2].id}`).send({ text: 'New.' }).expect(200)
    expect((await read()).body).toEqual([body[0], body[1], { ...body[2], text: 'New.' }])
    const change = { body: [{ ...body[0], text: 'Mine.' }, body[1], { ...body[2], text: 'New.' }] }
    await editor.patch(`/v1/articles/${id}?publish=changes`).send(change).expect(200)
    expect((await editor.get(`/v1/articles/${id}`)).body.body).toMatchObject([{ text: 'Mine.' }, {}, { text: 'Old.' }])
  })

  it('are changed one by one also where they are large', async () => {
    const { editor } = room
    const table = (cell: unknown) => ({ type: 'table', header: [], rows: Array(60).fill(Array(20).fill(cell)) })
    const { id } = (
      await editor
        .post('/v1/articles')
        .send({ headline: 'Results', body: [table('1')] })
        .expect(201)
    ).body
    const path = `/v1/articles/${id}/body`
    const { body: added } = await editor
      .post(path)
      .send({ block: table(' 2 ') })
      .expect(201)
    expect(added).toEqual({ id: added.id, ...table('2') })
    const { body: changed } = await editor
      .patch(`${path}/${added.id}`)
      .send({ rows: table('3').rows })
      .expect(200)
    expect(changed).toEqual({ id: added.id, ...table('3') })
    const refused = await editor
      .patch(`${path}/${added.id}`)
      .send({ rows: table(4).rows })
      .expect(problem('validation'))
    expect(refused.body.errors).toHaveLength(100)
    expect(refused.body.errors[0].pointer).toBe('/rows/0/0')
    await editor
      .patch(`${path}/${added.id}`)
      .send({ type: 'divider', rows: table(4).rows })
      .expect(400)
  })

  it('are added, changed and removed one by one', async () => {
    const { editor, contributor, anyone } = room
    const body = ['One.', 'Two.'].map((text, i) => ({ id: `b${i}`, type: 'paragraph', text }))
    const { id } = (await editor.post('/v1/articles').send({ headline: 'One by one', body }).expect(201)).body
    const path = `/v1/articles/${id}/body`
    const add = (place: object, text: string) =>
      editor.post(path).send({ block: { type: 'paragraph', text }, ...place })
    const made = await add({ before: 'b1' }, 'Between.').expect(201)
    expect(made.headers.location).toBe(`${path}/${made.body.id}`)
    await add({ after: 'b1' }, 'Last but one.').expect(201)
    await add({}, 'Last.').expect(201)
    const changed = await editor.patch(`${path}/b0`).send({ text: 'First.' }).expect(200)
    expect(changed.body).toEqual({ id: 'b0', type: 'paragraph', text: 'First.' })
    await editor.delete(`${path}/b1`).expect(204)
    const texts = (await editor.get(`/v1/articles/${id}?version=draft`)).body.body.map((b: { text: string }) => b.text)
    expect(texts).toEqual(['First.', 'Between.', 'Last but one.', 'Last.'])
    await add({ after: 'nowhere' }, 'x').expect(404)
    await editor.patch(`${path}/b1`).send({ text: 'x' }).expect(404)
    const wrong = await editor.patch(`${path}/b0`).send({ text: null, level: 2 }).expect(400)
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain('/text')
    await editor.patch(`${path}/b0`).set('If-Match', '"1"').send({ text: 'x' }).expect(412)
    await contributor.patch(`${path}/b0`).send({ text: 'x' }).expect(404)
    await anyone.delete(`${path}/b0`).expect(401)
  })
})

describe('what an edition refers to', () => {
  it('shows at once, everywhere, when it changes', async () => {
    const { editor, anyone } = room
    await editor.post('/v1/sections').send({ name: 'Harbour', parent: 'world-news' }).expect(201)
    await editor.post('/v1/authors').send({ name: 'Tom Reid' }).expect(201)
    await editor.post('/v1/sources').send({ name: 'Pilot', kind: 'person' }).expect(201)
    const target = await live({ headline: 'The other story', summary: 'Of note.' })
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) {
      const { id } = await live({
        headline: `Piece ${n}`,
        section: 'harbour',
        authors: ['tom-reid'],
        body: [{ type: 'quote', text: 'Aye.', source: 'pilot' }],
        relatedLinks: [{ article: 'the-other-story' }, { url: 'https://example.org/a', title: 'Elsewhere' }],
      })
      ids.push(id)
    }
    const everywhere = async () => {
      const details = await Promise.all(ids.map((id) => anyone.get(`/v1/articles/${id}`).expect(200)))
      const { text } = await anyone.get('/v1/articles?section=harbour').expect(200)
      return [...details.map((reply) => reply.text), text]
    }
    const etag = (await anyone.get(`/v1/articles/${ids[0]}`)).headers.etag

    await editor.patch('/v1/authors/tom-reid').send({ name: 'Thomas Reid' }).expect(200)
    for (const text of await everywhere()) {
      expect(text).toContain('Thomas Reid')
      expect(text).not.toContain('Tom Reid')
    }
    expect((await anyone.get(`/v1/articles/${ids[0]}`)).headers.etag).not.toBe(etag)
    const unstored = await everywhere()
    await recompileStale(room.storage)
    expect(await everywhere()).toEqual(unstored)

    await editor.patch('/v1/sources/pilot').send({ name: 'The pilot' }).expect(200)
    for (const text of (await everywhere()).slice(0, 3)) expect(text).toContain('The pilot')

    await editor.patch('/v1/sections/harbour').send({ parent: 'sport', slug: 'port' }).expect(200)
    for (const text of await everywhere()) expect(text).toContain('/sport/port')
    const inSection = async (slug: string) =>
      (await anyone.get(`/v1/articles?section=${slug}&count=true`).expect(200)).body.page.total
    expect([await inSection('sport'), await inSection('port')]).toEqual([3, 3])
    expect((await anyone.get('/v1/articles?section=world-news')).text).not.toContain('Piece')

    await editor.patch(`/v1/articles/${target.id}?publish=true`).send({ headline: 'The same, renamed' }).expect(200)
    for (const text of (await everywhere()).slice(0, 3)) expect(text).toContain('The same, renamed')
    await editor.post(`/v1/articles/${target.id}/unpublish`).expect(200)
    for (const text of (await everywhere()).slice(0, 3)) {
      expect(text).not.toContain('renamed')
      expect(text).toContain('Elsewhere')
    }
    await recompileStale(room.storage)
    await editor.post(`/v1/articles/${target.id}/publish`).expect(200)
    for (const text of (await everywhere()).slice(0, 3)) expect(text).toContain('The same, renamed')
  })
})

describe('citations and related links', () => {
  it('are read, added, changed, moved and removed one by one, and go live with the article', async () => {
    const { editor, anyone, contributor } = room
    const { id } = await live({ headline: 'Well sourced' })
    const citations = `/v1/articles/${id}/citations`
    const first = await editor.post(citations).send({ source: 'harbour-office', relation: 'cited' }).expect(201)
    const second = await editor
      .post(citations)
      .send({ source: 'harbour-office', relation: 'quoted', quote: 'Yes.', position: 0 })
      .expect(201)
    expect([first.body.position, second.body.position]).toEqual([0, 0])
    await editor.patch(`${citations}/${first.body.id}`).send({ note: 'By telephone.', relation: null }).expect(400)
    const patched = await editor.patch(`${citations}/${first.body.id}`).send({ note: 'By telephone.' }).expect(200)
    expect(patched.body).toMatchObject({ note: 'By telephone.', relation: 'cited', position: 1 })
    expect((await anyone.get(citations).expect(200)).body.data).toEqual([])
    await contributor.post(citations).send({ source: 'harbour-office', relation: 'cited' }).expect(404)

    const link = await editor
      .post(`/v1/related-links?article=${id}`)
      .send({ article: 'bridge-reopens-after-storm', label: 'Check also' })
      .expect(201)
    expect(link.headers.location).toBe(`/v1/related-links/${link.body.id}`)
    expect(link.body).toMatchObject({ title: 'Bridge reopens after storm', parent: { id } })
    await anyone.get(`/v1/related-links/${link.body.id}`).expect(404)
    await editor.get(`/v1/related-links/${link.body.id}?version=draft`).expect(200)
    await editor.patch(`/v1/related-links/${link.body.id}`).send({ url: 'https://example.org/' }).expect(400)
    await editor.patch(`/v1/related-links/${link.body.id}`).send({ title: 'Read on' }).expect(200)

    await editor.post(`/v1/articles/${id}/publish`).expect(200)
    expect((await anyone.get(citations).expect(200)).body.data).toMatchObject([
      { quote: 'Yes.' },
      { note: 'By telephone.' },
    ])
    const { body: links } = await anyone.get(`/v1/related-links?article=${id}`).expect(200)
    expect(links.data).toMatchObject([{ id: link.body.id, title: 'Read on', parent: { headline: 'Well sourced' } }])
    await editor.delete(`${citations}/${second.body.id}`).expect(204)
    await editor.delete(`/v1/related-links/${link.body.id}`).expect(204)
    await editor.delete(`/v1/related-links/${link.body.id}`).expect(404)
    const { body } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    expect(body).toMatchObject({ citations: [{ position: 0, note: 'By telephone.' }], relatedLinks: [] })
  })
})

it('keeps related links that a contributor does not see, wherever they stand, when one saves what it has read', async () => {
  const { contributor, editor } = room
  const [shown, hidden] = [await live({ headline: 'Stays on the site' }), await live({ headline: 'Leaves the site' })]
  const relatedLinks = [{ article: shown.id }, { article: hidden.id }, { url: 'https://b.example/', title: 'B' }]
  const made = await contributor.post('/v1/articles').send({ headline: 'With links', relatedLinks }).expect(201)
  await editor.post(`/v1/articles/${hidden.id}/unpublish`).expect(200)
  const path = `/v1/articles/${made.body.id}`
  const read = async (by = contributor) => (await by.get(`${path}?version=draft`).expect(200)).body.relatedLinks
  const seen = await read()
  expect(seen).toHaveLength(2)
  const [, b] = seen
  await contributor
    .patch(path)
    .send({
      relatedLinks: [
        { id: seen[0].id, article: shown.id },
        { id: b.id, url: b.url, title: 'B, changed' },
      ],
    })
    .expect(200)
  await editor.post(`/v1/articles/${hidden.id}/publish`).expect(200)
  const links = await read(editor)
  expect(links.map((link: { title: string }) => link.title)).toEqual([
    'Stays on the site',
    'Leaves the site',
    'B, changed',
  ])
})

it('patches a block as RFC 7396 has it: null removes a member, and its type may change', async () => {
  const { editor } = room
  const quote = { id: 'q1', type: 'quote', kind: 'pull', text: 'x', attribution: 'y' }
  const { id } = await post({ headline: 'Blocks', body: [quote, { id: 'p1', type: 'paragraph', text: 'x' }] })
  const patch = (block: string, body: object) => editor.patch(`/v1/articles/${id}/body/${block}`).send(body)
  const { body } = await patch('q1', { kind: null, attribution: null }).expect(200)
  expect(body).toMatchObject({ id: 'q1', type: 'quote', text: 'x' })
  expect([body.kind ?? null, body.attribution ?? null]).toEqual([null, null])
  expect((await patch('p1', { id: 'p1', type: 'divider', text: null }).expect(200)).body).toEqual({
    id: 'p1',
    type: 'divider',
  })
  await patch('p1', { id: 'other' }).expect(problem('validation', { in: 'body', pointer: '/id' }))
})

it('tells a contributor nothing of the slug that another article will have', async () => {
  const { contributor, editor } = room
  const { id } = await live({ headline: 'Minister in talks' })
  await editor.patch(`/v1/articles/${id}`).send({ slug: 'minister-resigns' }).expect(200)
  const link = (article: string) =>
    contributor.post('/v1/articles').send({ headline: 'x', relatedLinks: [{ article }] })
  for (const slug of ['minister-resigns', 'minister-resigned'])
    await link(slug).expect(problem('invalid-reference', { in: 'body', pointer: '/relatedLinks/0/article' }))
  await link('minister-in-talks').expect(201)
})

it('is not updated by publishing it as it is', async () => {
  const { editor } = room
  const { id } = await live({ headline: 'Once' })
  const before = (await editor.get(`/v1/articles/${id}`).expect(200)).body
  room.clock.tick(60_000)
  const { body: dryRun } = await editor.post(`/v1/articles/${id}/publish?dryRun=true`).expect(200)
  expect(dryRun.changes).toMatchObject({ fields: [], log: [] })
  await editor.post(`/v1/articles/${id}/publish`).expect(200)
  expect((await editor.get(`/v1/articles/${id}`).expect(200)).body).toEqual(before)
})

it('has no two citations or links with one id', async () => {
  const citation = { source: 'harbour-office', relation: 'cited' }
  const { id } = await post({
    headline: 'Copied',
    citations: [citation],
    relatedLinks: [{ url: 'https://a.example/', title: 'A' }],
  })
  const { body } = await room.editor.get(`/v1/articles/${id}?version=draft`).expect(200)
  for (const name of ['citations', 'relatedLinks'] as const) {
    const [item] = body[name]
    const own = name === 'citations' ? { ...citation, id: item.id } : { id: item.id, url: item.url, title: 'A' }
    const sent = room.editor.patch(`/v1/articles/${id}`).send({ [name]: [own, own] })
    await sent.expect(problem('validation', { in: 'body', pointer: `/${name}/1/id` }))
  }
})
