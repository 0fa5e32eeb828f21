import { storePhoto } from './harness/media.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

const publish = async (content: object) => {
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Bridge reopens', ...content })
    .expect(201)
  return body
}

describe('the lead image of an article', () => {
  it('is shown with the words and renditions of the media', async () => {
    const { id } = await storePhoto(room)
    const article = await publish({ image: { media: id } })
    const { body } = await room.anyone.get(`/v1/articles/${article.id}`).expect(200)
    expect(body.image).toMatchObject({
      id,
      alt: 'The bridge at dawn',
      caption: 'The *old* bridge',
      credit: 'Ana Moreau',
      width: 4_000,
      height: 3_000,
      rights: { holder: 'Coastal Pictures', syndication: 'allowed' },
    })
    const list = await room.anyone.get(`/v1/articles?media=${id}`).expect(200)
    expect(list.body.data).toHaveLength(1)
    expect(list.body.data[0].image.renditions.map(({ crop }: { crop: string }) => crop)).toEqual(['wide', 'square'])
  })
  it('is refused if there is none such', async () => {
    const { id: audio } = await storePhoto(room, { kind: 'audio' })
    const { id: withdrawn } = await storePhoto(room, { status: 'withdrawn' })
    for (const media of [audio, withdrawn, 'no-such'])
      await room.editor
        .post('/v1/articles')
        .send({ headline: 'X', image: { media } })
        .expect(problem('invalid-reference', { pointer: '/image/media' }))
  })
})
