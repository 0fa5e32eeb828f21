import { connect } from 'node:net'
import { createClient } from '@redis/client'
import { networkOf } from '../../src/http/client-address.ts'
import { newId } from '../../src/lib/id.ts'
import { type AddCounts, type RateWindows, rateWindows, spent } from '../../src/lib/rate-windows.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
import { problem } from '../harness/problem.ts'

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8::/64'],
  ['::1', '::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['unknown', 'unknown'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2::/64'],
  ['', ''],
  ['x'.repeat(10_000), 'x'.repeat(64)],
  [`${'x'.repeat(70)}:`, 'x'.repeat(64)],
  ['not:an:address', 'not:an:address'],
])('the rate limit counts %s as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network)
})

describe('windows of requests', () => {
  it('begin with the first request of a client, and end after a minute', () => {
    const windows = rateWindows()
    expect(windows.count('a', 2, 1_000)).toMatchObject({ count: 1, end: 61_000 })
    expect(windows.count('a', 2, 60_999)).toMatchObject({ count: 2, end: 61_000 })
    expect(windows.count('b', 2, 60_999)).toMatchObject({ count: 1, end: 120_999 })
    expect(windows.count('a', 2, 61_000)).toMatchObject({ count: 1, end: 121_000 })
  })

  it('are not forgotten in a flood of addresses, for those at their limit or with more requests than the flood', () => {
    const windows = rateWindows(100)
    for (let count = 0; count < 12; count++) windows.count('over', 10, 0)
    for (let count = 0; count < 5; count++) windows.count('busy', 10, 0)
    for (let address = 0; address < 10_000; address++) windows.count(`flood-${address}`, 10, 1)
    expect(windows.count('over', 10, 2).count).toBe(13)
    expect(windows.count('busy', 10, 2).count).toBe(6)
    expect(windows.count('flood-0', 10, 2).count).toBe(1)
    expect(windows.count('flood-9999', 10, 2).count).toBe(2)
  })

  it('are all kept where all are at their limit', () => {
    const windows = rateWindows(100)
    for (let address = 0; address < 1_000; address++) windows.count(`${address}`, 1, 0)
    for (let address = 0; address < 1_000; address++) expect(windows.count(`${address}`, 1, 1).count).toBe(2)
  })
})

describe('windows of several processes', () => {
  /** What Redis does, without the network. */
  const store = () => {
    const totals = new Map<string, { total: number; end: number }>()
    return (now: number): AddCounts =>
      async (counts) =>
        counts.map(({ client, count, left }) => {
          const known = totals.get(client)
          const entry = known && known.end > now ? known : { total: 0, end: now + left }
          totals.set(client, { ...entry, total: entry.total + count })
          return { total: entry.total + count, left: entry.end - now }
        })
  }
  const countTimes = (windows: RateWindows, times: number, now: number) => {
    let last = windows.count('a', 10, now)
    for (let time = 1; time < times; time++) last = windows.count('a', 10, now)
    return last
  }

  it('have each the requests of all, and end together', async () => {
    const [one, other, at] = [rateWindows(), rateWindows(), store()]
    countTimes(one, 4, 0)
    await one.exchange(1_000, at(1_000))
    countTimes(other, 5, 30_000)
    await other.exchange(30_000, at(30_000))
    expect(other.count('a', 10, 30_001)).toMatchObject({ count: 6, others: 4, end: 60_000 })
    one.count('a', 10, 30_002)
    await one.exchange(31_000, at(31_000))
    await other.exchange(31_500, at(31_500))
    expect(spent(other.count('a', 10, 32_000))).toBe(12)
    expect(spent(one.count('a', 10, 32_000))).toBe(11)
    expect(other.count('a', 10, 60_000)).toMatchObject({ count: 1, others: 0 })
  })

  it('are exchanged again after a failure, and only for those who have spent a tenth', async () => {
    const windows = rateWindows()
    windows.count('rare', 100, 0)
    countTimes(windows, 3, 0)
    await expect(windows.exchange(1, () => Promise.reject(new Error('unreachable')))).rejects.toThrow('unreachable')
    const added: unknown[] = []
    await windows.exchange(2, async (counts) => {
      added.push(...counts)
      return counts.map(({ count, left }) => ({ total: count, left }))
    })
    expect(added).toEqual([{ client: 'a', count: 3, left: 59_998 }])
  })
})

// A server such as redis://localhost:6379; without one the exchange is tested without the network alone.
const { TEST_REDIS_URL: redis = '' } = process.env
const withRedis = redis === '' ? it.skip : it

withRedis('two processes share their counts through Redis', async () => {
  const environment = { RATE_LIMIT: '10', REDIS_URL: redis, TRUST_PROXY: 'loopback' }
  const [one, other] = [await newsroom(environment), await newsroom(environment)]
  const client = await createClient({ url: redis }).connect()
  const address = `192.0.2.1-${newId()}`
  const send = ({ anyone }: Newsroom) => anyone.get('/v1/authors').set('x-forwarded-for', address)
  const shared = async (count: string) => {
    while ((await client.get(`dateline:rate:${address}`)) !== count);
  }
  for (let count = 0; count < 10; count++) await send(one).expect(200)
  await shared('10')
  await send(other).expect(200)
  await shared('11')
  await send(other).expect(problem('rate-limited'))
  client.destroy()
  await Promise.all([one.close(), other.close()])
})

describe('a client that closes its connection at once', () => {
  const unknownKey = `authorization: Bearer dl_${'0'.repeat(32)}_${'A'.repeat(43)}`
  it.each([
    ['nothing is limited', {}],
    ['requests are limited', { RATE_LIMIT: '1000' }],
    ['a proxy is trusted', { RATE_LIMIT: '1000', TRUST_PROXY: 'true' }],
    ['a list of proxies is trusted', { RATE_LIMIT: '1000', TRUST_PROXY: '127.0.0.1' }],
  ])('harms nobody else, where %s', async (_, environment) => {
    const room = await newsroom({ ...environment, AUDIT_ADDRESSES: 'true' })
    await room.anyone.get('/v1/articles').expect(200)
    const heads = ['/v1/%zz', '/v1/articles', '/v1/articles?limit=3', '/v1/search?q=a', '/nowhere']
    for (const path of heads)
      for (const header of ['accept: */*', unknownKey, 'x-forwarded-for: 203.0.113.9'])
        await sendAndReset(room.url, `GET ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`)
    await room.anyone.get('/v1/articles').expect(200)
    expect(room.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([])
    await room.close()
  })
})

/** Sends the text several times over connections that are reset at once, or a moment later. */
async function sendAndReset(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url)
  for (const turns of [0, 0, 1, 2]) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('connect', resolve))
    await new Promise((resolve) => socket.write(text, resolve))
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    socket.resetAndDestroy()
  }
}
