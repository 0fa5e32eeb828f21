import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { publishDue } from '../src/articles/lifecycle/scheduler.ts'
import { articles, sections, slugs } from '../src/storage/schema.ts'
import { type Client, type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'
import { raw } from './harness/raw.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom({ SECRETS_KEY: 'a-key-for-secrets-that-is-long-enough' })
})
afterAll(() => room.close())

const make = async (path: string, sent: object, client: Client = room.editor) =>
  (await client.post(`/v1/${path}`).send(sent).expect(201)).body
const change = async (path: string, sent: object) =>
  (await room.editor.patch(`/v1/${path}`).send(sent).expect(200)).body
const get = async (path: string, client: Client = room.anyone) => (await client.get(`/v1/${path}`).expect(200)).body
const slugsAt = async (path: string, client?: Client): Promise<string[]> =>
  (await get(path, client)).data.map(({ slug }: { slug: string }) => slug)
const location = async (path: string) => (await room.anyone.get(`/v1/${path}`).expect(308)).headers.location
const taken = (pointer: string) => problem('conflict', { in: 'body', pointer, code: 'path_taken' })

describe('a path belongs to one article or section', () => {
  it('so an article does not get the path of a section', async () => {
    const { editor, contributor } = room
    await make('sections', { name: 'News' })
    await make('sections', { name: 'Harbour', parent: 'news' })
    await make('sections', { name: 'Sport' })
    expect((await make('articles', { headline: 'Harbour', section: 'news' })).slug).toBe('harbour-2')
    const fromTheField = await make('articles', { headline: 'Harbour', section: 'news' }, contributor)
    expect((await editor.post(`/v1/articles/${fromTheField.id}/publish`).expect(200)).body.slug).toBe('harbour-3')
    expect((await make('articles', { headline: 'News' })).slug).toBe('news-2')
    const free = await make('articles', { headline: 'Harbour', section: 'sport' })
    expect(free.slug).toBe('harbour')
    expect(free.breadcrumbs.at(-1).path).toBe('/sport/harbour')

    await editor.post('/v1/articles').send({ headline: 'x', slug: 'news' }).expect(taken('/slug'))
    const patch = (sent: object) => editor.patch(`/v1/articles/${free.id}`).send(sent)
    const { body } = await patch({ section: 'news' }).expect(taken('/section'))
    expect(body.detail).toContain('/news/harbour')
    const about = await make('articles', { headline: 'About', section: 'news' })
    await make('sections', { name: 'Tides', parent: 'news' })
    await editor.patch(`/v1/articles/${about.id}`).send({ slug: 'tides' }).expect(taken('/slug'))
    const line = JSON.stringify({ op: 'update', id: free.id, body: { section: 'news' } })
    const bulk = await editor.post('/v1/bulk?dryRun=true').set('content-type', 'application/x-ndjson').send(`${line}\n`)
    expect(bulk.text).toContain('path_taken')
  })

  it('nor a section that of an article, live, in the making, or former', async () => {
    const { editor } = room
    await make('sections', { name: 'World' })
    await make('sections', { name: 'Home' })
    await make('articles', { headline: 'Asia', section: 'world' })
    await make('articles', { headline: 'Weather' })
    const live = await make('articles?publish=true', { headline: 'Europe', section: 'world' })
    await change(`articles/${live.id}`, { section: 'home', slug: 'europa' })

    expect((await make('sections', { name: 'Weather' })).slug).toBe('weather-2')
    await editor.post('/v1/sections').send({ name: 'x', slug: 'weather' }).expect(taken('/slug'))
    const post = (slug: string, parent: string) => editor.post('/v1/sections').send({ name: 'x', slug, parent })
    for (const slug of ['asia', 'europe']) await post(slug, 'world').expect(taken('/slug'))
    await post('europa', 'home').expect(taken('/slug'))
    await make('sections', { name: 'Asia', slug: 'asia', parent: 'home' })
    await editor.patch('/v1/sections/asia').send({ parent: 'world' }).expect(taken('/parent'))
    await make('sections', { name: 'Other', parent: 'world' })
    await editor.patch('/v1/sections/other').send({ slug: 'asia' }).expect(taken('/slug'))

    // It has left the section, and its address there leads on to it.
    await room.editor.post(`/v1/articles/${live.id}/publish`).expect(200)
    await post('europe', 'world').expect(taken('/slug'))
    await post('far', 'world').expect(201)
  })

  it('and so an article is not published onto a section from before that was refused', async () => {
    const { editor, clock, storage } = room
    const top = await make('sections', { name: 'Old' })
    const draft = async (slug: string) => make('articles', { headline: slug, slug, section: 'old' })
    const [waiting, due, live] = [await draft('waiting'), await draft('due'), await draft('live')]
    const at = new Date(clock.now().getTime() + 60_000).toISOString()
    await editor.post(`/v1/articles/${due.id}/publish`).send({ at }).expect(200)
    await editor.post(`/v1/articles/${live.id}/publish`).expect(200)
    for (const slug of ['waiting', 'due', 'live'])
      await storage.transaction(async (tx) => {
        const { breadcrumbs: _, articleCount: __, ...row } = { ...top, slug, path: `/old/${slug}`, name: slug }
        const id = randomUUID()
        await tx.insert(sections).values({ ...row, id, parent: top.id, version: 1, deletedAt: null })
        await tx.insert(slugs).values({ kind: 'section', slug, scope: top.id, target: id, live: true })
      })
    await editor.post(`/v1/articles/${waiting.id}/publish`).expect(taken('/slug'))
    await editor.post(`/v1/articles/${waiting.id}/publish?dryRun=true`).expect(taken('/slug'))
    await editor.post(`/v1/articles/${waiting.id}/publish`).send({ at }).expect(taken('/slug'))
    // What is live at such an address can go on, and what was promised for a time goes out.
    await change(`articles/${live.id}`, { kicker: 'New' })
    const { body } = await editor.post(`/v1/articles/${live.id}/publish?dryRun=true`).expect(200)
    expect(body.remarks).toContainEqual(expect.objectContaining({ pointer: '/slug', code: 'path-taken' }))
    await editor.post(`/v1/articles/${live.id}/publish`).expect(200)
    clock.tick(61_000)
    expect(await publishDue(room)).toBe(1)
    expect((await get(`articles/${due.id}`)).status).toBe('published')
  })
})

describe('a former slug of an article', () => {
  it('works wherever an article is named', async () => {
    const { editor, anyone, partner } = room
    const { id } = await make('articles?publish=true', { headline: 'First name' })
    await make('articles', { headline: 'Reads it' })
    await change(`articles/${id}?publish=true`, { slug: 'second-name' })
    await editor.post(`/v1/articles/${id}/corrections`).send({ kind: 'update', text: 'More.' }).expect(201)
    for (const [path, search] of [
      ['', '?fields=slug'],
      ['/corrections', ''],
      ['/citations', ''],
      ['/citations', '?version=live'],
      ['/related', '?limit=1'],
      ['/jsonld', ''],
    ])
      expect(await location(`articles/first-name${path}${search}`)).toBe(`/v1/articles/second-name${path}${search}`)
    expect((await partner.get('/v1/articles/first-name/ninjs').expect(308)).headers.location).toMatch(/second-name/)

    const link = { article: 'first-name', label: 'See' }
    await editor.post('/v1/related-links?article=reads-it').send(link).expect(201)
    await editor
      .post('/v1/related-links?article=first-name')
      .send({ url: 'https://a.example/', title: 'A' })
      .expect(201)
    await editor.post('/v1/articles/first-name/publish').expect(200)
    expect((await get('related-links?article=first-name')).data).toHaveLength(1)
    for (const path of ['?version=draft', '/citations?version=draft', '/revisions', '/revisions/2/diff', '/receipts'])
      await editor.get(`/v1/articles/first-name${path}`).expect(200)
    await editor.post('/v1/articles/first-name/preview').expect(201)
    await editor.post('/v1/articles/first-name/revisions/1/restore').expect(200)
    await make('articles', { headline: 'x', relatedLinks: [{ article: 'first-name' }] })
    const line = JSON.stringify({ op: 'update', id: 'first-name', body: { kicker: 'By bulk' } })
    const bulk = await editor.post('/v1/bulk').set('content-type', 'application/x-ndjson').send(`${line}\n`)
    expect(bulk.text).toContain(id)
    await editor.post('/v1/articles/first-name/retract').send({ reason: 'Wrong.' }).expect(200)
    for (const name of [id, 'first-name', 'second-name']) {
      for (const path of ['', '/corrections', '/citations', '/related', '/jsonld'])
        await anyone.get(`/v1/articles/${name}${path}`).expect(410).expect(problem('retracted'))
      await anyone.get(`/v1/related-links?article=${name}`).expect(410)
    }
    await anyone.get('/v1/related-links?article=no-such').expect(404)
    await anyone.get('/v1/articles/no-such/citations').expect(404)
  })

  it('reveals nothing of a slug that was never public', async () => {
    const { anyone } = room
    const { id } = await make('articles?publish=true', { headline: 'Seen name' })
    await change(`articles/${id}`, { slug: 'unseen-name' })
    await make('articles', { headline: 'Not seen' })
    for (const name of ['unseen-name', 'not-seen']) {
      for (const path of ['', '/corrections', '/citations']) await anyone.get(`/v1/articles/${name}${path}`).expect(404)
      await anyone.get(`/v1/related-links?article=${name}`).expect(404)
      expect(await slugsAt(`articles?path=/${name}`)).toEqual([])
    }
    expect(await slugsAt('articles?path=/seen-name')).toEqual(['seen-name'])
    for (const none of ['', 'seen-name', 'https://news.example/seen-name', `/${'x'.repeat(3_000)}`, '//seen-name'])
      for (const version of ['live', 'draft'])
        expect(await slugsAt(`articles?version=${version}&path=${none}`, room.editor)).toEqual([])
    expect(await slugsAt('articles?path=/unseen-name&version=draft', room.editor)).toEqual(['unseen-name'])
    expect(await slugsAt('articles?path=/unseen-name&version=draft', room.contributor)).toEqual([])
  })
})

it('an anonymous redirect may be cached as any public reply, one to a key by nobody', async () => {
  const { editor, anyone, reader } = room
  const { id } = await make('articles?publish=true', { headline: 'Moves away' })
  await change(`articles/${id}?publish=true`, { slug: 'moved-away' })
  const tag = await make('tags', { name: 'Moving' })
  await change('tags/moving', { slug: 'moved' })
  for (const [path, cacheTag] of [
    ['articles/moves-away', id],
    ['articles/moves-away/corrections', id],
    ['tags/moving', tag.id],
  ]) {
    const { headers } = await anyone.get(`/v1/${path}`).expect(308)
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=10, stale-while-revalidate=60',
      'cache-tag': String(cacheTag).slice(-12),
    })
    for (const client of [reader, editor])
      expect((await client.get(`/v1/${path}`).expect(308)).headers['cache-control']).toBe('private, no-store')
  }
  const { headers } = await anyone.get('/v1/articles/no-such').expect(404)
  expect(headers['cache-control']).toBe('no-store')
})

it('a former slug leads to the present one however the address is written', async () => {
  const { id } = await make('articles?publish=true', { headline: 'Written before' })
  await change(`articles/${id}?publish=true`, { slug: 'written-now' })
  for (const path of ['/v1/articles/written-before', '/v1/article%73/written-before', '/v1/articles/written%2Dbefore'])
    for (const more of ['', '?body=text', '/corrections', '/citations', '/related', '/jsonld']) {
      const { status, headers } = await raw(room.url, `GET ${path}${more} HTTP/1.1`)
      expect([more, status, headers.location]).toEqual([more, 308, `/v1/articles/written-now${more}`])
    }
})

describe('a former slug of an entry', () => {
  it('works wherever an entry is named', async () => {
    const { editor, admin, anyone } = room
    const renamed = async (list: string, more: object = {}): Promise<string> => {
      const { id } = await make(list, { name: 'Before it moved', ...more })
      await change(`${list}/${id}`, { slug: 'after-it-moved' })
      return id
    }
    const slug = 'before-it-moved'
    const ids: Record<string, string> = {
      section: await renamed('sections'),
      author: await renamed('authors'),
      tag: await renamed('tags'),
      source: await renamed('sources', { kind: 'agency' }),
    }
    const below = await make('sections', { name: 'Below what moved', parent: slug })
    const member = await make('sources', { name: 'Of what moved', kind: 'person', affiliation: slug })
    expect([below.path, member.affiliation.id]).toEqual(['/after-it-moved/below-what-moved', ids.source])
    const { id, body } = await make('articles?publish=true', {
      headline: 'Names what moved',
      section: slug,
      authors: [slug],
      tags: [slug],
      citations: [{ source: slug, relation: 'cited' }],
      body: [{ type: 'quote', text: 'So it is.', source: slug }],
    })
    expect(body[0].source.id).toBe(ids.source)
    for (const noun of Object.keys(ids)) {
      expect(await location(`${noun}s/${slug}?include=latest`)).toBe(`/v1/${noun}s/after-it-moved?include=latest`)
      const query = `${noun}=${slug}`
      for (const path of [`articles?${query}`, `articles?${query}&language=en`, `search?q=moved&${query}`])
        expect(await slugsAt(path)).toEqual(['names-what-moved'])
      expect(await slugsAt(`articles?version=draft&${query}`, editor)).toEqual(['names-what-moved'])
      const { body: feed } = await anyone.get(`/feeds/feed.json?${query}`).expect(200)
      expect(feed.items).toMatchObject([{ id: `urn:uuid:${id}` }])
      await editor.patch(`/v1/${noun}s/${slug}`).send({ name: 'Moved' }).expect(200)
    }
    expect(await slugsAt(`sections?parent=${slug}`)).toEqual(['below-what-moved'])
    expect(await slugsAt(`sources?affiliation=${slug}`)).toEqual(['of-what-moved'])
    const grant = { sections: [slug], tags: [slug] }
    const key = await make('api-keys', { name: 'x', role: 'partner', grant }, admin)
    expect(key.grant).toMatchObject({ sections: [ids.section], tags: [ids.tag] })
    const hook = { url: 'https://93.184.216.34/x', events: ['article.*'], section: slug }
    expect((await make('webhooks', hook, admin)).section).toBe(ids.section)
    for (const noun of Object.keys(ids)) {
      const other = await make(`${noun}s`, { name: `Takes over ${noun}`, ...(noun === 'source' && { kind: 'agency' }) })
      await editor.delete(`/v1/${noun}s/${other.id}?reassignTo=${slug}`).expect(204)
      expect(await location(`${noun}s/${other.slug}`)).toBe(`/v1/${noun}s/after-it-moved`)
    }
    const lines = [
      { op: 'update', resource: 'tags', id: slug, body: { description: 'By bulk.' } },
      { op: 'update', id, body: { tags: [slug], section: slug } },
    ]
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    const bulk = await editor.post('/v1/bulk').set('content-type', 'application/x-ndjson').send(text).expect(200)
    expect(bulk.text.match(/"status":200/g)).toHaveLength(2)
  })
})

describe.each([
  ['authors', 'authors', {}],
  ['sources', 'citations', { kind: 'agency' }],
  ['sections', 'section', {}],
  ['tags', 'tags', {}],
])('a merge of %s', (plural, member, more) => {
  const noun = plural.slice(0, -1)
  const entry = (name: string) => make(plural, { name: `${plural} ${name}`, ...more })
  const named = (name: string) => `${plural}-${name}`
  const refers = (name: string) => ({
    [member]: { authors: [name], tags: [name], section: name, citations: [{ source: name, relation: 'cited' }] }[
      member
    ],
  })

  it('makes the old slugs lead to the other: as an address, a filter and a reference, in chains, permanently', async () => {
    const { editor, admin, anyone } = room
    const [x, y, z] = [await entry('x'), await entry('y'), await entry('z')]
    await change(`${plural}/${x.id}`, { slug: named('x2') })
    const { id } = await make('articles?publish=true', { headline: `Of ${plural}`, ...refers(named('x')) })
    await editor.delete(`/v1/${plural}/${x.id}?reassignTo=${named('y')}`).expect(204)
    for (const name of ['x', 'x2']) {
      expect(await location(`${plural}/${named(name)}?include=latest`)).toBe(
        `/v1/${plural}/${named('y')}?include=latest`,
      )
      expect((await get(`articles?${noun}=${named(name)}`)).data.map((one: { id: string }) => one.id)).toEqual([id])
      await make('articles', { headline: 'Refers', ...refers(named(name)) })
    }
    const feed = await anyone.get(`/feeds/atom.xml?${noun}=${named('x')}`).expect(200)
    expect(feed.text).toContain(`/feeds/atom.xml?${noun}=${named('y')}`)

    // What is written is never written to the other: a form that was left open, a DELETE that is sent again.
    await editor
      .patch(`/v1/${plural}/${named('x')}`)
      .send({ name: 'Not y' })
      .expect(404)
    await editor.delete(`/v1/${plural}/${named('x2')}`).expect(404)
    const line = JSON.stringify({ op: 'delete', resource: plural, id: named('x2') })
    const bulk = await editor.post('/v1/bulk').set('content-type', 'application/x-ndjson').send(`${line}\n`)
    expect(bulk.text).toContain('"status":404')

    await editor.delete(`/v1/${plural}/${named('y')}?reassignTo=${z.id}`).expect(204)
    for (const name of ['x', 'x2', 'y'])
      expect(await location(`${plural}/${named(name)}`)).toBe(`/v1/${plural}/${named('z')}`)
    await admin.delete(`/v1/${plural}/${named('x2')}?permanent=true`).expect(204)
    await admin.delete(`/v1/${plural}/${named('x2')}?permanent=true`).expect(404)
    expect(await location(`${plural}/${named('x')}`)).toBe(`/v1/${plural}/${named('z')}`)

    await editor.post(`/v1/${plural}/${named('y')}/restore`).expect(200)
    expect((await get(`${plural}/${named('y')}`)).id).toBe(y.id)
    expect(await location(`${plural}/${named('x')}`)).toBe(`/v1/${plural}/${named('z')}`)
  })

  it('lets the other take the slug, and what it is merged from come back under a number', async () => {
    const { editor, admin, anyone } = room
    const [p, q] = [await entry('p'), await entry('q')]
    await editor.delete(`/v1/${plural}/${p.id}?reassignTo=${q.id}`).expect(204)
    expect((await change(`${plural}/${q.id}`, { slug: named('p') })).slug).toBe(named('p'))
    expect(await location(`${plural}/${named('q')}`)).toBe(`/v1/${plural}/${named('p')}`)
    const back = await editor.post(`/v1/${plural}/${p.id}/restore`).expect(200)
    expect(back.body.slug).toBe(named('p-2'))
    expect((await get(`${plural}/${named('p')}`)).id).toBe(q.id)

    // After permanent deletion of the other, the slug is its first owner's again, or free.
    await editor.delete(`/v1/${plural}/${p.id}?reassignTo=${q.id}`).expect(204)
    await admin.delete(`/v1/${plural}/${q.id}?permanent=true`).expect(204)
    await anyone.get(`/v1/${plural}/${named('p-2')}`).expect(404)
    await editor.post(`/v1/${plural}/${named('p-2')}/restore`).expect(200)
    expect((await get(`${plural}/${named('p-2')}`)).id).toBe(p.id)
    const r = await entry('r')
    await editor.delete(`/v1/${plural}/${p.id}?reassignTo=${r.id}`).expect(204)
    await admin.delete(`/v1/${plural}/${p.id}?permanent=true`).expect(204)
    await admin.delete(`/v1/${plural}/${r.id}?permanent=true`).expect(204)
    for (const name of ['p-2', 'r'])
      expect((await make(plural, { name: 'x', slug: named(name), ...more })).slug).toBe(named(name))
  })
})

describe('sections of the same slug below different parents', () => {
  const section = (name: string, parent: string | null = null) => make('sections', { name, parent })
  const ambiguous = (pointer: string, more: object = {}) =>
    problem('invalid-reference', { pointer, code: 'ambiguous', ...more })

  it('are distinguished by their paths', async () => {
    const { editor, anyone, admin } = room
    await section('Business')
    await section('Leisure')
    const first = await section('Golf', 'business')
    expect((await get('sections/golf')).id).toBe(first.id)
    const second = await section('Golf', '/leisure')
    expect([first.slug, second.slug, second.path]).toEqual(['golf', 'golf', '/leisure/golf'])
    await editor
      .post('/v1/sections')
      .send({ name: 'Golf', slug: 'golf', parent: 'leisure' })
      .expect(problem('conflict', { pointer: '/slug', code: 'slug_taken' }))
    expect((await section('Golf', 'leisure')).slug).toBe('golf-2')

    expect(await get('sections?path=/leisure/golf')).toMatchObject({ data: [{ id: second.id }] })
    expect((await get('sections/%2Fleisure%2Fgolf')).id).toBe(second.id)
    for (const none of ['/golf', '/leisure', '/leisure/golf/', '/nowhere/golf', '/'])
      expect((await get(`sections?path=${none}`)).data.map((one: { path: string }) => one.path)).toEqual(
        none === '/leisure' ? [none] : [],
      )
    await anyone.get('/v1/sections?path=leisure').expect(problem('validation', { in: 'query', pointer: '/path' }))

    const story = await make('articles?publish=true', { headline: 'Cup final', section: '/leisure/golf' })
    expect(story.section.id).toBe(second.id)
    expect(await slugsAt('articles?section=/leisure/golf')).toEqual(['cup-final'])
    expect(await slugsAt('articles?section=/business/golf')).toEqual([])
    expect(await slugsAt('sections?parent=/leisure&sort=path')).toEqual(['golf', 'golf-2'])
    expect(await slugsAt('search?q=cup&section=/leisure/golf')).toEqual(['cup-final'])

    // A slug that two have, neither of them at the top.
    const candidates = ['/business/golf', '/leisure/golf']
    const { body } = await anyone.get('/v1/sections/golf').expect(problem('conflict'))
    expect(body.candidates).toEqual(candidates)
    for (const path of [
      '/v1/articles?section=golf',
      '/v1/articles?section=leisure,golf',
      '/feeds/rss.xml?section=golf',
      '/v1/search?q=x&section=golf',
    ])
      await anyone.get(path).expect(problem('validation', { in: 'query', pointer: '/section', code: 'ambiguous' }))
    await anyone
      .get('/v1/sections?parent=golf')
      .expect(problem('validation', { in: 'query', pointer: '/parent', code: 'ambiguous' }))
    const refused = await editor
      .post('/v1/articles')
      .send({ headline: 'x', section: 'golf' })
      .expect(ambiguous('/section'))
    expect(refused.body.detail).toContain('/business/golf, /leisure/golf')
    await editor.post('/v1/sections').send({ name: 'x', parent: 'golf' }).expect(ambiguous('/parent'))
    const grant = (of: string) =>
      admin.post('/v1/api-keys').send({ name: 'x', role: 'partner', grant: { sections: [of] } })
    await grant('golf').expect(ambiguous('/grant/sections/0'))
    expect((await grant('/leisure/golf').expect(201)).body.grant.sections).toEqual([second.id])

    // Links name a section by what leads to it alone.
    const { headers } = await anyone.get(`/v1/sections/${second.id}`).expect(200)
    expect(headers.link).toContain('/feeds/rss.xml?section=%2Fleisure%2Fgolf')
    const feed = await anyone.get(`/feeds/atom.xml?section=${second.id}`).expect(200)
    expect(feed.text).toContain('/feeds/atom.xml?section=%2Fleisure%2Fgolf')
    await change(`sections/${second.id}`, { slug: 'links' })
    await change(`sections/${second.id}`, { slug: 'golf' })
    expect(await location('sections/links')).toBe(`/v1/sections/${second.id}`)

    const top = await section('Golf')
    expect((await get('sections/golf')).id).toBe(top.id)
    expect(await slugsAt('articles?section=golf')).toEqual([])
    await editor.delete(`/v1/sections/${top.id}`).expect(204)
    await anyone.get('/v1/sections/golf').expect(409)
    await editor.delete('/v1/sections/%2Fbusiness%2Fgolf').expect(204)
    expect((await get('sections/golf')).id).toBe(second.id)
    await editor.post('/v1/sections/%2Fbusiness%2Fgolf/restore').expect(200)
    await anyone.get('/v1/sections/golf').expect(409)
  })

  it('and their old paths lead on: after a new slug, a move, and a merge; those of articles too', async () => {
    const { editor } = room
    const at = async (path: string) =>
      (await get(`sections?path=${path}`)).data.map((one: { path: string }) => one.path)
    const articleAt = async (path: string) =>
      (await get(`articles?path=${path}&fields=breadcrumbs`)).data.map(
        (one: { breadcrumbs: { path: string }[] }) => one.breadcrumbs.at(-1)?.path,
      )
    await section('Arts')
    await section('Stage')
    await section('Music', 'arts')
    const jazz = await section('Jazz', '/arts/music')
    const story = await make('articles?publish=true', { headline: 'Jazz night', section: jazz.id })
    expect(await articleAt('/arts/music/jazz/jazz-night')).toEqual(['/arts/music/jazz/jazz-night'])
    for (const none of ['/jazz-night', '/arts/jazz-night', '/arts/music/jazz/other', '/', '/nowhere/jazz-night', '//'])
      expect(await articleAt(none)).toEqual([])

    await change('sections/arts', { slug: 'culture' })
    await change(`sections/${jazz.id}`, { parent: 'stage' })
    for (const path of ['/arts/music/jazz', '/culture/music/jazz', '/stage/jazz']) {
      expect(await at(path)).toEqual(['/stage/jazz'])
      expect(await articleAt(`${path}/jazz-night`)).toEqual(['/stage/jazz/jazz-night'])
    }
    expect(await slugsAt('articles?section=/arts/music/jazz')).toEqual(['jazz-night'])

    // To another section, live; under another slug; off the site, and back without a section.
    await change(`articles/${story.id}?publish=true`, { section: '/culture/music' })
    expect(await articleAt('/stage/jazz/jazz-night')).toEqual(['/culture/music/jazz-night'])
    await change(`articles/${story.id}?publish=true`, { slug: 'night-of-jazz' })
    expect(await articleAt('/stage/jazz/jazz-night')).toEqual(['/culture/music/night-of-jazz'])
    await editor.post(`/v1/articles/${story.id}/unpublish`).expect(200)
    expect(await articleAt('/stage/jazz/jazz-night')).toEqual([])
    await change(`articles/${story.id}`, { section: null })
    await editor.post(`/v1/articles/${story.id}/publish`).expect(200)
    for (const path of ['/culture/music/night-of-jazz', '/stage/jazz/jazz-night', '/night-of-jazz'])
      expect(await articleAt(path)).toEqual(['/night-of-jazz'])

    await editor.delete('/v1/sections/music?reassignTo=/stage/jazz').expect(204)
    expect(await at('/culture/music')).toEqual(['/stage/jazz'])
    expect(await at('/arts/music/jazz')).toEqual(['/stage/jazz'])
    expect(await articleAt('/culture/music/night-of-jazz')).toEqual(['/night-of-jazz'])
  })

  it('come back from the trash where they were, or at the top under a number if that is gone', async () => {
    const { editor, admin, storage } = room
    const parent = await section('Gone soon')
    const child = await section('Shared name', parent.id)
    await editor.delete(`/v1/sections/${child.id}`).expect(204)
    await admin.delete(`/v1/sections/${parent.id}?permanent=true`).expect(204)
    await section('Shared name')
    const { body } = await editor.post(`/v1/sections/${child.id}/restore`).expect(200)
    expect(body).toMatchObject({ slug: 'shared-name-2', path: '/shared-name-2', parent: null })
    expect((await get('sections?path=/shared-name-2')).data).toHaveLength(1)
    expect(await storage.reader.select().from(articles).where(eq(articles.id, child.id))).toEqual([])
  })
})

it('a slug follows the rules of the language of an article', async () => {
  const slugIn = async (headline: string, language?: string) => (await make('articles', { headline, language })).slug
  expect(await slugIn('Müller grüßt', 'de-AT')).toBe('mueller-gruesst')
  expect(await slugIn('Müller grüßt')).toBe('muller-grusst')
})
