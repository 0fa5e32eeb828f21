import { asc } from 'drizzle-orm'
import { changes } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

type Entry = { id: string; slug: string; name: string } & Record<string, unknown>
const make = async (list: string, entry: object): Promise<Entry> =>
  (await room.editor.post(`/v1/${list}`).send(entry).expect(201)).body
const read = async (path: string): Promise<Entry> => (await room.anyone.get(`/v1/${path}`).expect(200)).body
const change = async (path: string, patch: object): Promise<Entry> =>
  (await room.editor.patch(`/v1/${path}`).send(patch).expect(200)).body
const names = async (query: string): Promise<string[]> =>
  ((await room.anyone.get(`/v1/${query}`).expect(200)).body.data as Entry[]).map(({ name }) => name)

it('no slug is that of the filter for articles without an entry', async () => {
  for (const list of ['authors', 'sections', 'tags']) {
    expect((await make(list, { name: 'None' })).slug).toBe('none-2')
    await room.editor.post(`/v1/${list}`).send({ name: 'Nobody', slug: 'none' }).expect(problem('conflict'))
  }
})

/** Each kind: what makes one, what changes one, and what a reply shows of a bare one. */
const kinds = [
  [
    'authors',
    { name: 'Ana Moreau', jobTitle: 'Reporter', links: [{ label: 'Home', url: 'https://ana.example/' }] },
    { jobTitle: null, bio: 'Covers the coast.', links: [] },
    { kind: 'person', jobTitle: null, bio: null, avatar: null, links: [] },
  ],
  [
    'sources',
    { name: 'Harbour Office', kind: 'organization', country: 'NZ', url: 'https://harbour.example/' },
    { country: null, kind: 'agency', description: 'The port authority.' },
    { kind: 'person', description: null, url: null, affiliation: null, country: null },
  ],
  [
    'sections',
    { name: 'World News', position: 4, description: 'From abroad.' },
    { description: null, position: 5 },
    { parent: null, description: null, position: 0 },
  ],
  ['tags', { name: 'Infrastructure', description: 'Roads and rails.' }, { description: null }, { description: null }],
] as const

describe.each(kinds)('%s', (list, entry, patch, bare) => {
  const noun = list.slice(0, -1)
  const least = (name: string) => ({ name, ...(list === 'sources' && { kind: 'person' }) })

  it('are created, read, changed and deleted', async () => {
    const { editor, anyone, clock } = room
    const made = await editor.post(`/v1/${list}`).send(entry).expect(201)
    const { id, slug } = made.body
    expect(made.headers.location).toBe(`/v1/${list}/${id}`)
    expect(made.body).toMatchObject({ ...entry, articleCount: 0, createdAt: clock.time.toISOString() })
    for (const hidden of ['version', 'deletedAt']) expect(made.body).not.toHaveProperty(hidden)
    const { email: _, ...shown } = made.body
    expect(await read(`${list}/${id}`)).toEqual(shown)
    expect(await read(`${list}/${slug}`)).toEqual(shown)
    clock.tick()
    const changed = await change(`${list}/${slug}`, patch)
    expect(changed).toEqual({ ...made.body, ...patch, updatedAt: clock.time.toISOString() })
    await editor.delete(`/v1/${list}/${slug}`).expect(204)
    for (const reference of [id, slug]) {
      await anyone.get(`/v1/${list}/${reference}`).expect(problem('not-found'))
      await editor.patch(`/v1/${list}/${reference}`).send(patch).expect(404)
      await editor.delete(`/v1/${list}/${reference}`).expect(404)
    }
    expect(await names(list)).not.toContain(entry.name)
    const log = await room.storage.reader.select().from(changes).orderBy(asc(changes.seq))
    expect(log.filter(({ target }) => target === id).map(({ type }) => type)).toEqual(
      ['created', 'updated', 'deleted'].map((what) => `${noun}.${what}`),
    )
  })

  it('need little, and accept only clean input', async () => {
    const { editor } = room
    expect(await make(list, least('Bare'))).toMatchObject({ ...bare, slug: 'bare' })
    const wrong: [object, string][] = [
      [{ name: undefined }, '/name'],
      [{ name: '  ' }, '/name'],
      [{ name: '\u200b\u2060 \u00ad\u2800\u3164' }, '/name'],
      [{ name: null }, '/name'],
      [{ name: 7 }, '/name'],
      [{ name: 'x'.repeat(201) }, '/name'],
      [{ name: 'two\nlines' }, '/name'],
      [{ slug: 'Not a slug' }, '/slug'],
      [{ slug: '-x-' }, '/slug'],
      [{ slug: '' }, '/slug'],
      [{ slug: 'x'.repeat(121) }, '/slug'],
      [{ slug: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d' }, '/slug'],
      [{ slug: null }, '/slug'],
    ]
    for (const [more, pointer] of wrong) {
      const error = { in: 'body', pointer } as const
      await editor
        .post(`/v1/${list}`)
        .send({ ...least('Wrong'), ...more })
        .expect(problem('validation', error))
      if (!('name' in more && more.name === undefined))
        await editor.patch(`/v1/${list}/bare`).send(more).expect(problem('validation', error))
    }
    expect(await names(list)).not.toContain('Wrong')
    expect(await change(`${list}/bare`, {})).toMatchObject({ name: 'Bare' })
  })

  it.each([
    ['Мост открыт', 'most-otkryt'],
    ['Zoë Ångström', 'zoe-angstrom'],
    ["O'Neil & Søn", 'oneil-son'],
    ['北京', 'bei-jing'],
    ['  Trimmed  ', 'trimmed'],
    ['!!!', noun],
    ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d', `${noun}-2`],
    ['word '.repeat(40).trim(), 'word-'.repeat(24).slice(0, -1)],
  ])('get a slug from the name: %s', async (name, slug) => {
    expect((await make(list, least(name))).slug).toBe(slug)
  })

  it('number the slugs that are taken, and refuse one that is asked for', async () => {
    const { editor, anyone } = room
    const first = await make(list, least('Same'))
    const slugs = await Promise.all([1, 2, 3].map(async () => (await make(list, least('Same'))).slug))
    expect([first.slug, ...slugs.toSorted()]).toEqual(['same', 'same-2', 'same-3', 'same-4'])
    const taken = { in: 'body', pointer: '/slug', code: 'slug_taken' } as const
    await editor
      .post(`/v1/${list}`)
      .send({ ...least('Other'), slug: 'same' })
      .expect(problem('conflict', taken))
    await editor.patch(`/v1/${list}/same-2`).send({ slug: 'same' }).expect(problem('conflict', taken))

    await change(`${list}/${first.id}`, { slug: 'renamed', name: 'Renamed' })
    const { headers } = await anyone.get(`/v1/${list}/same`).expect(308)
    expect(headers.location).toBe(`/v1/${list}/renamed`)
    await editor
      .post(`/v1/${list}`)
      .send({ ...least('Other'), slug: 'same' })
      .expect(problem('conflict', taken))
    expect((await change(`${list}/same`, { slug: 'same' })).id).toBe(first.id)
    expect((await anyone.get(`/v1/${list}/renamed`).expect(308)).headers.location).toBe(`/v1/${list}/same`)
    expect(await names(list)).not.toContain('Other')
  })

  it('keep their slug when they are renamed', async () => {
    const { id } = await make(list, least('Steady'))
    expect(await change(`${list}/${id}`, { name: 'Changed' })).toMatchObject({ name: 'Changed', slug: 'steady' })
  })

  it('go to the trash, keep their slug there, and free it when they are deleted permanently', async () => {
    const { admin, editor, anyone } = room
    const { id } = await make(list, { ...least('Fleeting'), slug: 'fleeting' })
    await editor.delete(`/v1/${list}/${id}`).expect(204)
    expect((await make(list, least('Fleeting'))).slug).toBe('fleeting-2')
    await editor.delete(`/v1/${list}/${id}?permanent=true`).expect(403)
    await admin.delete(`/v1/${list}/${id}?permanent=true`).expect(204)
    await admin.delete(`/v1/${list}/${id}?permanent=true`).expect(404)
    await anyone.get(`/v1/${list}/fleeting`).expect(404)
    const again = await make(list, { ...least('Fleeting'), slug: 'fleeting' })
    await admin.delete(`/v1/${list}/fleeting?permanent=true`).expect(204)
    await anyone.get(`/v1/${list}/${again.id}`).expect(404)
  })

  it('are changed only on the version that If-Match names', async () => {
    const { editor, admin } = room
    const { id } = await make(list, least('Guarded'))
    const path = `/v1/${list}/${id}`
    const { headers } = await editor.patch(path).set('if-match', '"1"').send({ name: 'Guarded twice' }).expect(200)
    expect(headers.etag).toMatch(/^"2-/)
    const stale = await editor.patch(path).set('if-match', '"1"').send({ name: 'Lost' })
    problem('precondition-failed')(stale)
    expect(stale.body.currentVersion).toBe(2)
    await editor.delete(path).set('if-match', '"1"').expect(412)
    await admin.delete(`${path}?permanent=true`).set('if-match', '"1"').expect(412)
    expect((await read(`${list}/${id}`)).name).toBe('Guarded twice')
    await editor
      .delete(path)
      .set('if-match', headers.etag ?? '')
      .expect(204)
  })

  it('count the live articles that refer to them, and stay while any article does', async () => {
    const { editor, admin } = room
    const { id, slug } = await make(list, least('Cited'))
    const reference = {
      authors: { authors: [slug] },
      tags: { tags: [slug] },
      sections: { section: slug },
      sources: { citations: [{ source: slug, relation: 'cited' }] },
    }[list]
    const article = async (query: string) =>
      (
        await editor
          .post(`/v1/articles${query}`)
          .send({ headline: `Of ${list}`, ...reference })
          .expect(201)
      ).body.id
    const [draft, live] = [await article(''), await article('?publish=true')]
    expect((await read(`${list}/${id}`)).articleCount).toBe(1)
    const refused = (articles: number) => async (path: string) => {
      const reply = await admin.delete(path).expect(problem('in-use'))
      expect(reply.body.uses.articles).toBe(articles)
    }
    for (const path of [`/v1/${list}/${id}`, `/v1/${list}/${id}?permanent=true`]) await refused(2)(path)
    await editor.post(`/v1/articles/${live}/unpublish`).expect(200)
    expect((await read(`${list}/${id}`)).articleCount).toBe(0)
    await admin.delete(`/v1/articles/${live}?permanent=true`).expect(204)
    await refused(1)(`/v1/${list}/${id}`)
    await admin.delete(`/v1/articles/${draft}?permanent=true`).expect(204)
    await editor.delete(`/v1/${list}/${id}`).expect(204)
    await editor
      .post('/v1/articles')
      .send({ headline: 'Too late', ...reference })
      .expect(problem('invalid-reference'))
  })
})

describe('lists', () => {
  /** All names from a page on, following `next` or `previous`, with what happens between pages. */
  async function walk(query: string, way: 'next' | 'previous', from: string | null, between?: () => Promise<unknown>) {
    const pages: string[][] = []
    for (let cursor = from; ; ) {
      const { body } = await room.anyone.get(`/v1/${query}${cursor ? `&cursor=${cursor}` : ''}`).expect(200)
      pages.push(body.data.map(({ name }: Entry) => name))
      cursor = body.page[way]
      if (cursor === null) return { pages, last: body.page }
      await between?.()
    }
  }

  beforeAll(async () => {
    for (const [index, name] of ['Delta', 'Alpha', 'Echo', 'Bravo', 'Charlie'].entries()) {
      await make('sources', { name, kind: index % 2 ? 'dataset' : 'document', country: index % 2 ? 'FI' : 'SE' })
      room.clock.tick()
    }
    // All of one moment, and all of one name.
    for (let count = 0; count < 7; count++) await make('sources', { name: 'Tie', kind: 'document', country: 'IS' })
  })

  it.each([
    ['kind=dataset', ['Alpha', 'Bravo']],
    ['kind=dataset&sort=-name', ['Bravo', 'Alpha']],
    ['country=SE', ['Charlie', 'Delta', 'Echo']],
    ['country=SE&sort=createdAt', ['Delta', 'Echo', 'Charlie']],
    ['country=SE&sort=-createdAt', ['Charlie', 'Echo', 'Delta']],
    ['country=SE&kind=dataset', []],
    ['country=AQ', []],
    ['affiliation=nobody', []],
  ])('are filtered and sorted: %s', async (query, expected) => {
    expect(await names(`sources?${query}`)).toEqual(expected)
    const { body } = await room.anyone.get(`/v1/sources?${query}&count=true&limit=1`).expect(200)
    expect(body.page.total).toBe(expected.length)
    expect((await room.anyone.get(`/v1/sources?${query}`)).body.page).not.toHaveProperty('total')
  })

  it.each(['sources?kind=nobody', 'sources?country=se', 'authors?kind=desk', 'authors?kind=person,organization'])(
    'refuse a filter that could match nothing: %s',
    async (query) => void (await room.anyone.get(`/v1/${query}`).expect(problem('validation'))),
  )

  it.each(['name', '-name', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'articleCount', '-articleCount'])(
    'by %s give each row once, onwards and back, through ties',
    async (sort) => {
      const whole = (await room.anyone.get(`/v1/sources?sort=${sort}&limit=100`)).body.data as Entry[]
      const there = await walk(`sources?sort=${sort}&limit=3`, 'next', null)
      expect(there.pages.flat()).toEqual(whole.map(({ name }) => name))
      expect(there.last.next).toBeNull()
      const back = await walk(`sources?sort=${sort}&limit=3`, 'previous', there.last.previous)
      expect([...back.pages].reverse().flat()).toEqual(
        whole.slice(0, -(there.pages.at(-1)?.length ?? 0)).map(({ name }) => name),
      )
      expect(back.last.previous).toBeNull()
    },
  )

  it.each(['next', 'previous'] as const)('stay in order while rows come and go, towards %s', async (way) => {
    const ids = await Promise.all(
      ['b', 'd', 'f', 'h', 'j'].map(
        async (name) => (await make('sources', { name, kind: 'person', country: 'XA' })).id,
      ),
    )
    const query = `sources?country=XA&limit=2&sort=${way === 'next' ? '' : '-'}name`
    const end = (await walk(query, 'next', null)).last.previous
    let step = 0
    const between = async () => {
      step += 1
      // Behind, ahead, and the very row that the cursor stands on.
      for (const name of ['a', 'i']) await make('sources', { name, kind: 'person', country: 'XA' })
      if (step === 1) await room.editor.delete(`/v1/sources/${ids[way === 'next' ? 1 : 2]}`).expect(204)
    }
    const { pages } = await walk(query, way, way === 'next' ? null : end, between)
    const seen = (way === 'next' ? pages : pages.toReversed().map((page) => page)).flat()
    const kept = seen.filter((name) => !['a', 'i'].includes(name))
    expect(kept).toEqual(way === 'next' ? ['b', 'd', 'f', 'h', 'j'] : expect.arrayContaining(['j', 'h']))
    expect(kept).toEqual([...new Set(kept)])
    for (const { id } of (await room.anyone.get('/v1/sources?country=XA&limit=100')).body.data)
      await room.editor.delete(`/v1/sources/${id}`).expect(204)
  })

  it('are in the order of people: without case, diacritics and signs', async () => {
    const sorted = ['Aach', 'ahre', 'Ähre 2', '„Ahrens“', 'Ångström', 'Øre', 'Ort', 'šíp', 'Sir', 'ßa', 'Zebra']
    for (const name of sorted.toReversed()) await make('authors', { name: `Sorted ${name}` })
    const found = await names('authors?q=sorted&sort=name')
    expect(found.map((name) => name.slice('Sorted '.length))).toEqual(sorted)
    expect(await names('authors?q=sorted&sort=-name')).toEqual(found.toReversed())
    expect((await walk('authors?q=sorted&sort=name&limit=2', 'next', null)).pages.flat()).toEqual(found)
  })

  it.each(['authors', 'sources', 'sections', 'tags'])(
    'of %s are found by how a name or a word in it begins',
    async (list) => {
      const least = list === 'sources' ? { kind: 'person' } : {}
      for (const name of ['Zoë van der Quartz', "O'Quartzite 100%", 'Vandal Quarry', '東京 Quasar'])
        await make(list, { name, ...least })
      const found = async (q: string) => (await names(`${list}?q=${encodeURIComponent(q)}&limit=100`)).sort()
      expect(await found('quart')).toEqual(["O'Quartzite 100%", 'Zoë van der Quartz'])
      expect(await found('zoe VAN')).toEqual(['Zoë van der Quartz'])
      expect(await found('van')).toEqual(['Vandal Quarry', 'Zoë van der Quartz'])
      expect(await found('van der')).toEqual(['Zoë van der Quartz'])
      expect(await found('o’quartz')).toEqual(["O'Quartzite 100%"])
      expect(await found('東京')).toEqual(['東京 Quasar'])
      for (const q of ['uartz', 'der van', '%', '_', '1_0', '\\', "' or 1=1", '!?']) expect(await found(q)).toEqual([])
      expect(await found('')).toEqual(await found(' \u200b'))
      const { body } = await room.anyone.get(`/v1/${list}?q=qua&count=true&limit=3`).expect(200)
      expect(body.page.total).toBe(4)
      expect(body.data).toHaveLength(3)
      await room.anyone.get(`/v1/${list}?q=${'x'.repeat(201)}`).expect(problem('validation'))
      const [renamed] = (await room.anyone.get(`/v1/${list}?q=vandal`)).body.data as Entry[]
      await change(`${list}/${renamed?.id}`, { name: 'Rebaptized' })
      expect(await found('vandal')).toEqual([])
      expect(await found('rebapt')).toEqual(['Rebaptized'])
    },
  )

  it('are sorted by how many articles there are', async () => {
    for (const name of ['Counted none', 'Counted two', 'Counted one']) await make('tags', { name })
    for (const tags of [['counted-two'], ['counted-two', 'counted-one']])
      await room.editor.post('/v1/articles?publish=true').send({ headline: 'Counted', tags }).expect(201)
    const sorted = ['Counted two', 'Counted one', 'Counted none']
    expect(await names('tags?q=counted&sort=-articleCount')).toEqual(sorted)
    expect(await names('tags?q=counted&sort=articleCount')).toEqual(sorted.toReversed())
    expect((await walk('tags?q=counted&sort=-articleCount&limit=1', 'next', null)).pages.flat()).toEqual(sorted)
  })

  it('have links to their neighbours that can be followed', async () => {
    const { headers } = await room.anyone.get('/v1/sources?country=SE&limit=1&count=true').expect(200)
    const next = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? ''
    const second = await room.anyone.get(next).expect(200)
    expect(second.body).toMatchObject({ data: [{ name: 'Delta' }], page: { limit: 1, total: 3 } })
    expect(second.headers.link).toMatch(/rel="next".*rel="prev"/)
  })
})

describe('a source', () => {
  it('belongs to another, which then stays', async () => {
    const { editor, admin } = room
    const office = await make('sources', { name: 'Ministry', kind: 'organization' })
    const clerk = await make('sources', { name: 'Clerk', kind: 'person', affiliation: 'ministry' })
    expect(clerk.affiliation).toEqual({ id: office.id, slug: 'ministry', name: 'Ministry' })
    await change('sources/ministry', { name: 'Ministry of Works', slug: 'works' })
    expect((await read('sources/clerk')).affiliation).toMatchObject({ slug: 'works', name: 'Ministry of Works' })
    for (const query of ['works', 'ministry', office.id, `nobody,${office.id}`])
      expect(await names(`sources?affiliation=${query}`)).toEqual(['Clerk'])
    expect((await editor.delete('/v1/sources/works').expect(problem('in-use'))).body.uses).toMatchObject({ sources: 1 })
    await editor
      .patch('/v1/sources/works')
      .send({ affiliation: 'works' })
      .expect(problem('validation', { pointer: '/affiliation' }))
    for (const affiliation of ['nobody', '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'])
      await editor
        .patch('/v1/sources/clerk')
        .send({ affiliation })
        .expect(problem('invalid-reference', { pointer: '/affiliation' }))
    expect(
      (await change('sources/clerk', clerk.affiliation ? { affiliation: clerk.affiliation } : {})).affiliation,
    ).toMatchObject({ id: office.id })

    await editor.delete('/v1/sources/clerk').expect(204)
    await editor.delete('/v1/sources/works').expect(204)
    await admin.delete(`/v1/sources/${office.id}?permanent=true`).expect(204)
    await admin.delete(`/v1/sources/${clerk.id}?permanent=true`).expect(204)
  })
})

describe('the tree of sections', () => {
  const section = (name: string, parent: string | null) => make('sections', { name, parent })
  const path = async (slug: string) => (await read(`sections/${slug}`)).path

  it('has paths and breadcrumbs, which follow a move and a new slug', async () => {
    const { anyone, editor } = room
    await section('World', null)
    const asia = await section('Asia', 'world')
    const japan = await section('Japan', asia.id)
    await section('Regions', null)
    expect(japan).toMatchObject({
      path: '/world/asia/japan',
      parent: { id: asia.id, slug: 'asia', name: 'Asia', path: '/world/asia' },
      breadcrumbs: [
        { name: 'Home', path: '/' },
        { name: 'World', path: '/world' },
        { name: 'Asia', path: '/world/asia' },
        { name: 'Japan', path: '/world/asia/japan' },
      ],
    })
    await section('Asian', 'world')
    const story = { headline: 'From Japan', section: 'japan' }
    const { body } = await editor.post('/v1/articles?publish=true').send(story).expect(201)
    const counts = () =>
      Promise.all(
        ['world', 'asia', 'japan', 'regions', 'asian'].map(async (s) => (await read(`sections/${s}`)).articleCount),
      )
    expect(await counts()).toEqual([1, 1, 1, 0, 0])

    await change('sections/asia', { parent: 'regions', slug: 'east' })
    expect(await path('japan')).toBe('/regions/east/japan')
    expect(await path('asian')).toBe('/world/asian')
    expect((await anyone.get('/v1/sections/asia').expect(308)).headers.location).toBe('/v1/sections/east')
    expect((await read('sections/world')).articleCount).toBe(0)
    expect((await read('sections/regions')).articleCount).toBe(1)
    expect(await names('sections?parent=regions')).toEqual(['Asia'])
    const { body: moved } = await anyone.get(`/v1/articles/${body.id}`).expect(200)
    expect(moved.section.path).toBe('/regions/east/japan')
    expect(moved.breadcrumbs.map(({ name }: Entry) => name)).toEqual(['Home', 'Regions', 'Asia', 'Japan', 'From Japan'])
    for (const [slug, found] of [
      ['world', 0],
      ['regions', 1],
      ['east', 1],
      ['asia', 1],
    ] as const)
      expect((await anyone.get(`/v1/articles?section=${slug}&count=true`)).body.page.total).toBe(found)

    await change('sections/east', { parent: null })
    expect(await path('japan')).toBe('/east/japan')
    expect((await read('sections/regions')).articleCount).toBe(0)
  })

  it('has no cycles', async () => {
    await section('One', null)
    await section('Two', 'one')
    await section('Three', 'two')
    for (const parent of ['one', 'two', 'three'])
      await room.editor
        .patch('/v1/sections/one')
        .send({ parent })
        .expect(problem('validation', { in: 'body', pointer: '/parent', code: 'circular' }))
    expect(await path('three')).toBe('/one/two/three')
    await room.editor
      .patch('/v1/sections/one')
      .send({ parent: 'nowhere' })
      .expect(problem('invalid-reference', { pointer: '/parent' }))
  })

  it('is ten levels deep at most, however it comes about', async () => {
    const slugs = Array.from({ length: 10 }, (_, level) => `level-${level + 1}-`.padEnd(120, 'x'))
    for (const [level, slug] of slugs.entries())
      await make('sections', { name: `Level ${level + 1}`, slug, parent: slugs[level - 1] ?? null })
    const tooDeep = problem('validation', { in: 'body', pointer: '/parent' })
    await room.editor.post('/v1/sections').send({ name: 'Level 11', parent: slugs[9] }).expect(tooDeep)
    await section('Upper', null)
    await section('Lower', 'upper')
    await room.editor.patch('/v1/sections/upper').send({ parent: slugs[8] }).expect(tooDeep)
    expect(await path('lower')).toBe('/upper/lower')
    expect((await change('sections/upper', { parent: slugs[7] })).path).toMatch(/upper$/)

    const { body } = await room.anyone.get('/v1/sections?limit=1&sort=-path').expect(200)
    for (let { next } = body.page; next; )
      next = (await room.anyone.get(`/v1/sections?limit=1&sort=-path&cursor=${next}`).expect(200)).body.page.next
  })

  it('is sorted by path, or by position among siblings', async () => {
    await section('Shelf', null)
    for (const [name, position] of [
      ['C', 1],
      ['A', 2],
      ['B', 3],
      ['D', 2],
    ] as const)
      await make('sections', { name, position, parent: 'shelf' })
    expect(await names('sections?parent=shelf')).toEqual(['A', 'B', 'C', 'D'])
    expect(await names('sections?parent=shelf&sort=position')).toEqual(['C', 'A', 'D', 'B'])
    const { body } = await room.anyone.get('/v1/sections?parent=shelf&sort=position&limit=2').expect(200)
    expect(await names(`sections?parent=shelf&sort=position&limit=2&cursor=${body.page.next}`)).toEqual(['D', 'B'])
    expect(await names('sections?parent=none')).toContain('Shelf')
    expect(await names('sections?parent=none')).not.toContain('A')
  })

  it('does not delete a section while others are below it', async () => {
    const { editor, admin } = room
    const above = await section('Above', null)
    const below = await section('Below', 'above')
    expect((await editor.delete('/v1/sections/above').expect(problem('in-use'))).body.uses).toMatchObject({
      sections: 1,
    })
    await editor.delete('/v1/sections/below').expect(204)
    await editor.delete('/v1/sections/above').expect(204)
    await admin.delete(`/v1/sections/${above.id}?permanent=true`).expect(204)
    await admin.delete(`/v1/sections/${below.id}?permanent=true`).expect(204)
  })
})
