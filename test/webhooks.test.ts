import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import type { HostLookup } from '../src/http/url-policy.ts'
import type { Syndication } from '../src/lib/media.ts'
import { webhookDeliveries, webhooks } from '../src/storage/schema.ts'
import type { Storage } from '../src/storage/storage.ts'
import { sweepDeliveries } from '../src/webhooks/deliveries.ts'
import { Dispatcher } from '../src/webhooks/dispatcher.ts'
import { secretEncryption } from '../src/webhooks/secret-encryption.ts'
import { sender } from '../src/webhooks/send.ts'
import { messageConforms } from './harness/document.ts'
import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'
import { type Answer, type Received, type Receiver, receiver, status } from './harness/receiver.ts'

const SECRETS_KEY = 'a-key-to-secrets-for-tests-that-is-long-enough'
/** How long receivers may take here, in milliseconds: those that hang cost so much. */
const TIMEOUT = 3_000
const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000]

/** Names that a test gives addresses. */
const names = new Map<string, () => string[]>()
const lookup: HostLookup = async (host) => {
  const addresses = names.get(host)?.() ?? []
  if (addresses.length === 0) throw new Error('there is no such name')
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

let room: Newsroom
let work: Dispatcher['runUntilIdle']
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  room = await newsroom({ SECRETS_KEY, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' }, { hostLookup: lookup })
  for (const [name, parent] of [
    ['World', null],
    ['Asia', 'world'],
    ['Sport', null],
  ] as const)
    await room.editor.post('/v1/sections').send({ name, parent }).expect(201)
  const main = another()
  work = () => main.runUntilIdle()
})
afterEach(async () => {
  const { body } = await room.admin.get('/v1/webhooks?limit=100').expect(200)
  for (const { id } of body.data) await room.admin.delete(`/v1/webhooks/${id}`).expect(204)
})
afterAll(async () => {
  for (const one of open) await one.close()
  await room.close()
})

/** A process that sends, over the database of the newsroom. */
function another(storage: Storage = room.storage, key: string | undefined = SECRETS_KEY): Dispatcher {
  const sending = sender(['127.0.0.1'], { timeout: TIMEOUT, lookup })
  open.push(sending)
  return new Dispatcher({ storage, clock: room.clock, secrets: secretEncryption(key, undefined), sender: sending })
}

async function receiving(answer?: Answer): Promise<Receiver> {
  const made = await receiver(answer)
  open.push(made)
  return made
}

interface Hook {
  id: string
  secret: string
  path: string
  now(): Promise<Record<string, unknown>>
  deliveries(query?: string): Promise<Record<string, unknown>[]>
}

async function hook(url: string, more: object = {}): Promise<Hook> {
  const { body } = await room.admin
    .post('/v1/webhooks')
    .send({ url, events: ['*'], ...more })
    .expect(201)
  const path = `/v1/webhooks/${body.id}`
  return {
    id: body.id,
    secret: body.secret,
    path,
    now: async () => (await room.admin.get(path).expect(200)).body,
    deliveries: async (query = '') => (await room.admin.get(`${path}/deliveries${query}`).expect(200)).body.data,
  }
}

const publish = async (headline: string, more: object = {}): Promise<string> => {
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}
const change = (id: string, patch: object) =>
  room.editor.patch(`/v1/articles/${id}?publish=true`).send(patch).expect(200)

/** Whether the signature is what the package of the standard makes of it. */
const fits = (secret: string, { id, headers, text }: Received): boolean[] => {
  const expected = new StandardWebhook(secret).sign(id, new Date(Number(headers['webhook-timestamp']) * 1_000), text)
  return String(headers['webhook-signature'])
    .split(' ')
    .map((one) => one === expected)
}

describe('a message', () => {
  it('is signed, and has what the change has, and nothing of a draft', async () => {
    const to = await receiving()
    const { secret } = await hook(to.url, { events: ['article.*', 'author.created'] })
    await room.editor.post('/v1/articles').send({ headline: 'Secret so far' }).expect(201)
    await room.editor.post('/v1/authors').send({ name: 'Ana Moreau' }).expect(201)
    await room.editor.post('/v1/tags').send({ name: 'Not asked for' }).expect(201)
    const id = await publish('Bridge reopens')
    await room.editor.patch(`/v1/articles/${id}`).send({ headline: 'Working copy' }).expect(200)
    await work()
    const { body } = await room.partner.get('/v1/changes?limit=1000').expect(200)
    const shown = body.data.filter(({ seq }: { seq: number }) => to.received.some(({ data }) => data.seq === seq))
    expect(to.received.map(({ text }) => JSON.parse(text))).toEqual(
      shown.map(({ type, at, ...data }: Record<string, string>) => ({ type, timestamp: at, data })),
    )
    expect(to.received.map(({ type }) => type)).toEqual(['author.created', 'article.published'])
    for (const message of to.received) {
      expect(fits(secret, message)).toEqual([true])
      expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': message.id })
      expect(message.text).not.toMatch(/Secret so far|Working copy|edition/)
      messageConforms(message)
    }
    expect(new Set(to.received.map((message) => message.id)).size).toBe(2)
  })

  it('is verified by the package of the standard, and refused when it is altered or old', async () => {
    const before = room.clock.time
    room.clock.time = new Date()
    const to = await receiving()
    const { secret } = await hook(to.url)
    await publish('Just now')
    await work()
    room.clock.time = before
    const [{ text, headers } = { text: '', headers: {} }] = to.received
    const standard = new StandardWebhook(secret)
    expect(standard.verify(text, headers as Record<string, string>)).toMatchObject({ type: 'article.published' })
    expect(() => standard.verify(`${text} `, headers as Record<string, string>)).toThrow('No matching signature')
  })

  it('has the edition as it is when it is sent, or null', async () => {
    const to = await receiving()
    await hook(to.url, { events: ['article.published'], include: ['edition'] })
    const [kept, gone] = [await publish('First words'), await publish('Taken back')]
    await change(kept, { headline: 'Last words' })
    await room.editor.patch(`/v1/articles/${kept}`).send({ headline: 'Working copy' }).expect(200)
    await room.editor.post(`/v1/articles/${gone}/unpublish`).expect(200)
    await work()
    expect(to.received.map(({ data }) => [data.gone, data.edition?.headline ?? null])).toEqual([
      [false, 'Last words'],
      [true, null],
    ])
    for (const message of to.received) messageConforms(message)
  })

  it('has of media what every partner may have, or as much as the webhook says', async () => {
    const photo = async (syndication: Syndication) => (await storePhoto(room, { rights: { syndication } })).id
    const [open, byGrant, denied] = [await photo('allowed'), await photo('by-grant'), await photo('denied')]
    const receivers = await Promise.all(
      [{}, { media: 'granted' }, { media: 'all' }].map(async (media) => {
        const to = await receiving()
        return { to, id: (await hook(to.url, { events: ['article.*'], include: ['edition'], ...media })).id }
      }),
    )
    const body = [open, byGrant, denied].map((media) => ({ type: 'image', media }))
    await publish('With pictures', { image: { media: denied }, body })
    await work()
    const shown = ({ to }: { to: Receiver }) => {
      const { text } = to.received.at(-1) as Received
      return [open, byGrant, denied].filter((id) => text.includes(id))
    }
    expect(receivers.map(shown)).toEqual([[open], [open, byGrant], [open, byGrant, denied]])
    const [first] = receivers
    await room.admin
      .patch(`/v1/webhooks/${first?.id}`)
      .send({ media: 'all' })
      .expect(({ body: patched }) => expect(patched).toMatchObject({ media: 'all', include: ['edition'] }))
    await publish('With more', { image: { media: denied } })
    await work()
    expect(receivers.map(shown)).toEqual([[denied], [], [denied]])
  })

  it('of a section covers all below it, and what has left it', async () => {
    const to = await receiving()
    const { now } = await hook(to.url, { events: ['article.*'], section: 'world' })
    const moving = await publish('Moving', { section: 'asia' })
    await publish('Elsewhere', { section: 'sport' })
    await publish('Nowhere')
    await work()
    await change(moving, { section: 'sport' })
    await change(moving, { headline: 'Never to be told' })
    await work()
    expect(to.received.map(({ data }) => [data.article?.slug, data.gone])).toEqual([
      ['moving', false],
      ['moving', true],
    ])
    expect(await now()).toMatchObject({ section: expect.stringMatching(/^[0-9a-f-]{36}$/), behind: 0, pending: 0 })
  })

  it('is signed with both secrets for a day after a rotation', async () => {
    const to = await receiving()
    const { secret, path, now } = await hook(to.url)
    const { body } = await room.admin.post(`${path}/rotate`).expect(200)
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await publish('In between')
    await work()
    expect(await now()).toMatchObject({ oldSecretUntil: new Date(room.clock.time.getTime() + DAY).toISOString() })
    room.clock.tick(DAY)
    await publish('A day later')
    await work()
    const [between, after] = to.received as [Received, Received]
    expect([fits(body.secret, between), fits(secret, between)]).toEqual([
      [true, false],
      [false, true],
    ])
    expect([fits(body.secret, after), fits(secret, after)]).toEqual([[true], [false]])
    expect(await now()).toMatchObject({ oldSecretUntil: null })
  })

  it('is signed with each secret for a day after it was replaced, five at most', async () => {
    const to = await receiving()
    const { secret, path } = await hook(to.url)
    const rotate = async () => (await room.admin.post(`${path}/rotate`).expect(200)).body.secret as string
    const all = [secret]
    const quarter = DAY / 4
    for (let n = 0; n < 3; n++) {
      all.unshift(await rotate())
      room.clock.tick(quarter)
    }
    const signers = async (headline: string) => {
      await publish(headline)
      await work()
      return all.map((one) => fits(one, to.received.at(-1) as Received).includes(true))
    }
    expect(await signers('While all sign')).toEqual([true, true, true, true])
    room.clock.tick(quarter)
    expect(await signers('After the day of the first')).toEqual([true, true, true, false])
    for (let n = 0; n < 2; n++) await rotate()
    const { body } = await room.admin.post(`${path}/rotate`).expect(problem('conflict'))
    expect(body.detail).toContain('5 secrets sign already; rotate again after ')
    room.clock.tick(quarter)
    await rotate()
  })

  it('is sent to test a webhook, whatever its events are', async () => {
    const to = await receiving()
    const { path, id } = await hook(to.url, { events: ['tag.deleted'] })
    const { body } = await room.admin.post(`${path}/test`).expect(202)
    await work()
    expect(to.received).toMatchObject([{ id: body.id, type: 'webhook.test', data: { webhook: { id } } }])
    for (const message of to.received) messageConforms(message)
    await room.admin.patch(path).send({ status: 'paused' }).expect(200)
    await room.admin.post(`${path}/test`).expect(problem('conflict'))
  })
})

describe('a receiver', () => {
  const endless: Answer = (reply) => {
    const more = () => {
      while (!reply.destroyed && reply.write(Buffer.alloc(65_536, 'x')));
    }
    reply.on('drain', more).on('error', () => {})
    more()
  }
  const drip: Answer = (reply) => {
    const timer = setInterval(() => reply.write('x'), 5)
    reply.on('close', () => clearInterval(timer))
  }
  const bad: [string, Answer, object][] = [
    ['hangs', () => {}, { error: 'timeout', responseStatus: null }],
    ['resets', (_reply, _message, { socket }) => void socket.resetAndDestroy(), { error: 'connection' }],
    ['answers garbage', (_reply, _message, { socket }) => void socket.end('garbage\r\n\r\n'), { error: 'connection' }],
    [
      'redirects',
      (reply) => void reply.writeHead(307, { location: `${secondUrl()}` }).end(),
      { error: 'status', responseStatus: 307 },
    ],
    [
      'answers 500 with markup',
      status(500, `<script>"\u0000é\r\n${'long '.repeat(1_000)}`),
      { error: 'status', responseStatus: 500, excerpt: expect.stringMatching(/^[ -~]{300,400}$/) },
    ],
    [
      'answers 500 without end',
      (reply, ...rest) => {
        reply.statusCode = 500
        endless(reply, ...rest)
      },
      { error: 'status', responseStatus: 500, excerpt: 'x'.repeat(300) },
    ],
  ]
  let second: Receiver
  const secondUrl = () => second.url

  it.each(bad)('that %s is tried again with the same id; another gets all meanwhile', async (_what, answer, shown) => {
    second = await receiving()
    const to = await receiving(answer)
    const [one, other] = [await hook(to.url), await hook(second.url)]
    await publish('Told to both')
    await work()
    expect(second.received).toHaveLength(1)
    expect(await other.now()).toMatchObject({ pending: 0, failingSince: null, lastFailureAt: null })
    const time = room.clock.time.toISOString()
    expect(await one.now()).toMatchObject({ status: 'active', pending: 1, failingSince: time, lastFailureAt: time })
    expect(await one.deliveries()).toMatchObject([{ status: 'pending', attempts: 1, lastAttemptAt: time, ...shown }])
    to.answer = status(200)
    room.clock.tick(10 * SECOND)
    await work()
    expect(new Set(to.received.map(({ id }) => id)).size).toBe(1)
    expect(await one.now()).toMatchObject({ pending: 0, failingSince: null })
    expect(await one.deliveries()).toMatchObject([
      { status: 'delivered', attempts: 2, error: null, excerpt: null, responseStatus: 200, nextAttemptAt: null },
    ])
    expect(second.received).toHaveLength(1)
  })

  it.each([
    ['without end', endless],
    ['drop by drop', drip],
  ])('that answers 200 %s has got it', async (_what, answer) => {
    const to = await receiving(answer)
    const { deliveries } = await hook(to.url)
    await publish('Told once')
    await work()
    room.clock.tick(DAY)
    await work()
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 1, responseStatus: 200 }])
    expect(to.received).toHaveLength(1)
  })

  it('that hangs delays no other', async () => {
    const held: (() => void)[] = []
    const slow = await receiving((reply) => void held.push(() => reply.end()))
    const good = await receiving()
    const [one, other] = [await hook(slow.url), await hook(good.url)]
    for (let n = 0; n < 40; n++) await publish(`Of many ${n}`)
    const sending = another()
    const done = sending.runUntilIdle()
    await good.has(40)
    await slow.has(1)
    expect(slow.received.length).toBeLessThanOrEqual(4)
    slow.answer = status(204)
    for (const release of held) release()
    await done
    expect(await other.now()).toMatchObject({ pending: 0 })
    expect(await one.now()).toMatchObject({ pending: 0, failingSince: null })
    expect(new Set(slow.received.map(({ id }) => id)).size).toBe(40)
  })

  it('that answers 410 is disabled, until its owner says otherwise', async () => {
    const to = await receiving(status(410))
    const { path, now, deliveries } = await hook(to.url)
    await publish('Not wanted')
    await work()
    await publish('Not sent')
    await work()
    expect(to.received).toHaveLength(1)
    expect(await now()).toMatchObject({
      status: 'disabled',
      reason: expect.stringContaining('410'),
      dead: 1,
      behind: 1,
    })
    to.answer = status(200)
    await room.admin.patch(path).send({ status: 'active' }).expect(200)
    await work()
    expect(to.slugs()).toEqual(['not-wanted', 'not-sent'])
    const [, dead] = await deliveries()
    expect(await deliveries('?status=dead')).toEqual([dead])
    await room.admin.post(`${path}/deliveries/${dead?.id}/redeliver`).expect(202)
    await work()
    expect(to.received.map(({ id }) => id)).toEqual([dead?.id, expect.anything(), dead?.id])
    expect(await now()).toMatchObject({ status: 'active', reason: null, dead: 0, behind: 0 })
  })

  it('that fails for three days is paused; its owner sees why, and resumes', async () => {
    const to = await receiving(status(503))
    const { path, now, deliveries } = await hook(to.url)
    const id = await publish('Retried')
    const began = room.clock.time.getTime()
    const waits: number[] = []
    for (let last = began; ; ) {
      await work()
      const [delivery] = await deliveries()
      if (delivery?.status !== 'pending') break
      const next = Date.parse(String(delivery.nextAttemptAt))
      waits.push(next - last)
      room.clock.time = new Date(next - 1)
      const before = to.received.length
      await work()
      expect(to.received).toHaveLength(before)
      last = next
      room.clock.time = new Date(next)
    }
    const nominal = [5 / 3600, 1 / 12, 0.5, 2, 5, 10, 14, 20, 20]
    expect(waits).toHaveLength(nominal.length)
    for (const [index, wait] of waits.entries()) {
      const ratio = wait / ((nominal[index] ?? 0) * HOUR)
      expect(ratio).toBeGreaterThanOrEqual(0.9)
      expect(ratio).toBeLessThanOrEqual(1.1)
    }
    expect(new Set(to.received.map(({ id }) => id)).size).toBe(1)
    const paused = await now()
    expect(paused).toMatchObject({ status: 'paused', reason: expect.stringContaining('three days'), dead: 1 })
    expect(paused.failingSince).toBe(new Date(began).toISOString())
    await change(id, { headline: 'Told once resumed' })
    await work()
    expect(to.received).toHaveLength(10)
    to.answer = status(200)
    await room.admin.patch(path).send({ status: 'active' }).expect(200)
    await work()
    expect(await now()).toMatchObject({ status: 'active', reason: null, failingSince: null, dead: 1, pending: 0 })
    expect(to.received).toHaveLength(11)
    const { body } = await room.admin.get(`/v1/audit-log?target=${paused.id}&action=webhook.pause`).expect(200)
    expect(body.data).toMatchObject([{ actor: { name: 'webhooks' } }])
  })
})

describe('the order', () => {
  it('of one article is preserved at each endpoint, and other articles do not wait', async () => {
    const to = await receiving((reply, { data }) => {
      status(data.article?.slug === 'stuck' && broken ? 500 : 200)(reply, {} as never, {} as never)
    })
    let broken = true
    const { deliveries } = await hook(to.url)
    const stuck = await publish('Stuck')
    await publish('Free')
    for (const n of [1, 2, 3]) await change(stuck, { summary: `Version ${n}` })
    await work()
    room.clock.tick(10 * SECOND)
    await work()
    expect(to.slugs().toSorted()).toEqual(['free', 'stuck', 'stuck'])
    broken = false
    room.clock.tick(HOUR)
    await work()
    const seqs = to.received.filter(({ data }) => data.article?.slug === 'stuck').map(({ data }) => data.seq)
    expect(seqs).toEqual(seqs.toSorted((a, b) => Number(a) - Number(b)))
    expect(new Set(seqs).size).toBe(4)
    expect(await deliveries('?status=delivered')).toHaveLength(5)
  })
})

describe('a process', () => {
  it('that is killed between sending and saving has it sent again, under the same id', async () => {
    const to = await receiving()
    const { deliveries } = await hook(to.url)
    await publish('Sent twice')
    const dying = another({
      ...room.storage,
      transaction: (work) => {
        if (to.received.length > 0) throw new Error('killed')
        return room.storage.transaction(work)
      },
    })
    await expect(dying.runUntilIdle()).rejects.toThrow('killed')
    await work()
    expect(to.received).toHaveLength(1)
    room.clock.tick(60 * SECOND)
    await work()
    expect(to.received.map(({ id }) => id)).toEqual([to.received[0]?.id, to.received[0]?.id])
    expect(await deliveries()).toMatchObject([{ status: 'delivered' }])
  })

  it('that is killed while it creates deliveries omits none, and creates none twice', async () => {
    const to = await receiving()
    await hook(to.url)
    for (const n of [1, 2, 3]) await publish(`Made once ${n}`)
    const dying = another({
      ...room.storage,
      transaction: (work) =>
        room.storage.transaction(async (tx) => {
          await work(tx)
          throw new Error('killed')
        }),
    })
    await expect(dying.runUntilIdle()).rejects.toThrow('killed')
    expect(await room.storage.reader.select().from(webhookDeliveries)).toEqual([])
    await work()
    expect(to.slugs()).toEqual(['made-once-1', 'made-once-2', 'made-once-3'])
  })

  it('shares the work with others over the same database', async () => {
    const to = await receiving()
    await hook(to.url)
    for (let n = 0; n < 20; n++) await publish(`Shared ${n}`)
    await Promise.all([another().runUntilIdle(), another().runUntilIdle(), another().runUntilIdle()])
    expect(to.received).toHaveLength(20)
    expect(new Set(to.received.map(({ id }) => id)).size).toBe(20)
  })

  it('that stops breaks off what hangs, and leaves it for the next', async () => {
    const to = await receiving(() => {})
    const { deliveries } = await hook(to.url)
    await publish('Broken off')
    const patient = new Dispatcher({
      storage: room.storage,
      clock: room.clock,
      secrets: secretEncryption(SECRETS_KEY, undefined),
      sender: sender(['127.0.0.1']),
    })
    const done = patient.runUntilIdle()
    await to.has(1)
    await patient.stop()
    await done
    expect(await deliveries()).toMatchObject([{ status: 'pending', attempts: 0, error: null }])
    to.answer = status(200)
    await work()
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 1 }])
  })
})

describe('an address', () => {
  let strict: Newsroom
  beforeAll(async () => {
    strict = await newsroom({ SECRETS_KEY, WEBHOOK_ALLOWED_HOSTS: 'hooks.internal:8080,[::2]' }, { hostLookup: lookup })
    names.set('inside.example', () => ['10.0.0.1'])
    names.set('hooks.internal', () => ['10.0.0.1'])
  })
  afterAll(() => strict.close())
  const make = (url: unknown) => strict.admin.post('/v1/webhooks').send({ url, events: ['*'] })

  // Every other spelling of an address that is not public: test/webhooks/address.test.ts.
  it.each(['http://127.0.0.2/', 'http://inside.example/'])('is refused: %s', async (url) => {
    const refused = problem('url-not-allowed', { in: 'body', pointer: '/url' })
    await make(url).expect(refused)
    const { body } = await make('https://public.example/').expect(201)
    await strict.admin.patch(`/v1/webhooks/${body.id}`).send({ url }).expect(refused)
    await strict.admin.delete(`/v1/webhooks/${body.id}`).expect(204)
  })

  it.each(['https://public.example/hooks?of=ours', 'http://HOOKS.internal:8080/'])('is taken: %s', async (url) => {
    expect((await make(url).expect(201)).body).toMatchObject({ url, status: 'active' })
  })

  it.each(['', 'hooks', '/hooks', 'http://', 'http://[::1', 'http://a b/', 1, null])('is none: %j', async (url) => {
    const refused = problem('validation', { in: 'body', pointer: '/url' })
    await room.admin
      .post('/v1/webhooks')
      .send({ url, events: ['*'] })
      .expect(refused)
  })

  it('that is public when the webhook is created and private later is not reached', async () => {
    const to = await receiving()
    const { port } = new URL(to.url)
    const now: string[] = []
    names.set('rebound.example', () => now)
    now.push('93.184.216.34')
    const { deliveries } = await hook(`http://rebound.example:${port}/hook`)
    await publish('Rebound')
    for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['93.184.216.34', '127.0.0.1'], []]) {
      now.splice(0, 2, ...addresses)
      await work()
      const error = addresses.length > 0 ? 'url-not-allowed' : 'connection'
      expect(await deliveries()).toMatchObject([{ status: 'pending', error, responseStatus: null }])
      room.clock.tick(DAY)
    }
    expect(to.received).toEqual([])
  })

  it('that the operator allows no more is not reached', async () => {
    const to = await receiving()
    const { deliveries } = await hook(to.url)
    await publish('Not allowed any more')
    const stricter = new Dispatcher({
      storage: room.storage,
      clock: room.clock,
      secrets: secretEncryption(SECRETS_KEY, undefined),
      sender: sender(['127.0.0.1:1', 'localhost'], { timeout: TIMEOUT, lookup }),
    })
    await stricter.runUntilIdle()
    await stricter.stop()
    expect(await deliveries()).toMatchObject([{ error: 'url-not-allowed' }])
    expect(to.received).toEqual([])
  })
})

describe('a webhook', () => {
  it('is listed, read, changed on condition, and deleted with what was to be sent', async () => {
    const to = await receiving()
    const { path, id, now } = await hook(to.url, { name: ' Site ', events: ['tag.created', 'tag.*', 'tag.created'] })
    const shown = await now()
    expect(shown).toMatchObject({
      id,
      name: 'Site',
      events: ['tag.created', 'tag.*'],
      section: null,
      include: [],
      version: 1,
    })
    expect((await room.admin.get('/v1/webhooks').expect(200)).body.data).toEqual([shown])
    const { headers } = await room.admin.get(path).expect(200)
    const patch = { name: null, include: ['edition'], section: 'asia', events: ['article.*'] }
    const { body } = await room.admin.patch(path).set('if-match', String(headers.etag)).send(patch).expect(200)
    expect(body).toMatchObject({ name: null, include: ['edition'], events: ['article.*'], version: 2, url: to.url })
    await room.admin
      .patch(path)
      .set('if-match', String(headers.etag))
      .send(patch)
      .expect(problem('precondition-failed'))
    await room.admin.delete(path).set('if-match', '"1"').expect(problem('precondition-failed'))
    await room.admin.patch(path).send({ section: null }).expect(200)
    await publish('Never sent')
    await room.admin.delete(path).expect(204)
    await work()
    expect(to.received).toEqual([])
    await room.admin.get(path).expect(problem('not-found'))
    const actions = (await room.admin.get(`/v1/audit-log?target=${id}`).expect(200)).body.data
    expect(actions.map(({ action }: { action: string }) => action)).toEqual([
      'webhook.delete',
      'webhook.update',
      'webhook.update',
      'webhook.create',
    ])
  })

  it.each([
    [{ events: [] }, 'validation', '/events'],
    [{ events: ['article.publish'] }, 'validation', '/events/0'],
    [{ events: ['article.*', 'webhook.test'] }, 'validation', '/events/1'],
    [{ include: ['body'] }, 'validation', '/include/0'],
    [{ section: 'nowhere' }, 'invalid-reference', '/section'],
    [{ section: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d' }, 'invalid-reference', '/section'],
    [{ name: '' }, 'validation', '/name'],
    [{ secret: 'whsec_mine' }, 'unknown-property', '/secret'],
    [{ status: 'active' }, 'unknown-property', '/status'],
    [{ cursor: 0 }, 'unknown-property', '/cursor'],
  ] as const)('is not made: %j', async (more, type, pointer) => {
    await room.admin
      .post('/v1/webhooks')
      .send({ url: 'https://public.example/', events: ['*'], ...more })
      .expect(problem(type, { in: 'body', pointer }))
  })

  it('is created once for one Idempotency-Key, and shows the same secret again', async () => {
    const make = () =>
      room.admin
        .post('/v1/webhooks')
        .set('idempotency-key', 'made-once')
        .send({ url: 'https://public.example/', events: ['*'] })
        .expect(201)
    expect((await make()).body).toEqual((await make()).body)
    expect((await room.admin.get('/v1/webhooks').expect(200)).body.data).toHaveLength(1)
  })

  it('that is paused is sent nothing, and continues where it stopped', async () => {
    const to = await receiving()
    const { path, now } = await hook(to.url)
    await room.admin.patch(path).send({ status: 'paused' }).expect(200)
    await publish('While paused')
    await work()
    expect(to.received).toEqual([])
    expect(await now()).toMatchObject({ status: 'paused', reason: null, behind: 1, pending: 0 })
    await room.admin.patch(path).send({ status: 'active' }).expect(200)
    await work()
    expect(to.slugs()).toEqual(['while-paused'])
  })

  it('has a log of deliveries in pages, the old of which are swept', async () => {
    const to = await receiving(
      (reply, { data }) => void reply.writeHead(data.article?.slug === 'kept-0' ? 500 : 200).end(),
    )
    const { path } = await hook(to.url)
    for (const n of [0, 1, 2]) await publish(`Kept ${n}`)
    await work()
    const slugs: string[] = []
    for (let next: string | null = `${path}/deliveries?limit=1`; next; ) {
      const { body }: { body: { data: { target: { slug: string } }[]; page: { next: string | null } } } =
        await room.admin.get(next).expect(200)
      slugs.push(...body.data.map(({ target }) => target.slug))
      next = body.page.next && `${path}/deliveries?limit=1&cursor=${body.page.next}`
    }
    expect(slugs).toEqual(['kept-2', 'kept-1', 'kept-0'])
    await room.admin.get(`${path}/deliveries?status=lost`).expect(problem('validation', { pointer: '/status' }))
    const [{ id } = { id: '' }] = (await room.admin.get(`${path}/deliveries?status=pending`).expect(200)).body.data
    await room.admin.post(`${path}/deliveries/${id}/redeliver`).expect(problem('conflict'))
    room.clock.tick(10 * DAY + 1)
    await sweepDeliveries(room, 11)
    expect((await room.admin.get(`${path}/deliveries`).expect(200)).body.data).toHaveLength(3)
    await sweepDeliveries(room, 10)
    expect((await room.admin.get(`${path}/deliveries`).expect(200)).body.data).toMatchObject([
      { id, status: 'pending' },
    ])
  })
})

describe('a secret', () => {
  const inBase64 = (secret: string) => secret.replace('whsec_', '').replace(/=+$/, '')

  it('is shown once: in no later reply, no log, and not in the database', async () => {
    const to = await receiving()
    const { secret, path } = await hook(to.url)
    const { body } = await room.admin.post(`${path}/rotate`).set('idempotency-key', 'rotated').expect(200)
    await room.admin.post(`${path}/test`).expect(202)
    await work()
    await room.admin
      .post('/v1/webhooks')
      .send({ url: secret, events: [body.secret] })
      .expect(400)
    const replies = [
      await room.admin.get(path),
      await room.admin.get('/v1/webhooks'),
      await room.admin.get(`${path}/deliveries`),
      await room.admin.patch(path).send({ name: 'Renamed' }),
      await room.admin.get('/v1/audit-log'),
    ].map(({ text }) => text)
    const rows = [
      await room.storage.reader.select().from(webhooks),
      await room.storage.reader.select().from(webhookDeliveries),
    ]
    const bytes = rows[0]
      ?.flatMap((row) => Object.values(row))
      .map((value) => Buffer.from(value instanceof Uint8Array ? value : String(value)))
    const { file } = room.storage
    const files = file === undefined ? [] : ['', '-wal'].map((end) => readFileSync(`${file}${end}`).toString('latin1'))
    for (const one of [secret, body.secret].map(inBase64)) {
      const raw = Buffer.from(one, 'base64')
      for (const text of [...replies, ...room.log, JSON.stringify(rows), ...files]) {
        expect(text.includes(one)).toBe(false)
        expect(text.includes(raw.toString('latin1'))).toBe(false)
      }
      for (const value of bytes ?? []) expect(value.includes(raw) || value.includes(one)).toBe(false)
    }
    expect(replies.join()).not.toMatch(/whsec_|"secret"|"oldSecret"/)
  })

  it('that cannot be decrypted any more pauses its webhook, until it is rotated', async () => {
    const to = await receiving()
    const { path, now } = await hook(to.url)
    await publish('Unsigned')
    await another(room.storage, 'another-key-to-secrets-that-is-long-enough').runUntilIdle()
    expect(to.received).toEqual([])
    expect(await now()).toMatchObject({ status: 'paused', reason: expect.stringContaining('SECRETS_KEY'), pending: 1 })
    const { body } = await room.admin.post(`${path}/rotate`).expect(200)
    await room.admin.patch(path).send({ status: 'active' }).expect(200)
    await work()
    expect(to.received.map((message) => fits(body.secret, message))).toEqual([[true, false]])
  })

  it('needs a setting, or a file beside the database that its owner alone can read', async () => {
    const other = await newsroom({ WEBHOOK_ALLOWED_HOSTS: 'hooks.internal:8080' }, { hostLookup: lookup })
    const make = () => other.admin.post('/v1/webhooks').send({ url: 'http://hooks.internal:8080/', events: ['*'] })
    const { file } = other.storage
    if (file === undefined) {
      const { body } = await make().expect(problem('not-configured'))
      expect(body.detail).toContain('set SECRETS_KEY')
    } else {
      const made = await Promise.all([make().expect(201), make().expect(201)])
      expect(statSync(`${file}.key`).mode & 0o777).toBe(0o600)
      expect(readdirSync(dirname(file)).filter((name) => name.includes('.key'))).toEqual(['test.db.key'])
      const secrets = secretEncryption(undefined, file)
      const rows = await other.storage.reader.select().from(webhooks)
      const opened = rows.map(({ id, secret }) => secrets.decrypt(secret, id))
      expect(opened.toSorted()).toEqual(made.map(({ body }) => body.secret).toSorted())
      // What is sealed for one does not open for another.
      expect(secrets.decrypt(rows[0]?.secret ?? new Uint8Array(), rows[1]?.id ?? '')).toBe(undefined)
    }
    await other.close()
  })
})
