/** A PostgreSQL server whose time zone is not UTC. */
import pg from 'pg'
import { openStorage } from '../../src/storage/open.ts'
import { newsroom } from '../harness/newsroom.ts'
import { newDatabase } from '../harness/storage.ts'

it('times of an archive are read as they were written, also where the offset of the zone had seconds', async () => {
  const database = await newDatabase()
  const direct = new pg.Client(database.url)
  await direct.connect()
  await direct.query(`alter database "${new URL(database.url).pathname.slice(1)}" set timezone = 'America/New_York'`)
  await direct.end()
  const storage = await openStorage(database.url)
  const room = await newsroom({}, { storage })
  const times = ['1700-01-01T00:00:00.000Z', '1851-09-18T12:00:00.500Z', '1969-07-20T20:17:40.000Z']
  for (const publishedAt of times) {
    const { body } = await room.admin
      .post('/v1/articles?publish=true')
      .send({ headline: 'News', publishedAt })
      .expect(201)
    expect(body.publishedAt).toBe(publishedAt)
  }
  const { body } = await room.anyone.get('/v1/articles?sort=publishedAt').expect(200)
  expect(body.data.map((card: { publishedAt: string }) => card.publishedAt)).toEqual(times)
  const next = await room.anyone.get('/v1/articles?sort=publishedAt&limit=1').expect(200)
  const second = await room.anyone
    .get(`/v1/articles?sort=publishedAt&limit=1&cursor=${next.body.page.next}`)
    .expect(200)
  expect(second.body.data[0].publishedAt).toBe(times[1])
  const { id } = body.data[0]
  expect((await room.editor.get(`/v1/articles/${id}?version=draft`).expect(200)).body.publishedAt).toBe(times[0])
  await room.close()
  await storage.close()
  await database.remove()
})
