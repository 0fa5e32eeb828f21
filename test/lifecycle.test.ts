import { eq } from 'drizzle-orm'
import { serviceContext } from '../src/access/write-context.ts'
import { publishDue } from '../src/articles/lifecycle/scheduler.ts'
import { readRevision } from '../src/articles/revisions/store.ts'
import { createArticle, saveArticle } from '../src/articles/store.ts'
import { sweepIdempotencyKeys } from '../src/idempotency/idempotency.ts'
import { createJob } from '../src/jobs/store.ts'
import { articles, idempotencyKeys, revisions } from '../src/storage/schema.ts'
import { deleteExpiredTrash, type PurgeCursors } from '../src/trash/store.ts'
import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

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
    const { id } = await draft({ headline: 'From the field' }, contributor)
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
    await anyone.get('/v1/articles/from-the-field').expect(200)
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
    const { body: scheduled } = await editor.get('/v1/articles?version=draft&status=scheduled').expect(200)
    const listed = scheduled.data.find(({ id }: { id: string }) => id === first.id)
    expect(listed).toMatchObject({ publishAt: later(30), embargoUntil: later(30) })
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

  it('publishes once, and not early, when the clock jumps', async () => {
    const { editor, anyone, clock, storage } = room
    const deps = { storage, clock }
    const HOUR = 3_600_000
    const start = clock.time
    const { id } = await draft({ headline: 'Through time' })
    const due = later(3_600)
    await editor.post(`/v1/articles/${id}/publish`).send({ at: due }).expect(200)
    clock.tick(-48 * HOUR)
    expect(await publishDue(deps)).toBe(0)
    await anyone.get(`/v1/articles/${id}`).expect(404)
    clock.tick(60 * 24 * HOUR)
    expect(await publishDue(deps)).toBe(1)
    clock.tick(-59 * 24 * HOUR)
    expect(await publishDue(deps)).toBe(0)
    clock.tick(60 * 24 * HOUR)
    expect(await publishDue(deps)).toBe(0)
    const { body } = await anyone.get(`/v1/articles/${id}`).expect(200)
    expect(body).toMatchObject({ publishedAt: due, version: 1 })
    const { body: audit } = await room.admin.get(`/v1/audit-log?target=${id}&action=article.publish`).expect(200)
    expect(audit.data).toHaveLength(1)
    clock.time = start
  })

  it('publishes what is due although an article before it cannot be published', async () => {
    const { editor, anyone, clock, storage } = room
    const schedule = async (headline: string, seconds: number) => {
      const { id } = await draft({ headline })
      await editor
        .post(`/v1/articles/${id}/publish`)
        .send({ at: later(seconds) })
        .expect(200)
      return id
    }
    const [damaged, sound] = [await schedule('Damaged', 10), await schedule('Sound', 20)]
    const set = (columns: object) =>
      storage.transaction(async (tx) => void (await tx.update(articles).set(columns).where(eq(articles.id, damaged))))
    const [row] = await storage.reader
      .select({ content: articles.content })
      .from(articles)
      .where(eq(articles.id, damaged))
    await set({ content: {} })
    clock.tick(30_000)
    await expect(publishDue({ storage, clock })).rejects.toThrow()
    await anyone.get(`/v1/articles/${sound}`).expect(200)
    await set({ ...row, publishAt: null })
  })

  it('refuses impossible times', async () => {
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

describe('an embargo', () => {
  it('stays when the article is scheduled for another time, and whichever way it is published, until it is ended', async () => {
    const { editor, anyone, admin } = room
    const { id } = await draft({ headline: 'Budget' })
    const publish = (body: object) => editor.post(`/v1/articles/${id}/publish`).send(body)
    await publish({ at: later(60), embargoUntil: later(50) }).expect(200)
    const { body: refused } = await publish({ at: later(3) }).expect(400)
    expect(refused.errors).toMatchObject([{ pointer: '/at' }])
    expect((await publish({ at: later(55) }).expect(200)).body).toMatchObject({
      publishAt: later(55),
      embargoUntil: later(50),
    })
    await publish({}).expect(problem('conflict'))
    await editor.post(`/v1/articles/${id}/publish?dryRun=true`).expect(problem('conflict'))
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ kicker: 'Now' }).expect(problem('conflict'))
    const line = JSON.stringify({ op: 'update', id, body: { kicker: 'Now' }, publish: true })
    const bulk = await admin.post('/v1/bulk').set('content-type', 'application/x-ndjson').send(line).expect(200)
    expect(bulk.text).toContain('under embargo')
    await anyone.get(`/v1/articles/${id}`).expect(404)
    expect((await publish({ at: later(70), embargoUntil: null }).expect(200)).body.embargoUntil).toBeNull()
    await publish({ embargoUntil: later(80) }).expect(200)
    expect((await publish({ embargoUntil: null }).expect(200)).body).toMatchObject({ status: 'published' })
    await anyone.get(`/v1/articles/${id}`).expect(200)
  })
})

describe('corrections and retractions', () => {
  it('are public at once and stay; a notice replaces a retracted article', async () => {
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
    const { body: corrections } = await anyone.get('/v1/corrections').expect(200)
    expect(corrections.data[0]).toMatchObject({ kind: 'retraction', text: 'Nothing of it was so.', article: { id } })
    const { body: refused } = await editor.post(`/v1/articles/${id}/publish`).expect(409)
    expect(refused).toMatchObject({ state: 'retracted', allowed: [] })
  })
})

describe('revisions', () => {
  it('are every save: listed, read, compared and restored', async () => {
    const { editor, contributor, anyone, clock } = room
    await editor.post('/v1/sections').send({ name: 'Short lived' }).expect(201)
    const { id } = await draft({
      headline: 'Tide tables',
      section: 'short-lived',
      body: ['One.', 'The tide is high tonight.', 'Three.'].map((text) => ({ type: 'paragraph', text })),
    })
    await editor.post(`/v1/articles/${id}/publish`).send({ note: 'For the morning.' }).expect(200)
    clock.tick()
    const body = [
      { type: 'paragraph', text: 'One.' },
      { type: 'paragraph', text: 'The tide is low tonight.' },
      { type: 'heading', level: 2, text: 'More' },
    ]
    await editor
      .patch(`/v1/articles/${id}`)
      .send({ body, section: null, seo: { title: 'Tides' } })
      .expect(200)
    const path = `/v1/articles/${id}/revisions`
    const { body: list } = await editor.get(path).expect(200)
    expect(list.data).toMatchObject([
      { number: 2, published: false, actor: { name: 'A editor' } },
      { number: 1, published: true, note: 'For the morning.' },
    ])
    const { body: first } = await editor.get(`${path}/1`).expect(200)
    expect(first.article).toMatchObject({ section: { slug: 'short-lived' }, version: 1 })
    const { body: diff } = await editor.get(`${path}/2/diff?against=1`).expect(200)
    expect(diff.changes.map((change: { path: string }) => change.path)).toEqual(['/section', '/seo/title'])
    expect(diff.body).toMatchObject([
      { op: 'keep' },
      {
        op: 'change',
        words: [{ op: 'keep' }, { op: 'remove', text: 'high' }, { op: 'add', text: 'low' }, { op: 'keep' }],
      },
      { op: 'remove', block: { text: 'Three.' } },
      { op: 'add', block: { type: 'heading' } },
    ])
    await editor.get(`${path}/2/diff?against=9`).expect(404)
    await editor.get(`${path}/nine`).expect(400)
    await contributor.get(path).expect(404)
    await anyone.get(path).expect(401)

    const { body: restored } = await editor.post(`${path}/1/restore`).expect(200)
    expect(restored).toMatchObject({ version: 3, section: { slug: 'short-lived' }, hasUnpublishedChanges: true })
    await editor.patch(`/v1/articles/${id}?publish=true`).send({ section: null }).expect(200)
    await editor.delete('/v1/sections/short-lived').expect(204)
    const { body: dangling } = await editor.post(`${path}/1/restore`).expect(200)
    expect(dangling).toMatchObject({ section: null, warnings: [{ code: 'reference-dropped' }] })
  })

  /** An article that refers to one of everything, and has none of it in its second revision. */
  async function referring() {
    const { editor } = room
    const make = async (plural: string, more: object = {}) =>
      (
        await editor
          .post(`/v1/${plural}`)
          .send({ name: 'Of then', ...more })
          .expect(201)
      ).body as { id: string }
    const kind = { kind: 'outlet' }
    const [author, source, section, tag] = [
      await make('authors'),
      await make('sources', kind),
      await make('sections'),
      await make('tags'),
    ]
    const [image, linked] = [await storePhoto(room), await draft({ headline: 'Linked then' })]
    const paragraph = { type: 'paragraph', text: 'It stays.' }
    const { id } = await draft({
      headline: 'Refers to all',
      authors: [author.id],
      section: section.id,
      tags: [tag.id],
      image: { media: image.id },
      citations: [{ source: source.id, relation: 'quoted' }],
      relatedLinks: [{ article: linked.id }, { url: 'https://example.org/tides', title: 'Tides' }],
      body: [
        paragraph,
        { type: 'quote', text: 'We checked.', source: source.id },
        { type: 'image', media: image.id, caption: 'Five words that leave it' },
        { type: 'gallery', images: [{ media: image.id }, { url: 'https://example.org/a.jpg', alt: 'Elsewhere' }] },
      ],
    })
    const nothing = { authors: [], section: null, tags: [], image: null, citations: [], relatedLinks: [], body: [] }
    await editor.patch(`/v1/articles/${id}`).send(nothing).expect(200)
    return { id, author, source, section, tag, image, linked, make }
  }

  it('are restored with what they refer to, though it was merged into another since', async () => {
    const { editor } = room
    const { id, author, source, section, tag, image, make } = await referring()
    const photo = await storePhoto(room)
    const [byline, outlet, desk, topic] = [
      await make('authors'),
      await make('sources', { kind: 'outlet' }),
      await make('sections'),
      await make('tags'),
    ]
    const last = await make('tags')
    const merge = (from: string, to: { id: string }, more = '') =>
      editor.delete(`/v1/${from}?reassignTo=${to.id}${more}`).expect(204)
    await merge(`authors/${author.id}`, byline)
    await merge(`sources/${source.id}`, outlet)
    await merge(`sections/${section.id}`, desk)
    await merge(`tags/${tag.id}`, topic)
    await merge(`tags/${topic.id}`, last)
    await room.admin.delete(`/v1/tags/${topic.id}?permanent=true`).expect(204)
    await merge(`media/${image.id}`, photo)
    const { body } = await editor.post(`/v1/articles/${id}/revisions/1/restore`).expect(200)
    expect(body).toMatchObject({
      authors: [{ id: byline.id }],
      section: { id: desk.id },
      tags: [{ id: last.id }],
      citations: [{ source: { id: outlet.id } }],
      relatedLinks: [{ title: 'Linked then' }, { title: 'Tides' }],
      body: [{}, { source: { id: outlet.id } }, { media: photo.id }, { images: [{ media: photo.id }, {}] }],
    })
    expect(body.warnings).toBeUndefined()
  })

  it('are restored without what was deleted since, and the warnings say so', async () => {
    const { editor, admin } = room
    const { id, author, source, section, tag, image, linked } = await referring()
    await editor.delete(`/v1/authors/${author.id}`).expect(204)
    await admin.delete(`/v1/sources/${source.id}?permanent=true`).expect(204)
    await editor.delete(`/v1/sections/${section.id}`).expect(204)
    await editor.delete(`/v1/tags/${tag.id}`).expect(204)
    await editor.delete(`/v1/media/${image.id}`).expect(204)
    await admin.delete(`/v1/articles/${linked.id}?permanent=true`).expect(204)
    const { body } = await editor.post(`/v1/articles/${id}/revisions/1/restore`).expect(200)
    expect(body).toMatchObject({ authors: [], section: null, tags: [], image: null, citations: [], wordCount: 4 })
    expect(body.relatedLinks).toMatchObject([{ title: 'Tides' }])
    expect(body.body).toMatchObject([
      { type: 'paragraph' },
      { type: 'quote', source: null },
      { type: 'gallery', images: [{ url: 'https://example.org/a.jpg' }] },
    ])
    const dropped = Object.entries({ author, source, section, tag, media: image, article: linked })
    expect(body.warnings.map(({ message }: { message: string }) => message).sort()).toEqual(
      dropped.map(([kind, { id: of }]) => `the ${kind} ${of} was deleted, and is left out`).sort(),
    )
    const { body: again } = await editor.get(`/v1/articles/${id}?version=draft`).expect(200)
    expect(again.version).toBe(3)
  })

  it('take little room: 250 saves of a 5 kB article stay under 500 kB', async () => {
    const { storage } = room
    const text = Array.from({ length: 800 }, (_, n) => `w${(n * 7919) % 4093}`).join(' ')
    const caller = {
      id: 'editor',
      name: 'Editor',
      role: 'editor',
      expiresAt: null,
      rateLimit: null,
      grant: null,
    } as const
    const act = { caller, now: room.clock.time.toISOString(), requestId: null }
    const id = await storage.transaction(async (tx) => {
      const body = [{ type: 'paragraph' as const, text }]
      let row = await createArticle(tx, { input: { headline: 'Often saved' }, body }, act)
      for (let n = 1; n < 250; n += 1)
        row = await saveArticle(
          tx,
          row,
          { input: { headline: `Save ${n}` }, body: [{ type: 'paragraph', text: `${n} ${text}` }] },
          act,
        )
      return row.id
    })
    const rows = await storage.reader
      .select({ content: revisions.content })
      .from(revisions)
      .where(eq(revisions.article, id))
    expect(rows).toHaveLength(250)
    expect(rows.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(500_000)
    for (const number of [1, 2, 64, 65, 66, 249, 250]) {
      const { content } = await readRevision(storage.reader, id, number)
      expect(content.headline).toBe(number === 1 ? 'Often saved' : `Save ${number - 1}`)
    }
  })
})

describe('an Idempotency-Key', () => {
  it('runs a request once: replays the first reply, refuses another request, and expires after a day', async () => {
    const { editor, admin, clock, storage } = room
    const send = (key: string, body: object) => editor.post('/v1/articles').set('idempotency-key', key).send(body)
    const first = await send('k-1', { headline: 'Only once' }).expect(201)
    const again = await send('k-1', { headline: 'Only once' }).expect(201)
    expect(again.text).toBe(first.text)
    for (const name of ['etag', 'location']) expect(again.headers[name]).toBe(first.headers[name])
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true'])
    const other = await send('k-1', { headline: 'Something else' }).expect(422)
    expect(other.body.type).toBe('/problems/idempotency-mismatch')
    expect((await admin.post('/v1/articles').set('idempotency-key', 'k-1').send({ headline: 'x' })).status).toBe(201)
    const { client: colleague } = await room.newKey('editor')
    await colleague.post('/v1/articles').set('idempotency-key', 'k-1').send({ headline: 'Of a colleague' }).expect(201)
    await send('a space', { headline: 'x' }).expect(400)

    const refused = await send('k-2', { headline: 'Bad', section: 'nowhere' }).expect(422)
    expect(refused.body.type).toBe('/problems/invalid-reference')
    await send('k-2', { headline: 'Good' }).expect(201)

    const both = await Promise.all([1, 2, 3].map(() => send('k-3', { headline: 'At once' })))
    const statuses = both.map(({ status }) => status)
    expect(statuses).toContain(201)
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true)
    const { body: list } = await editor.get('/v1/articles?version=draft&limit=100').expect(200)
    const headlines = list.data.map(({ headline }: { headline: string }) => headline)
    expect(headlines.filter((one: string) => one === 'At once' || one === 'Only once')).toHaveLength(2)

    const key = await admin.post('/v1/api-keys').set('idempotency-key', 'k').send({ name: 'K', role: 'reader' })
    const replayed = await admin.post('/v1/api-keys').set('idempotency-key', 'k').send({ name: 'K', role: 'reader' })
    expect(replayed.body.secret).toBe(key.body.secret)
    const kept = await storage.reader.select().from(idempotencyKeys)
    expect(kept.map(({ reply }) => Buffer.from(reply).toString('latin1')).join()).not.toContain('dl_')

    clock.tick(24 * 60 * 60 * 1000 + 1)
    await sweepIdempotencyKeys(room)
    expect(await storage.reader.select().from(idempotencyKeys)).toHaveLength(0)
    expect((await send('k-1', { headline: 'Only once' }).expect(201)).body.id).not.toBe(first.body.id)
  })
})

describe('a preview', () => {
  it('shows one draft, as it would go live, until it expires or is revoked', async () => {
    const { editor, contributor, anyone, clock } = room
    const { id } = await draft({ headline: 'Not yet', summary: 'Secret so far.' })
    await contributor.post(`/v1/articles/${id}/preview`).expect(404)
    const { body: preview } = await editor.post(`/v1/articles/${id}/preview`).send({ expiresIn: 120 }).expect(201)
    const shown = await anyone.get(preview.url).expect(200)
    expect(shown.body).toMatchObject({ headline: 'Not yet', summary: 'Secret so far.' })
    expect(shown.body).not.toHaveProperty('createdBy')
    expect(shown.headers).toMatchObject({ 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex, nofollow' })
    const { body: chosen } = await anyone.get(`${preview.url}?body=text&fields=headline,body`).expect(200)
    expect(chosen).toEqual({ headline: shown.body.headline, body: expect.any(String) })
    await anyone.get(`${preview.url}?fields=nothing`).expect(problem('unknown-field'))
    await anyone.get(`${preview.url}x`).expect(404)
    await anyone.get(preview.url.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A'))).expect(404)
    const { body: second } = await editor.post(`/v1/articles/${id}/preview`).expect(201)
    const { id: other } = await draft({ headline: 'Another' })
    await editor.delete(`/v1/articles/${other}/preview/${second.id}`).expect(404)
    await anyone.get(second.url).expect(200)
    await editor.delete(`/v1/articles/${id}/preview/${second.id}`).expect(204)
    await anyone.get(second.url).expect(404)
    await editor.delete(`/v1/articles/${id}`).expect(204)
    await anyone.get(preview.url).expect(404)
    await editor.post(`/v1/articles/${id}/restore`).expect(200)
    await anyone.get(preview.url).expect(200)
    clock.tick(120_000)
    await anyone.get(preview.url).expect(404)
  })

  it('ends with the key that has created it', async () => {
    const { admin, anyone, newKey, clock } = room
    const { id } = await draft({ headline: 'For now' })
    const expiresAt = new Date(clock.time.getTime() + 300_000).toISOString()
    const [expiring, rotated, revoked] = [
      await newKey('editor', { expiresAt }),
      await newKey('editor'),
      await newKey('editor'),
    ]
    const previews = await Promise.all(
      [expiring, rotated, revoked].map(({ client }) => client.post(`/v1/articles/${id}/preview`).expect(201)),
    )
    expect(previews[0]?.body.expiresAt).toBe(expiresAt)
    for (const { body } of previews) await anyone.get(body.url).expect(200)
    await admin.post(`/v1/api-keys/${rotated.id}/rotate`).expect(200)
    await admin.delete(`/v1/api-keys/${revoked.id}`).expect(204)
    clock.tick(300_000)
    for (const { body } of previews) await anyone.get(body.url).expect(404)
  })
})

describe('a dry run', () => {
  it('reports what publishing would do, and changes nothing', async () => {
    const { editor, anyone } = room
    await editor.post('/v1/sources').send({ name: 'A witness', kind: 'person' }).expect(201)
    const { slug: target } = await draft({ headline: 'Still a draft' })
    const { body: live } = await editor.post('/v1/articles?publish=true').send({ headline: 'Rehearsed' }).expect(201)
    await editor.post('/v1/articles?publish=true').send({ headline: 'Links', relatedLinks: [{ article: live.id }] })
    await editor
      .patch(`/v1/articles/${live.id}`)
      .send({
        slug: 'rehearsed-twice',
        kicker: 'New',
        relatedLinks: [{ article: target }],
        body: [{ type: 'quote', text: 'I saw it.', source: 'a-witness' }],
      })
      .expect(200)
    const before = await anyone.get('/v1/articles/rehearsed').expect(200)
    const { body } = await editor.post(`/v1/articles/${live.id}/publish?dryRun=true`).expect(200)
    expect(body.remarks.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/section',
      '/summary',
      '/authors',
      '/relatedLinks/0/article',
      '/body/0/source',
    ])
    expect(body.changes).toMatchObject({
      redirect: { from: 'rehearsed', to: 'rehearsed-twice' },
      editions: 1,
      // The article that links to it changes with it.
      log: ['article.updated', 'article.updated'],
    })
    expect(body.changes.fields).toEqual(expect.arrayContaining(['/slug', '/kicker', '/body']))
    expect((await anyone.get('/v1/articles/rehearsed').expect(200)).text).toBe(before.text)
    await anyone.get('/v1/articles/rehearsed-twice').expect(404)
  })

  it('names no field where the public would read the same', async () => {
    const { editor } = room
    const { slug: target } = await draft({ headline: 'Not yet' })
    const { id: media } = await storePhoto(room, { credit: null })
    const hidden = { relatedLinks: [{ article: target }], image: { media } }
    const input = { headline: 'Same again', ...hidden }
    const { body: live } = await editor.post('/v1/articles?publish=true').send(input).expect(201)
    const rehearse = async () => (await editor.post(`/v1/articles/${live.id}/publish?dryRun=true`).expect(200)).body
    const { remarks, changes } = await rehearse()
    const codes = remarks.map(({ code }: { code: string }) => code)
    expect(codes).toEqual(expect.arrayContaining(['not-live', 'missing-credit']))
    expect(changes).toMatchObject({ fields: [], log: [] })
    await editor.patch(`/v1/articles/${live.id}`).send({ kicker: 'New' }).expect(200)
    expect((await rehearse()).changes.fields).toEqual(['/kicker'])
  })

  it('counts the other editions that would change, also those that a rename has changed just before', async () => {
    const { editor } = room
    await editor.post('/v1/tags').send({ name: 'Rehearsal' }).expect(201)
    const input = { headline: 'Counted', tags: ['rehearsal'] }
    const { body: live } = await editor.post('/v1/articles?publish=true').send(input).expect(201)
    const linking = { headline: 'Links to it', tags: ['rehearsal'], relatedLinks: [{ article: live.id }] }
    await editor.post('/v1/articles?publish=true').send(linking).expect(201)
    await editor.patch(`/v1/articles/${live.id}`).send({ headline: 'Counted again' }).expect(200)
    await editor.patch('/v1/tags/rehearsal').send({ name: 'The rehearsal' }).expect(200)
    const { body } = await editor.post(`/v1/articles/${live.id}/publish?dryRun=true`).expect(200)
    expect(body.changes.editions).toBe(1)
  })
})

describe('the audit log', () => {
  it('records who did what, by which request, and who was refused', async () => {
    const { admin, editor, as } = room
    const made = await editor
      .post('/v1/articles')
      .set('x-request-id', 'req-1')
      .send({ headline: 'On record' })
      .expect(201)
    await editor.patch(`/v1/articles/${made.body.id}?publish=true`).send({ kicker: 'New' }).expect(200)
    const { body } = await admin.get(`/v1/audit-log?target=${made.body.id}`).expect(200)
    expect(body.data).toMatchObject([
      { action: 'article.publish', toVersion: 2 },
      { action: 'article.update', fromVersion: 1, toVersion: 2 },
      { action: 'article.create', actor: { name: 'A editor' }, requestId: 'req-1' },
    ])
    await editor.get('/v1/audit-log').expect(403)
    await as(`dl_${'0'.repeat(32)}_${'x'.repeat(43)}`)
      .get('/v1/articles')
      .expect(401)
    const refusals = async () => (await admin.get('/v1/audit-log?action=sign-in.refuse').expect(200)).body.data
    // It is written in the background.
    while ((await refusals()).length === 0);
    expect(await refusals()).toMatchObject([{ actor: { name: 'anonymous' }, target: '127.0.0.1' }])
  })
})

describe('the trash', () => {
  it('is listed, restored from, and emptied in time; what is referred to stays', async () => {
    const { editor, anyone, clock } = room
    await editor.post('/v1/tags').send({ name: 'Thrown away' }).expect(201)
    await editor.post('/v1/sections').send({ name: 'Upper' }).expect(201)
    await editor.post('/v1/sections').send({ name: 'Lower', parent: 'upper' }).expect(201)
    const { id } = await draft({ headline: 'In the bin' })
    for (const path of ['tags/thrown-away', 'sections/lower', 'sections/upper', `articles/${id}`]) {
      clock.tick()
      await editor.delete(`/v1/${path}`).expect(204)
    }
    const { body: trash } = await editor.get('/v1/trash?limit=3').expect(200)
    expect(trash.data.map(({ name }: { name: string }) => name)).toEqual(['In the bin', 'Upper', 'Lower'])
    const { body: rest } = await editor.get(`/v1/trash?limit=3&cursor=${trash.page.next}`).expect(200)
    expect(rest.data[0]).toMatchObject({ kind: 'tag', slug: 'thrown-away' })
    await anyone.get('/v1/tags/thrown-away').expect(404)
    await editor.post('/v1/tags/thrown-away/restore').expect(200)
    await anyone.get('/v1/tags/thrown-away').expect(200)
    await editor.post('/v1/sections/lower/restore').expect(409)
    await editor.post('/v1/sections/upper/restore').expect(200)
    expect(await deleteExpiredTrash(room, 30)).toBe(0)
    clock.tick(31 * 24 * 60 * 60 * 1000)
    expect(await deleteExpiredTrash(room, 0)).toBe(0)
    expect(await deleteExpiredTrash(room, 30)).toBeGreaterThanOrEqual(2)
    await editor.post(`/v1/articles/${id}/restore`).expect(404)
    expect((await editor.get('/v1/trash').expect(200)).text).not.toContain('In the bin')
  })
})

describe('the purge of the trash', () => {
  it('passes over what is in use, and examines it again after the rest', async () => {
    const { editor, clock } = room
    const lines = (make: (number: number) => object, count: number) =>
      Array.from({ length: count }, (_, number) => JSON.stringify(make(number))).join('\n')
    const bulk = (text: string) =>
      editor.post('/v1/bulk').type('application/x-ndjson').buffer(true).send(text).expect(200)
    const slug = (number: number) => `held-${String(number).padStart(3, '0')}`
    await bulk(lines((number) => ({ op: 'create', body: { headline: 'Held', slug: slug(number) } }), 230))
    const links = Array.from({ length: 100 }, (_, number) => ({ article: slug(number) }))
    const { id } = await draft({ headline: 'Holds a hundred', relatedLinks: links })
    await bulk(lines((number) => ({ op: 'delete', id: slug(number) }), 230))
    clock.tick(31 * 24 * 60 * 60 * 1000)
    const left = async () => {
      const pages = [await editor.get('/v1/trash?kind=article&limit=100').expect(200)]
      for (let next = pages[0]?.body.page.next; next; next = pages.at(-1)?.body.page.next)
        pages.push(await editor.get(`/v1/trash?kind=article&limit=100&cursor=${next}`).expect(200))
      const found = pages.flatMap(({ body }) => body.data) as { slug: string }[]
      return found.filter((one) => one.slug.startsWith('held-')).length
    }
    const places: PurgeCursors = new Map()
    for (let looks = 0; looks < 2; looks++) await deleteExpiredTrash(room, 30, places)
    expect(await left()).toBe(100)
    await editor.patch(`/v1/articles/${id}`).send({ relatedLinks: [] }).expect(200)
    for (let looks = 0; looks < 2; looks++) await deleteExpiredTrash(room, 30, places)
    expect(await left()).toBe(0)
  })

  it('deletes what is of other kinds although an article cannot be deleted', async () => {
    const { editor, admin, clock, storage } = room
    const { id } = await draft({ headline: 'Damaged in the trash' })
    const { body: tag } = await editor.post('/v1/tags').send({ name: 'Behind it' }).expect(201)
    for (const path of [`articles/${id}`, `tags/${tag.id}`]) await editor.delete(`/v1/${path}`).expect(204)
    const set = (columns: object) =>
      storage.transaction(async (tx) => void (await tx.update(articles).set(columns).where(eq(articles.id, id))))
    const [row] = await storage.reader.select({ content: articles.content }).from(articles).where(eq(articles.id, id))
    await set({ content: {} })
    clock.tick(31 * 24 * 60 * 60 * 1000)
    await expect(deleteExpiredTrash(room, 30)).rejects.toThrow()
    await editor.post(`/v1/tags/${tag.id}/restore`).expect(404)
    await set({ ...row })
    await admin.delete(`/v1/articles/${id}?permanent=true`).expect(204)
  })
})

describe('publishing a change', () => {
  const blocks = (...texts: string[]) => texts.map((text) => ({ type: 'paragraph', text }))

  it('reports which earlier changes were published with it', async () => {
    const { editor } = room
    const { body: live } = await editor.post('/v1/articles?publish=true').send({ headline: 'Tells all' }).expect(201)
    expect(live).not.toHaveProperty('warnings')
    const earlier = { summary: 'Not yet agreed on.', kicker: 'Old', body: blocks('New.'), slug: 'tells-it-all' }
    await editor.patch(`/v1/articles/${live.id}`).send(earlier).expect(200)
    const { body } = await editor.patch(`/v1/articles/${live.id}?publish=true`).send({ kicker: 'Later' }).expect(200)
    expect(body.warnings).toEqual([
      {
        code: 'earlier-changes-published',
        message: expect.stringContaining('/summary'),
        pointers: ['/slug', '/summary', '/body'],
      },
    ])
    const again = await editor.patch(`/v1/articles/${live.id}?publish=true`).send({ kicker: 'Last' }).expect(200)
    expect(again.body).not.toHaveProperty('warnings')
    await editor.patch(`/v1/articles/${live.id}`).send({ summary: 'Agreed on.' }).expect(200)
    const line = { op: 'update', id: live.id, body: { kicker: 'In bulk' }, publish: true }
    const warning = { code: 'earlier-changes-published', pointers: ['/summary'] }
    expect(await bulkLine(line)).toMatchObject({ status: 200, warnings: [warning] })
    expect(await bulkLine({ ...line, body: { kicker: 'Again' } })).not.toHaveProperty('warnings')
  })

  it('can leave earlier changes unpublished', async () => {
    const { editor, anyone, clock } = room
    const { body: live } = await editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'Both copies', slug: 'both-copies', body: blocks('One.', 'Tow.', 'Three.'), kicker: 'K' })
      .expect(201)
    const path = `/v1/articles/${live.id}`
    const published = clock.time.toISOString()
    clock.tick()
    const pending = {
      summary: 'Secret.',
      slug: 'both-copies-soon',
      body: blocks('One.', 'Tow.', 'Three, anew.', 'Four.'),
    }
    await editor.patch(path).send(pending).expect(200)
    await editor
      .post(`${path}/publish`)
      .send({ at: later(3600) })
      .expect(200)
    clock.tick()
    const patch = { body: blocks('One.', 'Two.', 'Three, anew.', 'Four.'), seo: { title: 'T' }, note: 'A typo.' }
    const { body: saved } = await editor.patch(`${path}?publish=changes`).send(patch).expect(200)
    expect(saved).toMatchObject({ version: 4, liveVersion: 3, hasUnpublishedChanges: true, publishAt: later(3599) })
    expect(saved).toMatchObject({ slug: 'both-copies-soon', summary: 'Secret.', body: patch.body })
    const { body: edition } = await anyone.get('/v1/articles/both-copies').expect(200)
    expect(edition).toMatchObject({ version: 3, summary: null, kicker: 'K', seo: { title: 'T' }, wordCount: 3 })
    expect(edition.body).toMatchObject(blocks('One.', 'Two.', 'Three.'))
    await anyone.get('/v1/articles/both-copies-soon').expect(404)
    const { body: third } = await editor.get(`${path}/revisions/3`).expect(200)
    expect(third).toMatchObject({ published: true, note: 'A typo.', article: { body: edition.body, summary: null } })
    const { body: fourth } = await editor.get(`${path}/revisions/4/diff`).expect(200)
    expect(fourth.changes).toEqual([{ path: '/summary', before: null, after: 'Secret.' }])
    const { body: revisions } = await editor.get(`${path}/revisions`).expect(200)
    expect(revisions.data[0]).toMatchObject({ number: 4, note: 'A typo.', published: false })
    const then = await anyone.get(`/v1/articles/both-copies?asOf=${published}`).expect(200)
    expect(then.body).toMatchObject({ version: 1, body: blocks('One.', 'Tow.', 'Three.') })
    clock.tick()
    // What changes nothing publishes nothing.
    expect((await editor.patch(`${path}?publish=changes`).send({ kicker: 'K' }).expect(200)).body.version).toBe(4)
    const single = await bulkLine({ op: 'update', id: live.id, body: { kicker: 'L' }, publish: 'changes' })
    expect(single).toMatchObject({ status: 200, version: 6 })
    expect((await anyone.get('/v1/articles/both-copies').expect(200)).body).toMatchObject({ kicker: 'L', version: 5 })
  })

  const bulkLine = async (line: object) => {
    const reply = room.editor.post('/v1/bulk').type('application/x-ndjson').buffer(true)
    return JSON.parse((await reply.send(JSON.stringify(line)).expect(200)).text)
  }

  it('is refused where it meets an earlier change, and where nothing is live', async () => {
    const { editor, contributor, anyone } = room
    const { body: live } = await editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'In conflict', body: blocks('One.', 'Two.') })
      .expect(201)
    const path = `/v1/articles/${live.id}`
    await editor
      .patch(path)
      .send({ headline: 'Rewritten', body: blocks('One.', 'Two, anew.') })
      .expect(200)
    const patch = { headline: 'Rewritten again', body: blocks('One.', 'Two, otherwise.'), kicker: 'K' }
    const { body } = await editor.patch(`${path}?publish=changes`).send(patch).expect(409)
    expect(body.type).toBe('/problems/conflict')
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/headline', '/body'])
    expect((await anyone.get(path).expect(200)).body).toMatchObject({ headline: 'In conflict', kicker: null })
    expect((await editor.get(`${path}?version=draft`)).body).toMatchObject({ headline: 'Rewritten', version: 2 })
    const { id } = await draft({ headline: 'No edition' }, contributor)
    const refused = await editor.patch(`/v1/articles/${id}?publish=changes`).send({ kicker: 'x' }).expect(409)
    expect(refused.body).toMatchObject({ type: '/problems/transition-not-allowed', state: 'draft' })
    expect(refused.body.allowed).toContain('publish')
    await contributor.patch(`/v1/articles/${id}?publish=changes`).send({ kicker: 'x' }).expect(403)
    await editor.post('/v1/articles?publish=changes').send({ headline: 'x' }).expect(400)
    const { body: unknown } = await editor.patch(`${path}?publish=maybe`).send({ kicker: 'x' }).expect(400)
    expect(unknown.errors).toMatchObject([{ pointer: '/publish', message: 'must be true, false or changes' }])
    expect(await bulkLine({ op: 'create', body: { headline: 'x' }, publish: 'changes' })).toMatchObject({ status: 400 })
  })
})

describe('If-Match', () => {
  it('is required of every change where the operator says so', async () => {
    const strict = await newsroom({ REQUIRE_IF_MATCH: 'true' })
    const { body, headers } = await strict.editor.post('/v1/articles').send({ headline: 'Strict' }).expect(201)
    const path = `/v1/articles/${body.id}`
    const refused = await strict.editor.patch(path).send({ kicker: 'x' }).expect(428)
    expect(refused.body.type).toBe('/problems/precondition-required')
    await strict.editor.post(`${path}/publish`).expect(428)
    await strict.editor.patch(path).set('if-match', String(headers.etag)).send({ kicker: 'x' }).expect(200)
    await strict.close()
  })
})

describe('reassignTo', () => {
  it('moves articles from one to another, what is live at once, and then deletes', async () => {
    const { editor, anyone } = room
    for (const name of ['Old desk', 'New desk']) await editor.post('/v1/authors').send({ name }).expect(201)
    const both = { headline: 'By both', authors: ['old-desk', 'new-desk'] }
    const { body: live } = await editor.post('/v1/articles?publish=true').send(both).expect(201)
    const { body: changed } = await editor
      .post('/v1/articles?publish=true')
      .send({ ...both, headline: 'Changed since' })
    await editor.patch(`/v1/articles/${changed.id}`).send({ kicker: 'Not yet live' }).expect(200)
    await editor.delete('/v1/authors/old-desk').expect(409)
    for (const wrong of ['nobody', 'old-desk']) {
      const { body } = await editor.delete(`/v1/authors/old-desk?reassignTo=${wrong}`).expect(422)
      expect(body.errors).toMatchObject([{ in: 'query', pointer: '/reassignTo' }])
    }
    await editor.delete('/v1/authors/old-desk?reassignTo=new-desk').expect(204)
    for (const { id } of [live, changed]) {
      const { body, text } = await anyone.get(`/v1/articles/${id}`).expect(200)
      expect(body.authors.map(({ slug }: { slug: string }) => slug)).toEqual(['new-desk'])
      expect(text).not.toContain('Not yet live')
    }
    const { body } = await editor.get(`/v1/articles/${changed.id}?version=draft`).expect(200)
    expect(body).toMatchObject({ kicker: 'Not yet live', hasUnpublishedChanges: true, authors: [{ slug: 'new-desk' }] })
    await anyone.get('/v1/authors/old-desk').expect(308)
  })
})

describe('reassignTo in many articles', () => {
  const COUNT = 101

  /** So many live articles with a tag, which a new one is to replace. */
  async function manyWith(from: string, to: string): Promise<void> {
    for (const name of [from, to]) await room.editor.post('/v1/tags').send({ name }).expect(201)
    const lines = Array.from({ length: COUNT }, (_, number) =>
      JSON.stringify({ op: 'create', publish: true, body: { headline: `${from} ${number}`, tags: [from] } }),
    )
    const bulk = room.editor.post('/v1/bulk').set('content-type', 'application/x-ndjson')
    await bulk.send(lines.join('\n')).expect(200)
  }

  /** The job at this address, once it has ended. */
  async function ended(location: string): Promise<{ state: string; report: object; progress: object }> {
    for (;;) {
      const { body } = await room.editor.get(location).expect(200)
      if (!['queued', 'running'].includes(body.state)) return body
      await new Promise(setImmediate)
    }
  }
  const countOf = async (tag: string) => (await room.anyone.get(`/v1/articles?tag=${tag}&count=true`)).body.page.total

  it('is a job, and deletes the entry at its end', async () => {
    await manyWith('first', 'second')
    const { body, headers } = await room.editor.delete('/v1/tags/first?reassignTo=second').expect(202)
    expect(body).toMatchObject({ kind: 'reassignment', state: 'queued' })
    const job = await ended(String(headers.location))
    expect(job).toMatchObject({
      state: 'done',
      report: { articles: COUNT },
      progress: { done: COUNT, total: COUNT },
    })
    expect(await countOf('second')).toBe(COUNT)
    await room.anyone.get('/v1/tags/first').expect(308)
  })

  it('is refused at once for what a job could not do', async () => {
    await manyWith('third', 'fourth')
    const path = '/v1/tags/third?reassignTo='
    await room.editor.delete(`${path}third`).expect(422)
    await room.editor.delete(`${path}fourth`).set('if-match', '"7"').expect(412)
    const context = serviceContext('another process', room.clock)
    const { id } = await room.storage.transaction((tx) => createJob(tx, 'reassignment', room.clock, context))
    const { body } = await room.editor.delete(`${path}fourth`).expect(409)
    expect(body.detail).toBe(`articles are being reassigned: see /v1/jobs/${id}`)
    await room.admin.post(`/v1/jobs/${id}/cancel`).expect(200)
    expect(await countOf('third')).toBe(COUNT)
  })

  it('is done by the next request where one was cancelled', async () => {
    await manyWith('fifth', 'sixth')
    const { headers } = await room.editor.delete('/v1/tags/fifth?reassignTo=sixth').expect(202)
    await room.editor.post(`${headers.location}/cancel`).expect(200)
    await ended(String(headers.location))
    const again = await room.editor.delete('/v1/tags/fifth?reassignTo=sixth')
    expect([202, 204, 404]).toContain(again.status)
    if (again.status === 202) await ended(String(again.headers.location))
    expect(await countOf('sixth')).toBe(COUNT)
    await room.anyone.get('/v1/tags/fifth').expect(308)
  })
})

describe('the references changed by reassignTo', () => {
  it('are references alone: an id that a text or an address has is left as it is', async () => {
    const { editor, anyone, clock } = room
    const source = async (name: string) =>
      (await editor.post('/v1/sources').send({ name, kind: 'agency' }).expect(201)).body.id as string
    const [from, to] = [await source('Old wire'), await source('New wire')]
    const url = `https://wire.example/sources/${from}`
    const { body: live } = await editor
      .post('/v1/articles?publish=true')
      .send({
        headline: 'Moved',
        externalId: `wire-${from}`,
        body: [
          { type: 'paragraph', text: `The id is ${from}, [see](${url}).` },
          { type: 'quote', text: 'I said so.', source: from },
          { type: 'embed', url },
        ],
        citations: [{ source: from, relation: 'cited', url, note: from }],
      })
      .expect(201)
    await editor.patch(`/v1/articles/${live.id}`).send({ kicker: 'Not yet live' }).expect(200)
    await editor
      .post(`/v1/articles/${live.id}/publish`)
      .send({ at: later(3600) })
      .expect(200)
    const before = clock.time.toISOString()
    clock.tick()
    await editor.delete(`/v1/sources/${from}?reassignTo=${to}`).expect(204)
    for (const version of ['live', 'draft']) {
      const { body } = await editor.get(`/v1/articles/${live.id}?version=${version}`).expect(200)
      expect(body.body).toMatchObject([{ text: `The id is ${from}, [see](${url}).` }, { source: { id: to } }, { url }])
      expect(body.citations).toMatchObject([{ source: { id: to }, url, note: from }])
      expect(body).toMatchObject({ externalId: `wire-${from}`, kicker: version === 'live' ? null : 'Not yet live' })
    }
    const { body: draftNow } = await editor.get(`/v1/articles/${live.id}?version=draft`).expect(200)
    expect(draftNow).toMatchObject({ publishAt: expect.any(String), version: 4, liveVersion: 3 })
    clock.tick()
    const then = await anyone.get(`/v1/articles/${live.id}?asOf=${clock.time.toISOString()}`).expect(200)
    expect(then.body).toMatchObject({ version: 3, citations: [{ source: { id: to } }] })
    expect((await anyone.get(`/v1/articles/${live.id}?asOf=${before}`).expect(200)).body.version).toBe(1)
    await editor.post(`/v1/articles/${live.id}/unschedule`).expect(200)
  })
})

describe('what is live keeps its claims', () => {
  it('to an externalId and to a slug, whatever its working copy says by now', async () => {
    const { editor, anyone } = room
    const { body: a } = await editor.post('/v1/articles?publish=true').send({ headline: 'Ra', externalId: 'e1' })
    await editor.patch(`/v1/articles/${a.id}`).send({ externalId: null, slug: 'rx', headline: 'Not for the public' })
    await editor.post('/v1/articles').send({ headline: 'Other', externalId: 'e1' }).expect(409)
    await editor.post(`/v1/articles/${a.id}/retract`).send({ reason: 'Wrong.' }).expect(200)
    await editor.patch(`/v1/articles/${a.id}`).send({ slug: 'ry' }).expect(200)
    const { body: b } = await editor.post('/v1/articles?publish=true').send({ headline: 'B', slug: 'rx' }).expect(201)
    await editor.post(`/v1/articles/${b.id}/retract`).send({ reason: 'Wrong too.' }).expect(200)
    const { body } = await anyone.get('/v1/articles/ra').expect(410)
    expect(body.retraction).toMatchObject({ slug: 'ra', headline: 'Ra' })
    await anyone.get('/v1/articles/ry').expect(404)
  })

  it('and an unrelated save leaves alone what was there before', async () => {
    const { editor } = room
    const { slug } = await draft({ headline: 'To be thrown away' })
    const { id } = await draft({ headline: 'Linking', relatedLinks: [{ article: slug }] })
    await editor.delete(`/v1/articles/${slug}`).expect(204)
    await editor.patch(`/v1/articles/${id}`).send({ summary: 'Still to be saved.' }).expect(200)
    await editor.patch(`/v1/articles/${id}`).send({ relatedLinks: [] }).expect(200)
    await editor
      .patch(`/v1/articles/${id}`)
      .send({ relatedLinks: [{ article: slug }] })
      .expect(422)
  })
})
