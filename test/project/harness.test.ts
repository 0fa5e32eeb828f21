/** The tests themselves: where something does not hold, a test fails. */
import type { Response } from 'supertest'
import { codesOf } from '../../src/storage/storage.ts'
import { closeAll } from '../harness/cleanup.ts'
import { conforms } from '../harness/document.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

describe('a reply', () => {
  const wrong: [what: string, request: () => PromiseLike<unknown>][] = [
    ['has another status', () => room.anyone.get('/v1/tags').expect(201)],
    ['has another body', () => room.anyone.get('/v1/tags').expect(200, { data: [] })],
    ['lacks a header', () => room.anyone.get('/v1/tags').expect('x-other', /./)],
    ['has another header', () => room.anyone.get('/v1/tags').expect('content-type', /^text/)],
    ['breaks an assertion', () => room.anyone.get('/v1/tags').expect(({ status }) => expect(status).toBe(201))],
  ]
  it.each(wrong)('that %s fails the test', async (_, request) => {
    await expect(Promise.resolve(request())).rejects.toThrow(/expected|Expected/)
  })

  it.each<[what: string, change: (reply: Response) => object]>([
    ['status', () => ({ status: 299 })],
    ['header', ({ headers }) => ({ headers: { ...headers, location: '/elsewhere' } })],
    ['content type', () => ({ type: 'text/plain' })],
    ['body', ({ body }) => ({ body: { ...body, data: 1 } })],
  ])('of an undocumented %s fails the test', async (_, change) => {
    const reply = await room.anyone.get('/v1/tags').expect(200)
    const copy = Object.create(reply, Object.getOwnPropertyDescriptors(change(reply))) as Response
    expect(() => conforms('get', '/v1/tags', copy)).toThrow(/document|content type/)
    conforms('get', '/v1/tags', reply)
  })
})

it('an error of a test is one for the service, too', () => {
  const brokenCode = () => {
    try {
      // Thrown by the engine, not by a constructor of the test.
      return String((undefined as unknown as Record<string, string>).name)
    } catch (error) {
      return codesOf(Object.assign(error as Error, { code: 'BROKEN' }))
    }
  }
  expect(brokenCode()).toEqual(['BROKEN'])
})

it('a service that a test file has left open is closed at its end', async () => {
  const left = await newsroom()
  await left.anyone.get('/livez').expect(200)
  await closeAll()
  await expect(fetch(left.url)).rejects.toThrow('fetch failed')
})
