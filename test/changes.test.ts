import { get as httpGet, type IncomingMessage } from 'node:http'
import { asc } from 'drizzle-orm'
import { serviceContext } from '../src/access/write-context.ts'
import { sweepChanges } from '../src/changes/log.ts'
import { markKindStale } from '../src/changes/stale-editions.ts'
import { revokeKey } from '../src/keys/store.ts'
import { digest } from '../src/lib/etag.ts'
import { changes } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

interface Shown {
  seq: number
  type: string
  article?: { id: string; slug: string; version: number }
  gone?: boolean
  edition?: { headline: string } | null
}

const publish = async (headline: string, more: object = {}): Promise<string> => {
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}
const end = async (client = room.partner): Promise<string> =>
  (await client.get('/v1/changes/snapshot?limit=1').expect(200)).body.page.since
const since = async (cursor: string, client = room.partner, more = ''): Promise<Shown[]> =>
  (await client.get(`/v1/changes?since=${cursor}${more}`).expect(200)).body.data
const summaryOf = (data: Shown[]) => data.map(({ type, article, gone }) => [type, article?.slug, gone])

describe('the log', () => {
  it('is read from the beginning, in pages without gaps or overlaps', async () => {
    for (const n of [1, 2, 3]) await publish(`Page ${n}`)
    const seqs: number[] = []
    for (let cursor = '', more = true; more; ) {
      const { body } = await room.partner.get(`/v1/changes?limit=2${cursor}`).expect(200)
      seqs.push(...body.data.map(({ seq }: Shown) => seq))
      cursor = `&since=${body.page.next}`
      more = body.page.hasMore
    }
    const rows = await room.storage.reader.select().from(changes).orderBy(asc(changes.seq))
    expect(seqs).toEqual(rows.map((_, index) => index + 1))
  })

  it('shows an article as it is now, or that it is gone', async () => {
    const cursor = await end()
    const [kept, unpublished, retracted, deleted] = [
      await publish('Kept'),
      await publish('Unpublished'),
      await publish('Retracted'),
      await publish('Deleted'),
    ]
    await room.editor.post(`/v1/articles/${unpublished}/unpublish`).expect(200)
    await room.editor.post(`/v1/articles/${retracted}/retract`).send({ reason: 'It was wrong.' }).expect(200)
    await room.editor.delete(`/v1/articles/${deleted}`).expect(204)
    await room.editor.patch(`/v1/articles/${kept}?publish=true`).send({ headline: 'Kept and changed' }).expect(200)
    const data = await since(cursor, room.partner, '&include=edition')
    expect(summaryOf(data)).toEqual([
      ['article.published', 'kept', false],
      ['article.published', 'unpublished', true],
      ['article.published', 'retracted', true],
      ['article.published', 'deleted', true],
      ['article.unpublished', 'unpublished', true],
      ['article.retracted', 'retracted', true],
      ['article.deleted', 'deleted', true],
      ['article.updated', 'kept', false],
    ])
    expect(data.map(({ edition }) => edition?.headline ?? null)).toEqual([
      'Kept and changed',
      ...Array(6).fill(null),
      'Kept and changed',
    ])
    expect((await since(cursor))[0]).not.toHaveProperty('edition')
  })

  it('names every edition that changes with a rename, and shows it as it is after', async () => {
    await room.editor.post('/v1/authors').send({ name: 'Old Name', slug: 'renamed' }).expect(201)
    const id = await publish('By somebody', { authors: ['renamed'] })
    const cursor = await end()
    await room.editor.patch('/v1/authors/renamed').send({ name: 'New Name' }).expect(200)
    const data = await since(cursor, room.partner, '&include=edition')
    expect(data).toMatchObject([
      { type: 'article.updated', article: { id }, edition: { authors: [{ name: 'New Name' }] } },
      { type: 'author.updated', author: { slug: 'renamed' } },
    ])
  })

  it('has nothing about drafts and scheduled articles', async () => {
    const cursor = await end()
    const { body } = await room.editor.post('/v1/articles').send({ headline: 'Secret so far' }).expect(201)
    await room.editor.post(`/v1/articles/${body.id}/publish`).send({ at: '2031-01-01T00:00:00Z' }).expect(200)
    expect(await since(cursor)).toEqual([])
    const { text } = await room.partner.get('/v1/changes/snapshot?limit=500').expect(200)
    expect(text).not.toContain('Secret so far')
  })

  it('waits for new changes', async () => {
    const cursor = await end()
    const [waited] = await Promise.all([
      room.partner.get(`/v1/changes?since=${cursor}&wait=50`).expect(200),
      publish('Waited for'),
    ])
    expect(summaryOf(waited.body.data)).toEqual([['article.published', 'waited-for', false]])
  })

  it('refuses what somebody made to look like a cursor, and says where it was sent', async () => {
    const { partner } = room
    const forged = (scope: string, text: string) =>
      Buffer.from(digest(scope + text).slice(0, 8) + text).toString('base64url')
    for (const text of ['{', '[1,2', 'null', '[]', '[1,2,3]', '[-1,"",""]', '[1.5,"",""]', '[1,"yesterday",""]']) {
      const cursor = forged('change', text)
      const sent: [string, () => PromiseLike<{ status: number; body: object }>][] = [
        ['query', () => partner.get(`/v1/changes?since=${cursor}`)],
        ['query', () => partner.get(`/v1/changes/stream?since=${cursor}`)],
        ['header', () => partner.get('/v1/changes/stream').set('last-event-id', cursor)],
        ['body', () => partner.put('/v1/changes/cursor').send({ cursor })],
        ['query', () => partner.get(`/v1/changes/snapshot?cursor=${forged('snapshot', text)}`)],
      ]
      for (const [place, send] of sent)
        expect(await send()).toMatchObject({
          status: 400,
          body: { type: '/problems/invalid-cursor', errors: [{ in: place, code: 'invalid_cursor' }] },
        })
    }
  })

  it('refuses cursors that are none, that are of another history, and that are too old', async () => {
    for (const cursor of ['x', 'AAAA', Buffer.from('12345678[1,"",""]').toString('base64url')]) {
      const { body } = await room.partner.get(`/v1/changes?since=${cursor}`).expect(400)
      expect(body.errors).toMatchObject([{ in: 'query', pointer: '/since', code: 'invalid_cursor' }])
    }
    const other = await newsroom()
    other.clock.tick(86_400_000)
    await other.editor.post('/v1/articles?publish=true').send({ headline: 'Elsewhere' }).expect(201)
    const foreign = (await other.partner.get('/v1/changes/snapshot').expect(200)).body.page.since
    await publish('Here')
    room.clock.tick()
    await publish('And here')
    // One is longer than the log it is shown to, the other tells another story of its first change.
    const { body: gone } = await other.partner.get(`/v1/changes?since=${await end()}`).expect(410)
    expect(gone).toMatchObject({ type: '/problems/cursor-expired', snapshot: '/v1/changes/snapshot' })
    await other.close()
    room.clock.tick()

    await room.partner.get(`/v1/changes?since=${foreign}`).expect(410)

    const { body } = await room.partner.get('/v1/changes?limit=1').expect(200)
    const old = body.page.next
    room.clock.tick(91 * 86_400_000)
    await publish('Much later')
    await sweepChanges(room, 90)
    await room.partner.get(`/v1/changes?since=${old}`).expect(410)
    expect(summaryOf((await room.partner.get('/v1/changes').expect(200)).body.data)).toEqual([
      ['article.published', 'much-later', false],
    ])
    expect(await since(await end())).toEqual([])
  })

  it.each(['anyone', 'reader', 'contributor'] as const)('is not for %s', async (who) => {
    await room[who].get('/v1/changes').expect(who === 'anyone' ? 401 : 403)
    await room[who].get('/v1/changes/snapshot').expect(who === 'anyone' ? 401 : 403)
  })
})

describe('the stream', () => {
  /** Opens a stream; `next` gives the next event. */
  async function open(path: string, token: string, headers: Record<string, string> = {}) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(room.url + path, { headers: { authorization: `Bearer ${token}`, ...headers } }, resolve).on(
        'error',
        reject,
      )
    })
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]()
    let text = ''
    const next = async (): Promise<{ id: string; event: string; data: Shown }> => {
      for (;;) {
        const at = text.indexOf('\n\n')
        if (at >= 0) {
          const block = text.slice(0, at)
          text = text.slice(at + 2)
          const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)))
          if (fields.data) return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) }
          continue
        }
        const { value, done } = await chunks.next()
        if (done) throw new Error('the stream has ended')
        text += value
      }
    }
    return { response, next, close: () => response.destroy() }
  }

  it('sends each change, and continues after the last event that was received', async () => {
    const { token } = await room.newKey('partner')
    const stream = await open(`/v1/changes/stream?since=${await end()}`, token)
    expect(stream.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    await publish('Streamed')
    const first = await stream.next()
    expect(first).toMatchObject({ event: 'article.published', data: { article: { slug: 'streamed' }, gone: false } })
    stream.close()
    await publish('Missed')
    const again = await open('/v1/changes/stream?include=edition', token, { 'last-event-id': first.id })
    expect(await again.next()).toMatchObject({ event: 'article.published', data: { edition: { headline: 'Missed' } } })
    again.close()
  })

  it('is answered at once where the head alone is asked for', async () => {
    const reply = await room.partner.head('/v1/changes/stream').expect(200)
    expect(reply.headers['content-type']).toBe('text/event-stream')
  })

  it('does not begin for a cursor that is not good, nor without a key', async () => {
    const { token } = await room.newKey('partner')
    expect((await open('/v1/changes/stream?since=x', token)).response.statusCode).toBe(400)
    expect((await open('/v1/changes/stream', 'dl_x')).response.statusCode).toBe(401)
  })

  it('ends at once, as a waiting request does, when its key is revoked, rotated or limited', async () => {
    const { admin, newKey, storage } = room
    const byAnotherProcess = (id: string) =>
      storage.transaction((tx) => revokeKey(tx, id, serviceContext('another', room.clock)))
    const cursor = await end()
    const endsWith = async (status: number, endAccess: (id: string) => Promise<unknown>) => {
      const { id, token, client } = await newKey('partner')
      const stream = await open(`/v1/changes/stream?since=${cursor}`, token)
      const ended = expect(stream.next()).rejects.toThrow('the stream has ended')
      const waiting = client.get(`/v1/changes?since=${cursor}&wait=50`).expect(status)
      await Promise.all([waiting, ended, endAccess(id)])
    }
    const grant = { languages: ['fr'] }
    await endsWith(401, async (id) => admin.delete(`/v1/api-keys/${id}`).expect(204))
    await endsWith(401, async (id) => admin.post(`/v1/api-keys/${id}/rotate`).expect(200))
    await endsWith(410, async (id) => admin.patch(`/v1/api-keys/${id}`).send({ grant }).expect(200))
    await endsWith(401, byAnotherProcess)
  })

  it('ends when the service stops', async () => {
    const own = await newsroom()
    const { token } = await own.newKey('partner')
    const before = room
    room = own
    const stream = await open('/v1/changes/stream', token)
    room = before
    const ended = expect(stream.next()).rejects.toThrow('the stream has ended')
    await own.close()
    await ended
  })
})

describe('receipts', () => {
  it('show editors how far each partner is, and who has not received a retraction yet', async () => {
    const own = await newsroom()
    const [one, two] = [await own.newKey('partner', { name: 'One' }), await own.newKey('partner', { name: 'Two' })]
    const { body: article } = await own.editor.post('/v1/articles?publish=true').send({ headline: 'Wrong' }).expect(201)
    const cursor = (await one.client.get('/v1/changes').expect(200)).body.page.next
    await one.client.put('/v1/changes/cursor').send({ cursor }).expect(200)
    await two.client.put('/v1/changes/cursor').send({ cursor }).expect(200)
    await own.editor.post(`/v1/articles/${article.id}/retract`).send({ reason: 'Wrong.' }).expect(200)
    const next = (await one.client.get(`/v1/changes?since=${cursor}`).expect(200)).body.page.next
    const { body: receipt } = await one.client.put('/v1/changes/cursor').send({ cursor: next }).expect(200)
    expect(receipt).toMatchObject({ key: { name: 'One' }, behind: 0 })
    await one.client.put('/v1/changes/cursor').send({ cursor }).expect(200)

    const { body } = await own.editor.get('/v1/changes/receipts').expect(200)
    const named = body.data.filter(({ key }: { key: { name: string } }) => /One|Two/.test(key.name))
    expect(named).toMatchObject([
      { key: { id: one.id }, seq: 2, behind: 0 },
      { key: { id: two.id }, seq: 1, behind: 1 },
    ])
    const { body: known } = await own.editor.get(`/v1/articles/${article.id}/receipts`).expect(200)
    expect(known).toMatchObject({ change: { seq: 2, type: 'article.retracted' } })
    expect(known.data).toContainEqual(expect.objectContaining({ key: { id: one.id, name: 'One' }, noted: true }))
    expect(known.data).toContainEqual({ key: { id: two.id, name: 'Two' }, noted: false, at: null })
    await own.editor.put('/v1/changes/cursor').send({ cursor }).expect(403)
    await one.client.get('/v1/changes/receipts').expect(403)
    await own.close()
  })
})

describe('what very many articles show', () => {
  /** More than two of the steps in which editions are marked. */
  const COUNT = 510
  let own: Newsroom
  let ids: Record<'world' | 'sport' | 'asia' | 'storms', string>
  const recorded = () => own.storage.reader.select().from(changes).orderBy(asc(changes.seq))
  const found = async (query: string): Promise<number> =>
    (await own.anyone.get(`/v1/articles?${query}&count=true&limit=1`).expect(200)).body.page.total

  /** What the log says after a change; its numbers have no gap. */
  async function recordedBy(change: () => Promise<unknown>) {
    const before = (await recorded()).length
    await change()
    const rows = await recorded()
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    const added = rows.slice(before)
    const ofArticles = added.filter(({ type }) => type === 'article.updated')
    return { articles: new Set(ofArticles.map(({ target }) => target)).size, rows: ofArticles.length }
  }

  beforeAll(async () => {
    own = await newsroom()
    const make = async (path: string, body: object) =>
      (await own.editor.post(`/v1/${path}`).send(body).expect(201)).body.id
    ids = {
      world: await make('sections', { name: 'World' }),
      sport: await make('sections', { name: 'Sport' }),
      asia: await make('sections', { name: 'Asia', parent: 'world' }),
      storms: await make('tags', { name: 'Storms' }),
    }
    const line = (n: number) =>
      JSON.stringify({
        op: 'create',
        publish: true,
        body: { headline: `Storm ${n}`, language: 'en-GB', section: 'asia', tags: ['storms'] },
      })
    const lines = Array.from({ length: COUNT }, (_, n) => line(n)).join('\n')
    await own.editor.post('/v1/bulk').type('application/x-ndjson').buffer(true).send(lines).expect(200)
    const [target] = (await own.anyone.get('/v1/articles?limit=1').expect(200)).body.data
    await own.editor
      .post('/v1/articles?publish=true')
      .send({ headline: 'Links to one', relatedLinks: [{ article: target.slug }] })
      .expect(201)
  })
  afterAll(() => own.close())

  it('is logged for each of them once when it changes', async () => {
    const rename = () => own.editor.patch(`/v1/tags/${ids.storms}`).send({ name: 'Gales' }).expect(200)
    expect(await recordedBy(rename)).toEqual({ articles: COUNT, rows: COUNT })
    const { body } = await own.anyone.get('/v1/articles/storm-7').expect(200)
    expect(body.tags).toMatchObject([{ name: 'Gales' }])
  })

  it('moves with a section, and what links to them shows the new path', async () => {
    const move = () => own.editor.patch(`/v1/sections/${ids.asia}`).send({ parent: ids.sport }).expect(200)
    const { articles, rows } = await recordedBy(move)
    expect([articles, rows]).toEqual([COUNT + 1, COUNT + 1])
    expect([await found('section=world'), await found('section=sport'), await found('section=asia')]).toEqual([
      0,
      COUNT,
      COUNT,
    ])
    const { body } = await own.anyone.get('/v1/articles/links-to-one').expect(200)
    expect(body.relatedLinks[0].url).toMatch(/^\/sport\/asia\/storm-/)
  })

  it('is logged for each of them once when all of a kind changes, to which each may refer twice', async () => {
    const mark = () => own.storage.transaction((tx) => markKindStale(tx, 'language', own.clock.time.toISOString()))
    expect(await recordedBy(mark)).toEqual({ articles: COUNT + 1, rows: COUNT + 1 })
  })
})
