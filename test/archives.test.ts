import { eq } from 'drizzle-orm'
import { newIndexKey } from '../src/editions/index-key.ts'
import { editions } from '../src/storage/schema.ts'
import { linesIn } from './harness/document.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom({ EDITORS_MAY_BACKDATE: 'true' })
})
afterAll(() => room.close())

const OLD = '2019-05-01T00:00:00.000Z'
const NOW = '2030-01-01T12:00:00.000Z'
const DAY = 24 * 60 * 60 * 1000

const made = async (article: object, query = '?publish=true') =>
  (await room.admin.post(`/v1/articles${query}`).send(article).expect(201)).body
const headlines = async (path: string) =>
  (await room.anyone.get(path).expect(200)).body.data.map(({ headline }: { headline: string }) => headline)

describe('a piece of the past', () => {
  it('stands where its date says: in lists, search, facets, feeds, sitemaps and asOf', async () => {
    const { anyone, admin } = room
    await admin.post('/v1/tags').send({ name: 'Ferry' }).expect(201)
    const tagged = { tags: ['ferry'], summary: 'A ferry.' }
    await made({ headline: 'Ferry today', ...tagged })
    const { id } = await made({ headline: 'Ferry of 2019', publishedAt: '2019-05-01T02:00:00+02:00', ...tagged })
    await made({ headline: 'Ferry of 2024', publishedAt: '2024-02-29T10:00:00Z', ...tagged })
    await made({ headline: 'Ferry of 1875', publishedAt: '1875-03-04T05:06:07.890Z', ...tagged })
    const order = ['Ferry today', 'Ferry of 2024', 'Ferry of 2019', 'Ferry of 1875']
    const { body: article } = await anyone.get(`/v1/articles/${id}`).expect(200)
    expect(article).toMatchObject({ publishedAt: OLD, updatedAt: OLD, version: 1 })
    for (const query of ['', '?tag=ferry', '?tag=ferry&language=en', '?q=ferry'])
      expect(await headlines(`/v1/articles${query}`)).toEqual(order)
    expect(await headlines('/v1/articles?q=ferry&sort=publishedAt')).toEqual([...order].reverse())
    expect(await headlines('/v1/articles?q=ferry&publishedAt[lt]=2020-01-01T00:00:00Z')).toEqual(order.slice(2))
    expect(await headlines('/v1/articles?tag=ferry&publishedAt[lte]=1900-01-01T00:00:00Z')).toEqual(order.slice(3))
    expect(await headlines('/v1/articles?sort=-updatedAt')).toEqual(order)
    const { body: found } = await anyone.get('/v1/search?q=ferry&facets=year').expect(200)
    expect(found.facets.year).toEqual([2030, 2024, 2019, 1875].map((year) => ({ year, count: 1 })))
    const { text: rss } = await anyone.get('/feeds/rss.xml').expect(200)
    expect([...rss.matchAll(/<title>(Ferry [^<]*)</g)].map(([, title]) => title)).toEqual(order)
    const { text: index } = await anyone.get('/sitemap.xml').expect(200)
    for (const month of ['1875-03', '2019-05', '2024-02', '2030-01']) expect(index).toContain(month)
    expect((await anyone.get('/news-sitemap.xml').expect(200)).text).not.toContain('2019')
    const then = await anyone.get(`/v1/articles/${id}?asOf=2019-05-02T00:00:00Z`).expect(200)
    expect(then.body).toMatchObject({ headline: 'Ferry of 2019', publishedAt: OLD })
    await anyone.get(`/v1/articles/${id}?asOf=2019-04-30T00:00:00Z`).expect(404)
  })

  it('is in the log of changes with the present time, and is changed as any other', async () => {
    const { admin, anyone, clock } = room
    const { id } = await made({ headline: 'Told today', publishedAt: OLD, updatedAt: '2020-01-01T00:00:00Z' })
    expect((await anyone.get(`/v1/articles/${id}`)).body).toMatchObject({ updatedAt: '2020-01-01T00:00:00.000Z' })
    clock.tick(DAY)
    await admin.patch(`/v1/articles/${id}?publish=true`).send({ kicker: 'New' }).expect(200)
    const { body } = await anyone.get(`/v1/articles/${id}`).expect(200)
    expect(body).toMatchObject({ publishedAt: OLD, updatedAt: clock.time.toISOString(), kicker: 'New' })
    const { body: then } = await anyone.get(`/v1/articles/${id}?asOf=2019-06-01T00:00:00Z`).expect(200)
    expect(then).toMatchObject({ kicker: null, version: 1 })
    const changes = (await admin.get('/v1/changes?limit=1000').expect(200)).body.data
    const ofIt = changes.filter(({ article }: { article?: { id: string } }) => article?.id === id)
    expect(ofIt.map(({ type, at }: { type: string; at: string }) => [type, at])).toEqual([
      ['article.published', NOW],
      ['article.updated', clock.time.toISOString()],
    ])
    await admin.post(`/v1/articles/${id}/unpublish`).expect(200)
    expect((await admin.post(`/v1/articles/${id}/publish`).expect(200)).body.publishedAt).toBe(OLD)
  })

  it('keeps its date from the draft through review, a schedule and a dry run', async () => {
    const { admin, contributor, editor } = room
    const { id } = await made({ headline: 'From the attic' }, '')
    const dated = await editor.patch(`/v1/articles/${id}`).send({ publishedAt: OLD }).expect(200)
    expect(dated.body).toMatchObject({ publishedAt: OLD, updatedAt: null, status: 'draft', version: 2 })
    await editor.patch(`/v1/articles/${id}`).send({ publishedAt: OLD }).expect(200)
    expect((await editor.post(`/v1/articles/${id}/submit`).expect(200)).body.allowed).toBeUndefined()
    await editor.post(`/v1/articles/${id}/retract`).send({ reason: 'x' }).expect(409)
    const { body: rehearsed } = await admin.post(`/v1/articles/${id}/publish?dryRun=true`).expect(200)
    expect(rehearsed.changes).toMatchObject({ fields: ['/'], publishedAt: OLD })
    await editor.delete(`/v1/articles/${id}`).expect(204)
    expect((await editor.post(`/v1/articles/${id}/restore`).expect(200)).body.status).toBe('draft')
    const cleared = await editor.patch(`/v1/articles/${id}`).send({ publishedAt: null }).expect(200)
    expect(cleared.body.publishedAt).toBeNull()
    await editor.patch(`/v1/articles/${id}`).send({ publishedAt: OLD }).expect(200)
    expect((await editor.post(`/v1/articles/${id}/publish`).expect(200)).body.publishedAt).toBe(OLD)
    const own = (await contributor.post('/v1/articles').send({ headline: 'My own' }).expect(201)).body
    await contributor.patch(`/v1/articles/${own.id}`).send({ publishedAt: null, kicker: 'x' }).expect(200)
  })

  it('can be corrected when it is live', async () => {
    const { admin, anyone, clock } = room
    const { id, slug } = await made({ headline: 'A wrong date', publishedAt: '2021-01-01T00:00:00Z', tags: ['ferry'] })
    await admin.patch(`/v1/articles/${id}`).send({ publishedAt: OLD }).expect(200)
    expect((await anyone.get(`/v1/articles/${slug}`)).body.publishedAt).toBe('2021-01-01T00:00:00.000Z')
    const { body: rehearsed } = await admin.post(`/v1/articles/${id}/publish?dryRun=true`).expect(200)
    expect(rehearsed.changes).toMatchObject({ fields: ['/publishedAt'], publishedAt: OLD })
    clock.tick()
    await admin.post(`/v1/articles/${id}/publish`).expect(200)
    expect((await anyone.get(`/v1/articles/${slug}`)).body.publishedAt).toBe(OLD)
    expect(await headlines('/v1/articles?q=wrong+date&publishedAt[lte]=2019-12-31T00:00:00Z')).toEqual(['A wrong date'])
    const list = await headlines('/v1/articles?tag=ferry')
    expect(list.indexOf('A wrong date')).toBeGreaterThan(list.indexOf('Ferry of 2024'))
    await anyone.get(`/v1/articles/${id}?asOf=2019-06-01T00:00:00Z`).expect(200)
    const patch = { publishedAt: '2020-02-02T00:00:00Z', updatedAt: '2020-02-03T00:00:00Z' }
    await admin.patch(`/v1/articles/${id}?publish=true`).send(patch).expect(200)
    const { body } = await anyone.get(`/v1/articles/${slug}`).expect(200)
    expect(body).toMatchObject({ publishedAt: '2020-02-02T00:00:00.000Z', updatedAt: '2020-02-03T00:00:00.000Z' })
    await anyone.get(`/v1/articles/${id}?asOf=2019-06-01T00:00:00Z`).expect(404)
  })

  it('is refused a date that cannot be, and one from a caller who may not set it', async () => {
    const { admin, contributor, clock } = room
    const { id } = await made({ headline: 'Live as it is' })
    const future = new Date(clock.time.getTime() + 1).toISOString()
    const wrong = async (body: object, path = '/v1/articles', method: 'post' | 'patch' = 'post') => {
      const reply = await admin[method](path)
        .send({ headline: 'Wrong', ...body })
        .expect(400)
      return reply.body.errors.map(({ pointer }: { pointer: string }) => pointer)
    }
    expect(await wrong({ publishedAt: future })).toEqual(['/publishedAt'])
    expect(await wrong({ publishedAt: '1699-12-31T00:00:00Z' })).toEqual(['/publishedAt'])
    expect(await wrong({ publishedAt: '2019-05-01' })).toEqual(['/publishedAt'])
    expect(await wrong({ publishedAt: OLD, updatedAt: '2019-04-30T00:00:00Z' })).toEqual(['/updatedAt'])
    expect(await wrong({ publishedAt: OLD, updatedAt: future })).toEqual(['/updatedAt'])
    expect(await wrong({ updatedAt: OLD })).toEqual(['/updatedAt'])
    expect(await wrong({ updatedAt: OLD }, `/v1/articles/${id}?publish=true`, 'patch')).toEqual(['/updatedAt'])
    expect(await wrong({ updatedAt: OLD }, `/v1/articles/${id}`, 'patch')).toEqual(['/updatedAt'])
    expect(await wrong({ publishedAt: null }, `/v1/articles/${id}`, 'patch')).toEqual(['/publishedAt'])
    await contributor.post('/v1/articles').send({ headline: 'x', publishedAt: OLD }).expect(403)
    const own = (await contributor.post('/v1/articles').send({ headline: 'My own too' }).expect(201)).body
    await contributor.patch(`/v1/articles/${own.id}`).send({ publishedAt: OLD }).expect(403)
  })

  it('is for admins alone, unless editors may do it, too', async () => {
    const { admin, editor, close } = await newsroom()
    await editor.post('/v1/articles?publish=true').send({ headline: 'x', publishedAt: OLD }).expect(403)
    const line = JSON.stringify({ op: 'create', body: { headline: 'x', publishedAt: OLD }, publish: true })
    const bulk = (client: typeof admin) => client.post('/v1/bulk').type('application/x-ndjson').buffer(true).send(line)
    expect(linesIn(await bulk(editor).expect(200))).toMatchObject([{ status: 403 }])
    expect(linesIn(await bulk(admin).expect(200))).toMatchObject([{ status: 201, publishedAt: OLD }])
    await close()
  })

  it('comes with many others of the same time', async () => {
    const { admin, anyone, storage } = room
    const time = '2018-08-08T00:00:00.000Z'
    const { id } = await made({ headline: 'The last of a thousand', publishedAt: time })
    const searchKey = Date.parse(time) * 1024 + 1023
    await storage.transaction((tx) => tx.update(editions).set({ searchKey }).where(eq(editions.article, id)))
    const line = (number: number) =>
      JSON.stringify({ op: 'create', body: { headline: `Import ${number}`, publishedAt: time }, publish: true })
    const body = [1, 2, 3].map(line).join('\n')
    const rehearsed = await admin.post('/v1/bulk?dryRun=true').type('application/x-ndjson').buffer(true).send(body)
    const answered = await admin.post('/v1/bulk').type('application/x-ndjson').buffer(true).send(body).expect(200)
    for (const reply of [rehearsed, answered])
      expect(linesIn(reply).map((one) => (one as { publishedAt: string }).publishedAt)).toEqual([
        '2018-08-08T00:00:00.001Z',
        '2018-08-08T00:00:00.001Z',
        '2018-08-08T00:00:00.001Z',
      ])
    const range = 'publishedAt[gt]=2018-08-08T00:00:00Z&publishedAt[lte]=2018-08-08T00:00:00.001Z'
    for (const more of ['', '&q=import', '&language=en&q=import'])
      expect(await headlines(`/v1/articles?${range}${more}`)).toEqual(['Import 3', 'Import 2', 'Import 1'])
    const { body: first } = await anyone.get(`/v1/articles/${id}`).expect(200)
    expect(first.publishedAt).toBe(time)
  })
})

describe('a number in the index', () => {
  it('is the first behind many full milliseconds', async () => {
    const { storage } = room
    const from = Date.parse('2017-07-07T00:00:00.000Z')
    const undo = new Error('rolled back')
    const trial = storage.transaction(async (tx) => {
      const rows = await tx.select({ article: editions.article }).from(editions).limit(8)
      // The last number of each millisecond stands for a full one.
      for (const [full, { article }] of rows.entries()) {
        const searchKey = (from + full) * 1024 + 1023
        await tx.update(editions).set({ searchKey }).where(eq(editions.article, article))
      }
      expect(await newIndexKey(tx, new Date(from).toISOString())).toBe((from + 8) * 1024)
      throw undo
    })
    await expect(trial).rejects.toBe(undo)
  })
})
