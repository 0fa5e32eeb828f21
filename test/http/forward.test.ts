import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { TIMEOUTS } from '../../src/app/create-server.ts'
import { admission } from '../../src/http/admission.ts'
import { serverFactory } from '../../src/http/http-server.ts'
import { shortcut } from '../../src/http/shortcut.ts'
import { closeLater } from '../harness/cleanup.ts'
import { hostileRequests } from '../harness/hostile.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
import { type RawReply, raw } from '../harness/raw.ts'
import { forwardToApp } from '../harness/writer.ts'

let room: Newsroom
let server: Server
/** Where the requests to the service arrive that are forwarded to it. */
let url: string
beforeAll(async () => {
  room = await newsroom()
  server = serverFactory(
    TIMEOUTS,
    admission(),
    shortcut(forwardToApp(() => room.app)),
  )(() => {
    throw new Error('this is not forwarded')
  }).listen(0, '127.0.0.1')
  closeLater(async () => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

const KEY = 'an-admin-key-for-tests-that-is-long-enough'
const withKey = (head: string) => `${head}\r\nAuthorization: Bearer ${KEY}`
const json = (head: string, body: string) =>
  [`${withKey(head)}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`, body] as const

/** A reply without what is its own: ids and times. */
function comparable({ status, headers, body }: RawReply) {
  const { date, 'x-request-id': id = 'none', location, etag, 'content-length': length, ...same } = headers
  const text = body
    .replaceAll(id, 'ID')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/harbour-\d+/g, 'harbour')
  const has = [id !== 'none', location !== undefined, etag !== undefined, length !== undefined]
  return { status, headers: same, has, text }
}

const large = 'x'.repeat(3_000_000)

describe('a forwarded request', () => {
  it.each<[string, readonly [string, ...string[]]]>([
    ['a write', json('POST /v1/tags HTTP/1.1', '{"name":"Harbour","slug":"harbour-{no}"}')],
    ['without a key', ['POST /v1/tags HTTP/1.1\r\nContent-Length: 2', '{}']],
    ['that is not valid', json('POST /v1/articles HTTP/1.1', '{"headlin":"Plan B"}')],
    ['that is no JSON', json('POST /v1/articles HTTP/1.1', '{')],
    ['to nowhere', json('POST /nowhere HTTP/1.1', '{}')],
    ['to an absolute address', json('POST http://dateline.example/v1/nowhere HTTP/1.1', '{}')],
    ['by a method that is not taken', [withKey('PROPFIND /v1/tags HTTP/1.1')]],
    ['without a body', [withKey('POST /v1/tags HTTP/1.1')]],
    ['without a body, with its type', [`${withKey('POST /v1/tags HTTP/1.1')}\r\nContent-Type: application/json`]],
    ['to delete', [`${withKey('DELETE /v1/tags/nowhere HTTP/1.1')}\r\nContent-Type: application/json`]],
    [
      'in chunks',
      [
        `${withKey('POST /v1/articles HTTP/1.1')}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked`,
        '2\r\n{}\r\n',
        '0\r\n\r\n',
      ],
    ],
    [
      'of another type',
      [`${withKey('POST /v1/articles HTTP/1.1')}\r\nContent-Type: text/csv\r\nContent-Length: 3`, 'a,b'],
    ],
    ['that is too large', json('POST /v1/articles HTTP/1.1', large)],
    [
      'that is too large, in chunks',
      [
        `${withKey('POST /v1/articles HTTP/1.1')}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked`,
        `${large.length.toString(16)}\r\n${large}\r\n`,
        '0\r\n\r\n',
      ],
    ],
    [
      'with lines of JSON',
      [`${withKey('POST /v1/bulk HTTP/1.1')}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3`, '{}\n'],
    ],
    ['with a header twice', [`${withKey('POST /v1/tags HTTP/1.1')}\r\nIf-Match: "1"\r\nIf-Match: "2"`]],
    [
      'that is too large and does not come',
      [`${withKey('POST /v1/tags HTTP/1.1')}\r\nContent-Type: application/json\r\nContent-Length: 3000000`],
    ],
    ['of HTTP/1.0', [withKey('DELETE /v1/tags/nowhere HTTP/1.0')]],
    ['of HTTP/1.0 that expects something', [withKey('DELETE /v1/tags/nowhere HTTP/1.0\r\nExpect: 200-ok')]],
  ])('%s is answered like one that is not', async (_, [head, ...body]) => {
    const send = async (to: string, number: string) =>
      comparable(await raw(to, head, ...body.map((part) => part.replace('{no}', number))))
    const expected = await send(room.url, '1111')
    expect(await send(url, '2222')).toEqual(expected)
    expect(expected.status).toBeGreaterThan(0)
  })

  it('has all its headers, so that its body is never taken for a request of its own', async () => {
    const [head, body] = json(`POST /v1/tags HTTP/1.1\r\n${Array(2_100).fill('a:b').join('\r\n')}`, '{"name":"Quay"}')
    expect(await raw(url, head, body)).toMatchObject({ status: 201 })
  })

  it('is answered like one that is not, also where it is hostile', async () => {
    await fc.assert(
      fc.asyncProperty(hostileRequests('0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'), async ({ method, path, body = '' }) => {
        if (['GET', 'HEAD', 'OPTIONS'].includes(method) || body.length > 200_000) return
        const [head, text] = json(`${method} ${path}${path.includes('?') ? '&' : '?'}dryRun=true HTTP/1.1`, body)
        const [expected, given] = await Promise.all([raw(room.url, head, text), raw(url, head, text)])
        expect(given.status).toBe(expected.status)
      }),
      { numRuns: 40 },
    )
  })

  it('leaves the connection to the next one, also when it is refused before its end', async () => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname).setEncoding('utf8')
    let text = ''
    socket.on('data', (piece) => {
      text += piece
    })
    const statuses = () => text.match(/(?<=HTTP\/1\.1 )\d+/g) ?? []
    const answered = async (count: number) => {
      while (statuses().length < count) await once(socket, 'data')
    }
    for (const [at, last] of ['', '\r\nConnection: close'].entries()) {
      socket.write(`POST /v1/tags HTTP/1.1\r\nHost: x\r\nContent-Length: ${large.length}\r\n\r\n${large}`)
      await answered(2 * at + 1)
      socket.write(`${withKey('DELETE /v1/tags/nowhere HTTP/1.1')}\r\nHost: x${last}\r\n\r\n`)
      await answered(2 * at + 2)
    }
    expect(statuses()).toEqual(['401', '404', '401', '404'])
    socket.destroy()
  })

  it('has its body requested only if it will be read', async () => {
    const { hostname, port } = new URL(url)
    const expecting = async (head: string, body: string) => {
      const socket = connect(Number(port), hostname).setEncoding('utf8')
      let text = ''
      socket.on('data', (piece) => {
        text += piece
        if (String(piece).startsWith('HTTP/1.1 100')) socket.write(body)
      })
      socket.write(`${head}\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n`)
      await once(socket, 'close')
      return text.match(/HTTP\/1\.1 \d+/g)
    }
    const [head, body] = json('POST /v1/tags HTTP/1.1', '{"name":"Expected"}')
    expect(await expecting(head, body)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 201'])
    const withoutKey = 'POST /v1/tags HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2'
    expect(await expecting(withoutKey, '{}')).toEqual(['HTTP/1.1 401'])
  })

  it('ends with its client, and so the other way round', async () => {
    const { hostname, port } = new URL(url)
    const begin = async () => {
      const connected = once(room.app.server, 'connection')
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(`${json('POST /v1/tags HTTP/1.1', large)[0]}\r\nHost: x\r\n\r\n{"name":`)
      const [other] = await connected
      return { socket, other }
    }
    const one = await begin()
    one.socket.destroy()
    await once(one.other, 'close')
    const two = await begin()
    two.other.destroy()
    await once(two.socket, 'close')
  })

  it('has the address of its client', async () => {
    const own = await newsroom({ RATE_LIMIT: '6', TRUST_PROXY: 'loopback' })
    const forwarding = serverFactory(TIMEOUTS, admission(), shortcut(forwardToApp(() => own.app)))(() => {})
    forwarding.listen(0, '127.0.0.1')
    await once(forwarding, 'listening')
    const to = `http://127.0.0.1:${(forwarding.address() as AddressInfo).port}`
    const send = async (address: string) =>
      (await raw(to, `POST /v1/tags HTTP/1.1\r\nX-Forwarded-For: ${address}\r\nContent-Length: 0`)).status
    const statuses: number[] = []
    while (statuses.length < 7) statuses.push(await send('198.51.100.1'))
    expect(statuses).toEqual([...Array(6).fill(401), 429])
    expect(await send('198.51.100.2')).toBe(401)
    forwarding.close()
    await own.close()
  })
})
