import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
// @ts-expect-error: plain JavaScript, as partners read it.
import { follow } from '../docs/follower.js'
import { runs } from './harness/depth.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'

const SECTIONS = ['world', 'asia', 'sport']
const place = fc.nat(7)
const deed = fc.oneof(
  fc.record({ do: fc.constant('publish' as const), place, section: fc.constantFrom(...SECTIONS, null) }),
  fc.record({ do: fc.constant('change' as const), place, section: fc.constantFrom(...SECTIONS, null) }),
  fc.record({
    do: fc.constantFrom('unpublish' as const, 'retract' as const, 'trash' as const, 'correct' as const),
    place,
  }),
  fc.record({ do: fc.constant('link' as const), place, to: place }),
  fc.record({ do: fc.constantFrom('rename author' as const, 'rename tag' as const, 'move section' as const) }),
  // The follower gets so many replies, and is killed.
  fc.record({ do: fc.constant('follow' as const), replies: fc.nat(4) }),
)
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

let [room, folder]: [Newsroom, string] = [undefined as never, '']
beforeAll(async () => {
  room = await newsroom()
  folder = mkdtempSync(join(tmpdir(), 'dateline-follower-'))
  await room.editor.post('/v1/authors').send({ name: 'Ana', slug: 'ana' }).expect(201)
  await room.editor.post('/v1/tags').send({ name: 'Tides', slug: 'tides' }).expect(201)
  for (const name of SECTIONS) await room.editor.post('/v1/sections').send({ name, slug: name }).expect(201)
})
afterAll(async () => {
  await room.close()
  rmSync(folder, { recursive: true })
})

/** All that is public, as anyone reads it, one by one. */
async function live(section?: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  const filter = section === undefined ? '' : `&section=${section}`
  for (let path: string | null = `/v1/articles?limit=100${filter}`; path; ) {
    const { body }: { body: { data: { id: string }[]; page: { next: string | null } } } = await room.anyone.get(path)
    for (const { id } of body.data) found[id] = (await room.anyone.get(`/v1/articles/${id}`).expect(200)).body
    path = body.page.next && `/v1/articles?limit=100${filter}&cursor=${body.page.next}`
  }
  return found
}

it('a follower has its copy saved as soon as it has read the snapshot', async () => {
  const { token: key } = await room.newKey('partner')
  const file = join(folder, 'begun.json')
  await room.editor.post('/v1/articles?publish=true').send({ headline: 'There already' }).expect(201)
  const dying = (async (...request: Parameters<typeof fetch>) => {
    if (!String(request[0]).includes('/snapshot')) throw new Error('killed')
    return fetch(...request)
  }) as typeof fetch
  await expect(follow({ address: room.url, key, file, fetch: dying })).rejects.toThrow('killed')
  const { since, articles } = JSON.parse(readFileSync(file, 'utf8'))
  expect(articles).toEqual(await live())
  const asked: string[] = []
  const noting = (async (...request: Parameters<typeof fetch>) => {
    asked.push(String(request[0]))
    return fetch(...request)
  }) as typeof fetch
  await follow({ address: room.url, key, file, wait: 0, fetch: noting, isDone: () => true })
  expect(asked).toEqual([expect.stringContaining(`since=${since}`)])
})

it('a follower that is killed at any moment ends with exactly what is public', async () => {
  let story = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 60 }), async (deeds) => {
      story += 1
      const [all, granted] = [await follower({}), await follower({ grant: { sections: ['world'] } })]
      const papers: string[] = []
      for (const [turn, one] of deeds.entries()) {
        if (one.do === 'follow') {
          await all.killedAfter(one.replies)
          await granted.killedAfter(one.replies)
        } else await act(one, papers, `${story}-${turn}`)
      }
      expect(await all.atTheEnd()).toEqual(await live())
      expect(await granted.atTheEnd()).toEqual(await live('world'))
    }),
    runs(6),
  )

  async function follower(more: object) {
    const { token: key } = await room.newKey('partner', more)
    const file = join(folder, `${key.slice(3, 39)}.json`)
    const options = { address: room.url, key, file, wait: 0 }
    return {
      async killedAfter(replies: number) {
        let left = replies
        const dying = (async (...request: Parameters<typeof fetch>) => {
          if (left-- <= 0) throw new Error('killed')
          return fetch(...request)
        }) as typeof fetch
        await expect(follow({ ...options, fetch: dying })).rejects.toThrow('killed')
      },
      async atTheEnd(): Promise<unknown> {
        const isDone = (_: unknown, page?: { page: { hasMore: boolean } }) => page !== undefined && !page.page.hasMore
        return (await follow({ ...options, isDone })).articles
      },
    }
  }
})

/** Does it, if it can be done; what cannot be is refused, and changes nothing. */
async function act(one: Exclude<Deed, { do: 'follow' }>, papers: string[], name: string): Promise<void> {
  const { editor } = room
  const paper = 'place' in one ? papers[one.place % Math.max(1, papers.length)] : undefined
  const path = `/v1/articles/${paper}`
  switch (one.do) {
    case 'publish': {
      const draft = { headline: `Story ${name}`, section: one.section, authors: ['ana'], tags: ['tides'] }
      papers.push((await editor.post('/v1/articles?publish=true').send(draft).expect(201)).body.id)
      return
    }
    case 'change':
      if (paper) await editor.patch(`${path}?publish=true`).send({ headline: `Change ${name}`, section: one.section })
      return
    case 'link': {
      const to = papers[one.to % Math.max(1, papers.length)]
      if (paper) await editor.patch(`${path}?publish=true`).send({ relatedLinks: [{ article: to }] })
      return
    }
    case 'unpublish':
      return void (paper && (await editor.post(`${path}/unpublish`)))
    case 'retract':
      return void (paper && (await editor.post(`${path}/retract`).send({ reason: 'Wrong.' })))
    case 'trash':
      return void (paper && (await editor.delete(path)))
    case 'correct':
      return void (paper && (await editor.post(`${path}/corrections`).send({ kind: 'correction', text: name })))
    case 'rename author':
      return void (await editor
        .patch('/v1/authors/ana')
        .send({ name: `Ana ${name}` })
        .expect(200))
    case 'rename tag':
      return void (await editor
        .patch('/v1/tags/tides')
        .send({ name: `Tides ${name}` })
        .expect(200))
    case 'move section': {
      const { body } = await editor.get('/v1/sections/asia').expect(200)
      return void (await editor
        .patch('/v1/sections/asia')
        .send({ parent: body.parent ? null : 'world' })
        .expect(200))
    }
  }
}
