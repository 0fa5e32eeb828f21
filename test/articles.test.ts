import { type Newsroom, newsroom } from './harness/newsroom.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

describe('an article', () => {
  it('is unseen until it is published, and reads back as it was written', async () => {
    const { editor, anyone } = room
    await editor.post('/v1/sections').send({ name: 'World News' }).expect(201)
    await editor.post('/v1/authors').send({ name: 'Ana Moreau', email: 'ana@example.org' }).expect(201)
    await editor.post('/v1/sources').send({ name: 'Harbour Office', kind: 'organization' }).expect(201)
    const { body: draft } = await editor
      .post('/v1/articles')
      .send({
        headline: 'Bridge reopens',
        section: 'world-news',
        authors: ['ana-moreau'],
        body: [
          { type: 'paragraph', text: 'The bridge **reopened** on Thursday.' },
          { type: 'quote', text: 'We checked every bolt.', source: 'harbour-office' },
        ],
        citations: [{ source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' }],
      })
      .expect(201)
    await anyone.get('/v1/articles/bridge-reopens').expect(404)
    await anyone.get(`/v1/articles/${draft.id}`).expect(404)
    await editor.post(`/v1/articles/${draft.id}/publish`).expect(200)
    const { body } = await anyone.get('/v1/articles/bridge-reopens').expect(200)
    expect(body).toMatchObject({ headline: 'Bridge reopens', status: 'published', wordCount: 9 })
  })
})
