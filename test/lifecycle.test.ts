import { publishDue } from '../src/articles/scheduler.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

const draft = async (article: object, client = room.editor) =>
  (await client.post('/v1/articles').send(article).expect(201)).body as { id: string; slug: string }
/** The time so many seconds from now. */
const later = (seconds: number) => new Date(room.clock.time.getTime() + seconds * 1000).toISOString()

describe('the workflow', () => {
  it('goes from a contributor to review, back, and to an editor who publishes', async () => {
    const { contributor, editor, anyone } = room
    const { id, slug } = await draft({ headline: 'From the field' }, contributor)
    const submitted = await contributor.post(`/v1/articles/${id}/submit`).send({ note: 'Please read.' }).expect(200)
    expect(submitted.body.status).toBe('in-review')
    const again = await contributor.post(`/v1/articles/${id}/submit`).expect(409)
    expect(again.body).toMatchObject({ state: 'in-review', allowed: ['return', 'schedule', 'publish'] })
    await contributor.post(`/v1/articles/${id}/return`).expect(403)
    expect((await editor.post(`/v1/articles/${id}/return`).expect(200)).body.status).toBe('draft')
    await contributor.post(`/v1/articles/${id}/submit`).expect(200)
    await contributor.post(`/v1/articles/${id}/publish`).expect(403)
    await editor.post(`/v1/articles/${id}/retract`).send({ reason: 'x' }).expect(409)
    expect((await editor.post(`/v1/articles/${id}/publish`).expect(200)).body.status).toBe('published')
    await anyone.get(`/v1/articles/${slug}`).expect(200)
  })
})

describe('scheduling', () => {
  it('publishes what is due: in order, once, at its time and not before', async () => {
    const { editor, anyone, clock, storage } = room
    const deps = { storage, clock }
    const second = await draft({ headline: 'Second out' })
    const first = await draft({ headline: 'First out' })
    const held = await draft({ headline: 'Called off' })
    const { body } = await editor
      .post(`/v1/articles/${second.id}/publish`)
      .send({ at: later(60) })
      .expect(200)
    expect(body).toMatchObject({ status: 'scheduled', publishAt: later(60), publishedAt: null })
    await editor
      .post(`/v1/articles/${first.id}/publish`)
      .send({ embargoUntil: later(30) })
      .expect(200)
    await editor
      .post(`/v1/articles/${held.id}/publish`)
      .send({ at: later(45) })
      .expect(200)
    const { headers } = await anyone.get('/v1/articles').expect(200)
    expect(headers['cache-control']).toBe('public, max-age=10, stale-while-revalidate=20')
    const due = later(30)
    clock.tick(29_999)
    expect((await anyone.get('/v1/articles')).headers['cache-control']).toBe(
      'public, max-age=0, stale-while-revalidate=0',
    )
    expect(await publishDue(deps)).toBe(0)
    await anyone.get(`/v1/articles/${first.id}`).expect(404)
    await editor.patch(`/v1/articles/${second.id}`).send({ summary: 'As it is now.' }).expect(200)
    expect((await editor.post(`/v1/articles/${held.id}/unpublish`).expect(200)).body.status).toBe('draft')
    clock.tick(100_000)
    const done = await Promise.all([publishDue(deps), publishDue(deps)])
    expect(done.reduce((a, b) => a + b)).toBe(2)
    const { body: list } = await anyone.get('/v1/articles?limit=2').expect(200)
    expect(list.data.map(({ slug }: { slug: string }) => slug)).toEqual(['second-out', 'first-out'])
    const { body: live } = await anyone.get('/v1/articles/first-out').expect(200)
    expect(live.publishedAt).toBe(due)
    expect((await anyone.get('/v1/articles/second-out').expect(200)).body.summary).toBe('As it is now.')
    await anyone.get(`/v1/articles/${held.id}`).expect(404)
  })

  it('refuses times that cannot be', async () => {
    const { editor } = room
    const { id } = await draft({ headline: 'Never' })
    const refused = async (body: object) =>
      (await editor.post(`/v1/articles/${id}/publish`).send(body).expect(400)).body.errors
    expect(await refused({ at: later(-1) })).toMatchObject([{ pointer: '/at', message: 'must be in the future' }])
    expect(await refused({ at: later(10), embargoUntil: later(20) })).toMatchObject([{ pointer: '/embargoUntil' }])
    expect(await refused({ at: 'tomorrow' })).toMatchObject([{ pointer: '/at' }])
    const { body } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    expect(body).toMatchObject({ status: 'draft', publishAt: null })
  })
})

describe('corrections and retractions', () => {
  it('show at once, stay, and take the place of what is taken back', async () => {
    const { editor, anyone, clock } = room
    const { id, slug } = await draft({ headline: 'The wrong year' })
    const { id: other } = await draft({ headline: 'Elsewhere', relatedLinks: [{ article: slug }] })
    await editor.post(`/v1/articles/${id}/corrections`).send({ kind: 'correction', text: 'x' }).expect(409)
    await editor.post(`/v1/articles/${id}/publish`).expect(200)
    await editor.post(`/v1/articles/${other}/publish`).expect(200)
    const before = await anyone.get(`/v1/articles/${slug}`).expect(200)
    clock.tick()
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ summary: '1987' }).expect(200)
    await editor
      .post(`/v1/articles/${id}/corrections`)
      .send({ kind: 'correction', text: 'The year was 1987.' })
      .expect(201)
    const after = await anyone.get(`/v1/articles/${slug}`).set('if-none-match', String(before.headers.etag)).expect(200)
    expect(after.body.corrections).toMatchObject([{ kind: 'correction', text: 'The year was 1987.' }])
    clock.tick()
    await editor.post(`/v1/articles/${id}/corrections`).send({ kind: 'update', text: 'And more.' }).expect(201)
    const { body: all } = await anyone.get('/v1/corrections').expect(200)
    expect(all.data).toMatchObject([
      { text: 'And more.', article: { id }, toVersion: 2 },
      { text: 'The year was 1987.', fromVersion: 1, toVersion: 2 },
    ])

    const { body: instead } = await editor.post('/v1/articles?publish=true').send({ headline: 'The right year' })
    await editor.post(`/v1/articles/${id}/retract`).send({}).expect(400)
    const dangling = await editor.post(`/v1/articles/${id}/retract`).send({ reason: 'x', replacement: 'nope' })
    expect([dangling.status, dangling.body.errors[0].pointer]).toEqual([422, '/replacement'])
    await editor
      .post(`/v1/articles/${id}/retract`)
      .send({ reason: 'Nothing of it was so.', replacement: instead.id })
      .expect(200)
    for (const reference of [id, slug]) {
      const gone = await anyone.get(`/v1/articles/${reference}`).expect(410)
      expect(gone.body).toMatchObject({
        type: '/problems/retracted',
        detail: 'Nothing of it was so.',
        retraction: { id, slug, replacement: { slug: 'the-right-year' } },
      })
    }
    const { text: list } = await anyone.get('/v1/articles?limit=100').expect(200)
    expect(list).not.toContain(id)
    expect((await anyone.get(`/v1/articles/${other}`).expect(200)).body.relatedLinks).toEqual([])
    const { body: corrections } = await anyone.get(`/v1/articles/${id}/corrections`).expect(200)
    expect(corrections.data[0]).toMatchObject({ kind: 'retraction', text: 'Nothing of it was so.' })
    const { body: refused } = await editor.post(`/v1/articles/${id}/publish`).expect(409)
    expect(refused).toMatchObject({ state: 'retracted', allowed: [] })
  })
})
