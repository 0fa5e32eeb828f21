import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
  const make = (path: string, body: object) => room.editor.post(`/v1/${path}`).send(body).expect(201)
  await make('sections', { name: 'World', position: 2 })
  await make('sections', { name: 'Asia', parent: 'world', position: 2 })
  await make('sections', { name: 'Europe', parent: 'world', position: 1 })
  await make('sections', { name: 'Sport', position: 1 })
  for (const name of ['Storms', 'Ports', 'Bridges']) await make('tags', { name })
  await make('sources', { name: 'Harbour Office', kind: 'organization' })
  await make('authors', { name: 'Ana Moreau' })
})
afterAll(() => room.close())

/** Publishes an article a second after the one before. */
const live = async (headline: string, article: object = {}) => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...article })
    .expect(201)
  return body as { id: string; slug: string; publishedAt: string }
}
const headlines = (body: { data: { headline: string }[] }) => body.data.map(({ headline }) => headline)

describe('related articles', () => {
  it('are the live ones that share most, the rarer the better, the newest first among equals', async () => {
    const { anyone, editor } = room
    const quoted = { citations: [{ source: 'harbour-office', relation: 'quoted' }] }
    const { id } = await live('Bridge reopens', { tags: ['bridges', 'storms'], section: 'asia', ...quoted })
    await live('Only the section', { section: 'asia' })
    await live('The section above', { section: 'world' })
    await live('A source', quoted)
    await live('A common tag', { tags: ['storms'] })
    await live('A common tag, newer', { tags: ['storms'] })
    await live('A rare tag', { tags: ['bridges'] })
    const { id: both } = await live('Both tags', { tags: ['bridges', 'storms'] })
    await editor
      .post('/v1/articles')
      .send({ headline: 'A draft', tags: ['bridges', 'storms'] })
      .expect(201)

    const { body, headers } = await anyone.get(`/v1/articles/${id}/related?limit=20`).expect(200)
    expect(headlines(body)).toEqual([
      'Both tags',
      'A rare tag',
      'A common tag, newer',
      'A common tag',
      'A source',
      'Only the section',
    ])
    expect(body.page).toEqual({ limit: 20, next: null, previous: null })
    expect(headers['cache-tag']?.split(',').slice(0, 3)).toEqual(['articles', id.slice(-12), both.slice(-12)])
    const { body: two } = await anyone.get('/v1/articles/bridge-reopens/related?limit=2&fields=headline').expect(200)
    expect(two.data).toEqual([{ headline: 'Both tags' }, { headline: 'A rare tag' }])
    await anyone.get(`/v1/articles/${id}/related`).set('if-none-match', String(headers.etag)).expect(200)
    await anyone.get(`/v1/articles/${id}/related?limit=20`).set('if-none-match', String(headers.etag)).expect(304)
  })

  it('show present names, and are found at the present address', async () => {
    const { anyone, editor } = room
    await editor.patch('/v1/tags/bridges').send({ name: 'Bridges and tunnels' }).expect(200)
    await editor.patch('/v1/articles/bridge-reopens?publish=true').send({ slug: 'bridge-open' }).expect(200)
    const moved = await anyone.get('/v1/articles/bridge-reopens/related?limit=1').expect(308)
    expect(moved.headers.location).toBe('/v1/articles/bridge-open/related?limit=1')
    const { body } = await anyone.get('/v1/articles/bridge-open/related?limit=1').expect(200)
    expect(body.data[0].tags[0].name).toBe('Bridges and tunnels')
  })

  it('are those of live articles only', async () => {
    const { anyone, editor } = room
    const { body: draft } = await editor
      .post('/v1/articles')
      .send({ headline: 'Unseen', tags: ['storms'] })
      .expect(201)
    for (const reference of [draft.id, draft.slug, 'nothing'])
      await editor.get(`/v1/articles/${reference}/related`).expect(problem('not-found'))
    const { id } = await live('Taken back', { tags: ['ports'] })
    await live('Near it', { tags: ['ports'] })
    await editor.post(`/v1/articles/${id}/retract`).send({ reason: 'Wrong.' }).expect(200)
    await anyone.get(`/v1/articles/${id}/related`).expect(problem('retracted'))
    expect((await anyone.get('/v1/articles/near-it/related').expect(200)).body.data).toEqual([])
    for (const query of ['limit=21', 'version=draft', 'cursor=x', 'fields=email'])
      await anyone.get(`/v1/articles/near-it/related?${query}`).expect(400)
  })
})

describe('front pages', () => {
  it('are the sections at the top with their newest articles, in one reply', async () => {
    const { anyone } = room
    await live('From Europe', { section: 'europe' })
    await live('From the pitch', { section: 'sport' })
    const home = '/v1/sections?parent=none&sort=position&include=latest'
    const { body, headers } = await anyone.get(`${home}&latest=2`).expect(200)
    const latest = (section: { slug: string; latest: { headline: string }[] }) => [
      section.slug,
      ...section.latest.map(({ headline }) => headline),
    ]
    expect(body.data.map(latest)).toEqual([
      ['sport', 'From the pitch'],
      ['world', 'From Europe', 'The section above'],
    ])
    expect(headers['cache-tag']).toBe(
      ['articles', ...body.data.map(({ id }: { id: string }) => id.slice(-12))].join(','),
    )
    const { body: first } = await anyone.get(`${home}&limit=1`).expect(200)
    const { body: next } = await anyone.get(`${home}&limit=1&latest=1&cursor=${first.page.next}`).expect(200)
    expect(next.data.map(latest)).toEqual([['world', 'From Europe']])
    expect((await anyone.get('/v1/sections?parent=none').expect(200)).body.data[0].latest).toBeUndefined()
  })

  it('of one section have those below it, in their order', async () => {
    const { anyone, editor } = room
    const { body } = await anyone.get('/v1/sections/world?include=latest&latest=1').expect(200)
    expect(body).toMatchObject({
      slug: 'world',
      articleCount: 4,
      latest: [{ headline: 'From Europe' }],
      children: [
        { slug: 'europe', parent: { slug: 'world' }, latest: [{ headline: 'From Europe' }] },
        { slug: 'asia', articleCount: 2, latest: [{ headline: 'Only the section' }] },
      ],
    })
    await editor.patch('/v1/sections/europe').send({ name: 'Europa' }).expect(200)
    const { body: renamed } = await anyone.get('/v1/sections/world?include=latest&latest=1').expect(200)
    expect(renamed.latest[0].section.name).toBe('Europa')
    expect((await anyone.get('/v1/sections/world').expect(200)).body).not.toHaveProperty('children')
  })

  it('exist for authors, tags and sources too', async () => {
    const { anyone, editor } = room
    await live('By her', { authors: ['ana-moreau'] })
    await editor
      .post('/v1/articles')
      .send({ headline: 'Not yet', authors: ['ana-moreau'] })
      .expect(201)
    for (const [path, headline] of [
      ['authors/ana-moreau', 'By her'],
      ['tags/bridges', 'Both tags'],
      ['sources/harbour-office', 'A source'],
    ]) {
      const { body } = await anyone.get(`/v1/${path}?include=latest&latest=1`).expect(200)
      expect([body.latest.map((one: { headline: string }) => one.headline), body.children]).toEqual([
        [headline],
        undefined,
      ])
    }
    await editor.patch('/v1/authors/ana-moreau').send({ slug: 'ana' }).expect(200)
    const moved = await anyone.get('/v1/authors/ana-moreau?include=latest').expect(308)
    expect(moved.headers.location).toBe('/v1/authors/ana?include=latest')
    await anyone
      .get('/v1/authors/ana?latest=2')
      .expect(problem('validation', { pointer: '/latest', code: 'not_included' }))
    await anyone.get('/v1/authors?include=newest').expect(problem('unknown-field', { pointer: '/include' }))
  })
})

describe('an article as of a moment', () => {
  const asOf = (time: string, query = '') => room.anyone.get(`/v1/articles/ferry?asOf=${time}${query}`)
  /** The time that the service sees, after it has advanced by a minute. */
  const later = () => {
    room.clock.tick(60_000)
    return room.clock.now().toISOString()
  }

  it('is what was public then', async () => {
    const { editor } = room
    const before = later()
    const { id } = await live('Ferry', {
      summary: 'First.',
      tags: ['ports'],
      body: [{ type: 'paragraph', text: 'One.' }],
    })
    const first = later()
    await editor.post(`/v1/articles/${id}/corrections`).send({ kind: 'correction', text: 'Not so.' }).expect(201)
    const corrected = room.clock.now().toISOString()
    later()
    await editor.patch(`/v1/articles/${id}`).send({ summary: 'Unseen.' }).expect(200)
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ summary: 'Third.' }).expect(200)
    const third = room.clock.now().toISOString()
    later()
    await editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    const away = later()
    later()
    await editor.post(`/v1/articles/${id}/publish`).expect(200)
    const back = room.clock.now().toISOString()
    await editor.patch('/v1/tags/ports').send({ name: 'Harbours' }).expect(200)
    const now = later()

    const { body: today } = await asOf(now).expect(200)
    expect(today).toMatchObject({ version: 3, summary: 'Third.', updatedAt: back, corrections: [{ text: 'Not so.' }] })
    expect(today).toEqual((await room.anyone.get('/v1/articles/ferry').expect(200)).body)
    const { publishedAt } = today
    for (const [time, seen] of [
      [publishedAt, { version: 1, summary: 'First.', updatedAt: publishedAt, corrections: [] }],
      [first.replace('.000Z', '.000%2B00:00'), { version: 1, summary: 'First.', updatedAt: corrected }],
      [corrected, { version: 1, summary: 'First.', updatedAt: corrected, corrections: [{ text: 'Not so.' }] }],
      [third, { version: 3, summary: 'Third.', updatedAt: third, tags: [{ name: 'Harbours' }] }],
    ] as const) {
      const { body } = await asOf(time).expect(200)
      expect(body).toMatchObject({ id, publishedAt, status: 'published', ...seen })
    }
    for (const time of [before, away]) {
      const { body } = await asOf(time).expect(problem('not-found'))
      expect(body.detail).toBe(`the article was not live at ${time}`)
    }
  })

  it('comes in every form, with an ETag of its own', async () => {
    const { publishedAt } = (await room.anyone.get('/v1/articles/ferry').expect(200)).body
    const { headers } = await asOf(publishedAt).expect(200)
    expect(headers['last-modified']).toBe(new Date(publishedAt).toUTCString())
    await asOf(publishedAt).set('if-none-match', String(headers.etag)).expect(304)
    await room.anyone.get('/v1/articles/ferry').set('if-none-match', String(headers.etag)).expect(200)
    expect((await asOf(publishedAt, '&body=text&fields=body,summary').expect(200)).body).toEqual({
      summary: 'First.',
      body: 'One.',
    })
  })

  it('is refused for the future and for drafts', async () => {
    const { clock, editor } = room
    const [now, future] = [clock.now(), new Date(clock.now().getTime() + 1)].map((time) => time.toISOString())
    await asOf(String(now)).expect(200)
    await asOf(String(future)).expect(problem('validation', { in: 'query', pointer: '/asOf', code: 'wrong_time' }))
    await asOf('2030-01-01').expect(problem('validation', { pointer: '/asOf' }))
    await editor
      .get(`/v1/articles/ferry?version=draft&asOf=${now}`)
      .expect(problem('validation', { pointer: '/asOf', code: 'not_with_draft' }))
  })

  it('leaves out what has been deleted since', async () => {
    const { editor, admin } = room
    await editor.post('/v1/tags').send({ name: 'Gone' }).expect(201)
    await editor.post('/v1/sections').send({ name: 'Closed' }).expect(201)
    const { id, publishedAt } = await live('Tagged', { tags: ['gone'], section: 'closed' })
    later()
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ tags: [], section: null }).expect(200)
    const read = () => room.anyone.get(`/v1/articles/${id}?asOf=${publishedAt}`).expect(200)
    expect((await read()).body).toMatchObject({ tags: [{ name: 'Gone' }], section: { name: 'Closed' } })
    for (const path of ['tags/gone', 'sections/closed']) await editor.delete(`/v1/${path}`).expect(204)
    expect((await read()).body).toMatchObject({ tags: [], section: null })
    for (const path of ['tags/gone', 'sections/closed']) await admin.delete(`/v1/${path}?permanent=true`).expect(204)
    expect((await read()).body).toMatchObject({ tags: [], section: null })
  })

  it('exists while the article is live', async () => {
    const { editor, anyone } = room
    const { id, publishedAt } = await live('Withdrawn')
    later()
    const read = () => anyone.get(`/v1/articles/${id}?asOf=${publishedAt}`)
    await read().expect(200)
    await editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    await read().expect(problem('not-found'))
    await editor.post(`/v1/articles/${id}/publish`).expect(200)
    await read().expect(200)
    await editor.post(`/v1/articles/${id}/retract`).send({ reason: 'Wrong.' }).expect(200)
    await read().expect(problem('retracted'))
  })
})

it('one article has the members of `fields` and those of `include`, as the articles of a list', async () => {
  const { anyone, close, editor } = await newsroom()
  await editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Chosen', body: [{ type: 'divider' }] })
    .expect(201)
  const query = 'fields=slug&include=body'
  const { body: one } = await anyone.get(`/v1/articles/chosen?${query}`).expect(200)
  expect(one).toMatchObject({ slug: 'chosen', body: [{ type: 'divider' }] })
  expect((await anyone.get(`/v1/articles?${query}`).expect(200)).body.data).toEqual([one])
  await close()
})

it('ends a page of large articles early, in both directions', async () => {
  const { anyone, close, editor } = await newsroom()
  const body = [{ type: 'code', text: 'x'.repeat(45_000) }]
  const large = Array.from({ length: 10 }, () => body[0])
  const ids: string[] = []
  for (const headline of 'ABCDEF') {
    const sent = editor.post('/v1/articles?publish=true').send({ headline, body: large })
    ids.unshift((await sent.expect(201)).body.id)
  }
  for (const list of ['include=body', 'version=draft&sort=-publishedAt']) {
    const page = async (more: string) => {
      const { data, page } = (await editor.get(`/v1/articles?${list}&limit=100${more}`).expect(200)).body
      return { ids: data.map(({ id }: { id: string }) => id), ...page }
    }
    const first = await page('&count=true')
    expect(first).toMatchObject({ ids: ids.slice(0, 3), total: 6 })
    const last = await page(`&cursor=${first.next}`)
    expect(last).toMatchObject({ ids: ids.slice(3), next: null })
    const again = await page(`&cursor=${last.previous}`)
    expect(again).toMatchObject({ ids: ids.slice(0, 3), previous: null })
  }
  const feed = (await anyone.get('/feeds/feed.json').expect(200)).body
  expect(feed.items).toHaveLength(2)
  const next = feed.next_url.slice(feed.next_url.indexOf('/feeds/'))
  expect((await anyone.get(next).expect(200)).body.items).toHaveLength(2)
  await close()
})
