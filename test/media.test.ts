import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { folderStore } from '../src/media/files/folder-store.ts'
import { receiveFile } from '../src/media/files/receive.ts'
import { sweepFiles } from '../src/media/files/sweep.ts'
import { expireDue } from '../src/media/takedown.ts'
import { changes, editionRefs, refCounts } from '../src/storage/schema.ts'
import { type Client, type Newsroom, newsroom } from './harness/newsroom.ts'
import { drawing, photo } from './harness/pictures.ts'
import { problem } from './harness/problem.ts'
import { temporaryFolder } from './harness/storage.ts'

let room: Newsroom
let folder: string
let editor: Client
beforeAll(async () => {
  folder = await temporaryFolder()
  room = await newsroom({ MEDIA_DIR: folder, MEDIA_MAX_BYTES: '200000', MEDIA_ALLOWED_HOSTS: '127.0.0.1' })
  editor = room.editor
})

let width = 100
/** A picture that no other test has. */
const picture = () => drawing(++width, 60).jpeg().toBuffer()
const upload = (bytes: Buffer, client = editor, query = '') =>
  client.post(`/v1/media${query}`).set('content-type', 'image/jpeg').send(bytes)
const form = (bytes: Buffer, fields: Record<string, string> = {}, filename = 'bridge.jpg') => {
  const request = editor.post('/v1/media')
  for (const [name, value] of Object.entries(fields)) request.field(name, value)
  return request.attach('file', bytes, { filename, contentType: 'image/jpeg' })
}
const checksumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const incoming = () => readdir(join(folder, 'incoming'))

describe('an upload', () => {
  it('is a form with the file and its members, in any order', async () => {
    const bytes = await photo()
    const fields = { alt: 'A bridge', focalPoint: '{"x":0.25,"y":0.5}', rights: '{"holder":"Coastal Wire"}' }
    const { body, headers } = await form(bytes, fields).field('language', 'en-nz').expect(201)
    expect(headers.location).toBe(`/v1/media/${body.id}`)
    expect(body).toMatchObject({
      name: 'Bridge reopens',
      kind: 'image',
      status: 'available',
      mimeType: 'image/jpeg',
      byteSize: bytes.length,
      checksum: checksumOf(bytes),
      width: 1200,
      height: 800,
      fileName: 'bridge.jpg',
      alt: 'A bridge',
      caption: 'The harbour bridge before the storm',
      credit: 'Coastal Wire',
      language: 'en-NZ',
      focalPoint: { x: 0.25, y: 0.5 },
      rights: { holder: 'Coastal Wire', syndication: 'allowed', expiresAt: null },
      articleCount: 0,
    })
    expect(body.slug).toBe(`bridge-reopens-${body.id.slice(-8)}`)
    expect(body.renditions.map(({ crop }: { crop: string }) => crop)).toEqual([
      'full',
      'wide',
      'standard',
      'square',
      'tall',
    ])
    await editor.get(`/v1/media/${body.slug}`).expect(200, body)
    expect(await incoming()).toEqual([])
  })

  it('is the file itself, with its members in the query', async () => {
    const query = '?name=At%20dawn&credit=A%20%26%20B&fileName=x/y/dawn.jpg&crops=%7B%7D'
    const { body } = await upload(await picture(), editor, query).expect(201)
    expect(body).toMatchObject({ name: 'At dawn', credit: 'A & B', fileName: 'dawn.jpg', caption: null })
    const { body: plain } = await upload(await picture(), room.contributor).expect(201)
    expect(plain.name).toBe('image')
  })

  it('is once where the bytes are the same, even at the same time', async () => {
    const bytes = await picture()
    const replies = await Promise.all(Array.from({ length: 5 }, () => upload(bytes)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1)
    const id = replies[0]?.body.id
    await editor.delete(`/v1/media/${id}`).expect(204)
    await editor.get(`/v1/media/${id}`).expect(problem('not-found'))
    await editor.get('/v1/trash?kind=media').expect(({ body }) => expect(body.data[0].id).toBe(id))
    await upload(bytes).expect(200)
    await editor.get(`/v1/media/${id}`).expect(200)
  })

  it('is done once for an idempotency key', async () => {
    const [bytes, other] = [await picture(), await picture()]
    const first = await upload(bytes).set('idempotency-key', 'upload-1').expect(201)
    const again = await upload(bytes).set('idempotency-key', 'upload-1').expect(201)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.body).toEqual(first.body)
    await upload(other).set('idempotency-key', 'upload-1').expect(problem('idempotency-mismatch'))
  })

  it('is for contributors too, who change only what is theirs', async () => {
    const { body: own } = await upload(await picture(), room.contributor).expect(201)
    const { body: other } = await upload(await picture()).expect(201)
    await room.contributor.patch(`/v1/media/${own.id}`).send({ alt: 'A bridge' }).expect(200)
    await room.contributor.patch(`/v1/media/${other.id}`).send({ alt: 'x' }).expect(problem('forbidden'))
    await room.contributor.get(`/v1/media/${other.id}`).expect(200)
    await room.contributor.delete(`/v1/media/${own.id}`).expect(problem('forbidden'))
    for (const client of [room.reader, room.partner]) {
      await client.get('/v1/media').expect(problem('forbidden'))
      await client.get(`/v1/media/${own.id}`).expect(problem('forbidden'))
      await upload(await picture(), client).expect(problem('forbidden'))
    }
    await room.anyone.get('/v1/media').expect(problem('unauthenticated'))
  })

  it('has a name that is shown and never a path', async () => {
    const names = [
      ['../../../etc/passwd', 'passwd'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['gpj.\u202eharbour\u200b.jpg', 'gpj.harbour.jpg'],
      ['..', '..'],
      [`${'ä'.repeat(400)}.jpg`, 'ä'.repeat(255)],
    ] as const
    for (const [sent, shown] of names) {
      const { body } = await upload(await picture(), editor, `?fileName=${encodeURIComponent(sent)}`).expect(201)
      expect(body.fileName).toBe(shown)
    }
    await upload(await picture(), editor, '?fileName=a%00.jpg').expect(problem('invalid-encoding'))
    for (const [sent, shown] of names.slice(0, 3)) {
      const { body } = await form(await picture(), {}, sent).expect(201)
      expect(body.fileName).toBe(shown)
    }
    expect((await readdir(folder)).filter((name) => !/^([0-9a-f]{2}|incoming)$/.test(name))).toEqual([])
  })

  it('is refused where it is no acceptable file', async () => {
    const html = Buffer.from('<!doctype html><script>alert(1)</script>')
    await form(html, {}, 'x.jpg').expect(problem('unsupported-media-type', { pointer: '/file' }))
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    await upload(svg).expect(problem('unsupported-media-type'))
    const whole = await picture()
    await upload(whole.subarray(0, whole.length / 2)).expect(problem('unreadable'))
    await upload(Buffer.alloc(0)).expect(problem('validation', { pointer: '/file', code: 'too_small' }))
    await form(Buffer.alloc(0)).expect(problem('validation', { pointer: '/file', code: 'too_small' }))
    await upload(Buffer.alloc(200_001)).expect(problem('too-large'))
    await form(Buffer.alloc(200_001)).expect(problem('too-large'))
    await upload(whole).set('content-encoding', 'gzip').expect(problem('unsupported-media-type'))
    expect(await incoming()).toEqual([])
  })

  it('is refused where its form is wrong', async () => {
    const bytes = await picture()
    await editor
      .post('/v1/media')
      .field('alt', 'x')
      .expect(problem('validation', { pointer: '/file' }))
    await form(bytes, { file: 'x' }).expect(problem('validation', { pointer: '/file', code: 'invalid_type' }))
    await form(bytes, { atl: 'x' }).expect(problem('unknown-property', { pointer: '/atl' }))
    await form(bytes, { focalPoint: 'here' }).expect(problem('validation', { pointer: '/focalPoint' }))
    await form(bytes, { focalPoint: '{"x":2,"y":0}' }).expect(problem('validation', { pointer: '/focalPoint/x' }))
    await form(bytes, { crops: '{"round":{"x":0,"y":0,"width":1,"height":1}}' }).expect(
      problem('validation', { pointer: '/crops/round' }),
    )
    await form(bytes)
      .field('alt', 'a')
      .field('alt', 'b')
      .expect(problem('validation', { pointer: '/alt' }))
    await form(bytes).attach('file', bytes, 'second.jpg').expect(problem('bad-request'))
    await editor.post('/v1/media').attach('picture', bytes, 'x.jpg').expect(problem('unknown-property'))
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, 'x']))
    await form(bytes, many).expect(problem('bad-request'))
    await editor
      .post('/v1/media')
      .set('content-type', 'multipart/form-data; boundary=b')
      .send('--b\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\nbytes')
      .expect(problem('bad-request'))
    await editor.post('/v1/media').set('content-type', 'multipart/form-data').send('x').expect(problem('bad-request'))
    await form(bytes)
      .query({ alt: 'x' })
      .expect(problem('unknown-parameter', { pointer: '/alt' }))
    expect(await incoming()).toEqual([])
  })

  it.each([
    ['a file', 'image/jpeg', 'bytes'],
    [
      'a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nbytes',
    ],
  ])('leaves nothing where the client hangs up in the middle of %s', async (_, type, begun) => {
    const { hostname, port } = new URL(room.url)
    const { token } = await room.newKey('editor')
    const total = async () => (await editor.get('/v1/media?count=true&limit=1').expect(200)).body.page.total
    const before = await total()
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /v1/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${type}\r\nContent-Length: 100000\r\n\r\n${begun}`,
    )
    const until = async (isDone: (names: string[]) => boolean) => {
      while (!isDone(await incoming())) await new Promise(setImmediate)
    }
    await until((names) => names.length === 1)
    socket.destroy()
    await until((names) => names.length === 0)
    expect(await total()).toBe(before)
  })
})

it('a member that is an object has clean text, as a body has', async () => {
  const broken = ['{"holder":"a\\u0000b"}', '{"holder":"\\ud800"}', '{"holder":"a","holder":"b"}', '{']
  for (const rights of broken) {
    const query = `?rights=${encodeURIComponent(rights)}`
    await upload(await picture(), editor, query).expect(problem('validation', { in: 'query', pointer: '/rights' }))
    await form(await picture(), { rights }).expect(problem('validation', { in: 'body', pointer: '/rights' }))
  }
})

describe('a file at an address', () => {
  const server = createServer(async ({ url = '' }, response) => {
    if (url === '/moved') return response.writeHead(302, { location: '/a%20dawn.jpg' }).end()
    if (url === '/inside') return response.writeHead(302, { location: 'http://10.0.0.1/x' }).end()
    if (url === '/loop') return response.writeHead(302, { location: '/loop' }).end()
    if (url === '/large') return response.end(Buffer.alloc(300_000))
    if (url !== '/a%20dawn.jpg') return response.writeHead(404).end()
    return response.end(await photo({ width: 300, height: 200 }))
  })
  let origin: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  })
  afterAll(() => server.close())
  const fetched = (url: string, more = {}) => editor.post('/v1/media').send({ url, ...more })

  it('is fetched, and what leads elsewhere is followed', async () => {
    const { body } = await fetched(`${origin}/moved`, { alt: 'Dawn' }).expect(201)
    expect(body).toMatchObject({ fileName: 'moved', alt: 'Dawn', width: 300 })
    await fetched(`${origin}/a%20dawn.jpg`).expect(200)
  })

  it('is refused where it may not be fetched, or does not come', async () => {
    for (const url of ['http://10.0.0.1/x.jpg', 'http://[::1]/', `${origin}/inside`])
      await fetched(url).expect(problem('url-not-allowed', { pointer: '/url' }))
    for (const path of ['/nothing', '/loop']) await fetched(origin + path).expect(problem('unreadable'))
    await fetched('http://127.0.0.1:1/x').expect(problem('unreadable', { pointer: '/url', code: 'unreachable' }))
    await fetched(`${origin}/large`).expect(problem('too-large'))
    await fetched('ftp://127.0.0.1/x').expect(problem('validation'))
    await editor
      .post('/v1/media')
      .send({ alt: 'x' })
      .expect(problem('validation', { pointer: '/url' }))
    expect(await incoming()).toEqual([])
  })
})

describe('a file of media', () => {
  it('is stored under its checksum', async () => {
    const bytes = await picture()
    const { body } = await upload(bytes).expect(201)
    const shard = await readdir(join(folder, body.checksum.slice(0, 2)))
    expect(shard).toContain(checksumOf(bytes))
  })

  it('is replaced under the same entry', async () => {
    const { body: before } = await upload(await picture(), editor, '?alt=Dawn&focalPoint=%7B%22x%22:0,%22y%22:0%7D')
    const bytes = await drawing(80, 80).jpeg().toBuffer()
    const replace = (body: Buffer) =>
      editor.put(`/v1/media/${before.id}/file`).set('content-type', 'image/jpeg').send(body)
    const { body } = await replace(bytes).set('if-match', '"1"').expect(200)
    expect(body).toMatchObject({ id: before.id, width: 80, alt: 'Dawn', focalPoint: null, checksum: checksumOf(bytes) })
    await replace(bytes).set('if-match', '"1"').expect(problem('precondition-failed'))
    const other = await picture()
    await upload(other).expect(201)
    await replace(other).expect(problem('conflict'))
    await replace(Buffer.from('%PDF-1.7\n%%EOF\n')).expect(problem('conflict'))
  })

  it('is answered with 503 while its folder is gone', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    const gone = await newsroom({ MEDIA_DIR: file })
    await upload(await picture(), gone.editor).expect(problem('busy'))
    await gone.close()
  })
})

describe('the list of media', () => {
  it('is filtered and sorted', async () => {
    const credit = 'One of a kind'
    const rights = JSON.stringify({ syndication: 'denied', expiresAt: '2031-01-01T00:00:00Z' })
    const { body } = await form(await picture(), { credit, rights }).expect(201)
    for (const query of [
      `credit=${credit}`,
      'syndication=denied',
      'expiresAt[lt]=2031-01-01T00:00:01Z',
      'kind=image&unused=true&limit=1',
    ])
      await editor.get(`/v1/media?${query}`).expect(({ body: { data } }) => expect(data[0].id).toBe(body.id))
    await editor.get('/v1/media?kind=video').expect(({ body }) => expect(body.data).toEqual([]))
    await editor.get('/v1/media?status=withdrawn').expect(({ body }) => expect(body.data).toEqual([]))
    await editor.get('/v1/media?sort=name&include=latest').expect(200)
    await editor.get('/v1/media?sort=size').expect(problem('validation'))
  })
})

describe('a search in media', () => {
  it('finds words of its texts and of its file, also after a change', async () => {
    const bytes = await photo({ width: 640, height: 480 })
    const { body } = await form(bytes, { alt: 'Größere Brücke', caption: 'At low tide' }).expect(201)
    const found = async (q: string) =>
      (await editor.get('/v1/media').query({ q, limit: '100' }).expect(200)).body.data.some(
        ({ id }: { id: string }) => id === body.id,
      )
    for (const q of ['grossere', 'brück', 'low tide', '"low tide"', 'ellery', 'moreau', 'zealand coastal', 'reopens'])
      expect([q, await found(q)]).toEqual([q, true])
    for (const q of ['"tide low"', 'ebb', 'low nothing', '!!!', "') or 1=1 --", '"']) {
      expect([q, await found(q)]).toEqual([q, false])
    }
    await editor.patch(`/v1/media/${body.id}`).send({ caption: 'At ebb' }).expect(200)
    expect([await found('ebb'), await found('low tide')]).toEqual([true, false])
  })
})

describe('a media entry', () => {
  it('is changed by a merge patch', async () => {
    const { body } = await form(await picture(), { rights: '{"holder":"Wire","regions":["NZ"]}' }).expect(201)
    const patch = (change: object) => editor.patch(`/v1/media/${body.id}`).send(change)
    const crop = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 }
    const { body: after } = await patch({
      name: 'Bridge',
      crops: { square: crop },
      rights: { usage: 'Web only', regions: null },
    }).expect(200)
    expect(after).toMatchObject({
      name: 'Bridge',
      slug: body.slug,
      crops: { square: crop },
      rights: { holder: 'Wire', usage: 'Web only', regions: null },
    })
    await patch({ crops: { square: null } }).expect(200)
    await patch({ crops: { wide: { ...crop, width: 1 } } }).expect(
      problem('validation', { pointer: '/crops/wide/width' }),
    )
    await patch({ slug: 'x' }).expect(problem('unknown-property'))
    await patch({ kind: 'video' }).expect(problem('unknown-property'))
  })

  it('is in a bulk request, except for its upload', async () => {
    const { body } = await upload(await picture()).expect(201)
    const lines = [
      { op: 'create', resource: 'media', body: { name: 'x' } },
      { op: 'update', resource: 'media', id: body.id, body: { alt: 'A bridge' } },
      { op: 'delete', resource: 'media', id: body.id },
    ]
    const { text } = await editor
      .post('/v1/bulk')
      .type('application/x-ndjson')
      .buffer(true)
      .send(lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(text.match(/"line":\d,"status":\d+/g)).toEqual([
      '"line":1,"status":400',
      '"line":2,"status":200',
      '"line":3,"status":204',
    ])
    await editor.get(`/v1/media/${body.id}`).expect(problem('not-found'))
  })
})

it('no public reply is valid beyond the end of rights in media', async () => {
  const { anyone, clock } = room
  const { body } = await upload(await picture()).expect(201)
  const age = async () => (await anyone.get('/v1/articles').expect(200)).headers['cache-control']
  expect(await age()).toBe('public, max-age=10, stale-while-revalidate=60')
  const expiresAt = new Date(clock.time.getTime() + 7_000).toISOString()
  await editor.patch(`/v1/media/${body.id}`).send({ rights: { expiresAt } }).expect(200)
  expect(await age()).toBe('public, max-age=7, stale-while-revalidate=0')
  // In the trash it is shown by nothing, and does not expire.
  await editor.delete(`/v1/media/${body.id}`).expect(204)
  expect(await age()).toBe('public, max-age=10, stale-while-revalidate=60')
  await editor.post(`/v1/media/${body.id}/restore`).expect(200)
  expect(await age()).toBe('public, max-age=7, stale-while-revalidate=0')
  await editor
    .patch(`/v1/media/${body.id}`)
    .send({ rights: { expiresAt: null } })
    .expect(200)
  expect(await age()).toBe('public, max-age=10, stale-while-revalidate=60')
})

describe('a takedown', () => {
  /** A live article whose edition refers to a new picture; gives both ids. */
  async function used(fields: Record<string, string> = {}) {
    const { body: media } = await form(await picture(), fields).expect(201)
    const { body: article } = await editor
      .post('/v1/articles?publish=true')
      .send({ headline: `With ${media.id}` })
      .expect(201)
    const ref = { article: article.id, kind: 'media' as const, ref: media.id, publishedAt: article.publishedAt }
    await room.storage.transaction(async (tx) => void (await tx.insert(editionRefs).values(ref)))
    return { media: media.id as string, article: { id: article.id as string, slug: article.slug as string } }
  }
  const types = async () => (await room.storage.reader.select().from(changes)).map(({ type, target }) => [type, target])
  const takeDown = (media: string, client = editor) =>
    client.post(`/v1/media/${media}/takedown`).send({ reason: 'The agency has withdrawn it.' })

  it('lists the articles that lose the file, and is one change of each', async () => {
    const { media, article } = await used()
    await takeDown(media, room.contributor).expect(problem('forbidden'))
    const before = (await types()).length
    await takeDown(media).expect(200, { id: media, articles: [article] })
    expect((await types()).slice(before)).toEqual([
      ['article.updated', article.id],
      ['media.withdrawn', media],
    ])
    const { body } = await editor.get(`/v1/media/${media}`).expect(200)
    expect(body).toMatchObject({ status: 'withdrawn', statusReason: 'The agency has withdrawn it.' })
    await takeDown(media).expect(problem('conflict'))
  })

  it('keeps the same bytes out until an admin takes it back', async () => {
    const bytes = await picture()
    const { body } = await upload(bytes).expect(201)
    await takeDown(body.id).expect(200, { id: body.id, articles: [] })
    await upload(bytes).expect(problem('conflict'))
    await editor.delete(`/v1/media/${body.id}`).expect(204)
    await upload(bytes).expect(problem('conflict'))
    await editor.post(`/v1/media/${body.id}/restore`).expect(200)
    await editor.post(`/v1/media/${body.id}/reinstate`).expect(problem('forbidden'))
    const { body: again } = await room.admin.post(`/v1/media/${body.id}/reinstate`).expect(200)
    expect(again).toMatchObject({ status: 'available', statusReason: null })
    await room.admin.post(`/v1/media/${body.id}/reinstate`).expect(problem('conflict'))
    await upload(bytes).expect(200)
  })

  it('of rights that have ended happens by itself, and ends with later rights', async () => {
    const expiresAt = new Date(room.clock.time.getTime() + 60_000).toISOString()
    const { media, article } = await used({ rights: JSON.stringify({ expiresAt }) })
    expect(await expireDue(room)).toBe(0)
    room.clock.tick(60_000)
    const before = (await types()).length
    expect(await expireDue(room)).toBe(1)
    expect(await expireDue(room)).toBe(0)
    const status = async () => (await editor.get(`/v1/media/${media}`)).body.status
    expect(await status()).toBe('expired')
    await editor.patch(`/v1/media/${media}`).send({ rights: { expiresAt: null } })
    expect(await status()).toBe('available')
    expect((await types()).slice(before)).toEqual([
      ['article.updated', article.id],
      ['media.expired', media],
      ['article.updated', article.id],
      ['media.restored', media],
    ])
    const { body } = await form(await picture(), { rights: '{"expiresAt":"2020-01-01T00:00:00Z"}' }).expect(201)
    expect(body.status).toBe('expired')
  })

  it('aside, contributors may not change what a live article uses', async () => {
    const { body } = await upload(await picture(), room.contributor).expect(201)
    const ref = { kind: 'media', ref: body.id, editions: 1 }
    await room.storage.transaction(async (tx) => void (await tx.insert(refCounts).values(ref)))
    await room.contributor.patch(`/v1/media/${body.id}`).send({ alt: 'x' }).expect(problem('forbidden'))
  })
})

describe('the sweep', () => {
  it('deletes what has no entry once it is old, and nothing else', async () => {
    const store = folderStore(await temporaryFolder())
    const add = async (bytes: Buffer) => {
      await store.prepare()
      const file = await receiveFile(Readable.from([bytes]), { folder: store.incoming, maxBytes: 1_000_000 })
      await store.add(file)
      return file.checksum
    }
    const bytes = await picture()
    await upload(bytes).expect(201)
    const [named, orphan] = [await add(bytes), await add(await picture())]
    const at = (days: number) => ({ now: () => new Date(Date.now() + days * 86_400_000) })
    const sweep = (days: number) => sweepFiles({ db: room.storage.reader, files: store, clock: at(days) })
    expect(await sweep(6)).toBe(0)
    expect(await sweep(8)).toBe(1)
    expect(await store.find(named)).toMatchObject({ byteSize: bytes.length })
    expect(await store.find(orphan)).toBeUndefined()
  })
})
