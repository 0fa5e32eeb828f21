import { eq } from 'drizzle-orm'
import type { Grant } from '../src/access/grants.ts'
import { apiKeys } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
  for (const [name, parent] of [
    ['World', null],
    ['Asia', 'world'],
    ['Sport', null],
  ] as const)
    await room.editor.post('/v1/sections').send({ name, parent }).expect(201)
})
afterAll(() => room.close())

const publish = async (headline: string, more: object = {}): Promise<string> => {
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}
const change = (id: string, patch: object) =>
  room.editor.patch(`/v1/articles/${id}?publish=true`).send(patch).expect(200)

type ChangeSummary = [type: string, slug: string, gone: boolean][]

/** A partner with the grant, and the changes that it reads from now on. */
async function partner(grant: object) {
  const key = await room.newKey('partner', { grant })
  let cursor = (await key.client.get('/v1/changes/snapshot').expect(200)).body.page.since
  return {
    ...key,
    async readChanges(): Promise<ChangeSummary> {
      const { body } = await key.client.get(`/v1/changes?since=${cursor}`).expect(200)
      cursor = body.page.next
      return body.data.map(({ type, article, gone }: never) => [
        type,
        (article as { slug: string } | undefined)?.slug,
        gone,
      ])
    },
  }
}

it('a grant lets a partner read what it covers, and nothing else', async () => {
  const { readChanges, client } = await partner({ sections: ['world'] })
  await publish('In Asia', { section: 'asia' })
  await publish('In sport', { section: 'sport' })
  await publish('Nowhere')
  expect(await readChanges()).toEqual([['article.published', 'in-asia', false]])
  const { body } = await client.get('/v1/changes/snapshot').expect(200)
  expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual(['in-asia'])
})

it.each([
  ['tags', { tags: ['wanted'] }, { tags: ['wanted'] }, { tags: [] }],
  ['languages', { languages: ['fr'] }, { language: 'fr' }, { language: 'en' }],
  ['usages', { usages: ['syndication'] }, { rights: { usage: 'syndication' } }, { rights: { usage: 'own use' } }],
  ['sections', { sections: ['sport'] }, { section: 'sport' }, { section: 'world' }],
] as const)(
  'an article that leaves a grant by its %s is gone in the changes, and new when it returns',
  async (name, grant, inside, outside) => {
    if (name === 'tags') await room.editor.post('/v1/tags').send({ name: 'Wanted' }).expect(201)
    const { readChanges } = await partner(grant)
    const id = await publish(`Leaves by ${name}`, inside)
    const slug = `leaves-by-${name}`
    expect(await readChanges()).toEqual([['article.published', slug, false]])
    await change(id, outside)
    expect(await readChanges()).toEqual([['article.updated', slug, true]])
    await change(id, { kicker: 'Outside' })
    expect(await readChanges()).toEqual([])
    await change(id, inside)
    expect(await readChanges()).toEqual([['article.updated', slug, false]])
    await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
    expect(await readChanges()).toEqual([['article.unpublished', slug, true]])
  },
)

it('the articles of a section that moves leave the grants of the sections that it leaves', async () => {
  await room.editor.post('/v1/sections').send({ name: 'Europe', parent: 'world' }).expect(201)
  const { readChanges } = await partner({ sections: ['world'] })
  await publish('In Europe', { section: 'europe' })
  await readChanges()
  await room.editor.patch('/v1/sections/europe').send({ parent: 'sport' }).expect(200)
  expect((await readChanges()).filter(([type]) => type.startsWith('article'))).toEqual([
    ['article.updated', 'in-europe', true],
  ])
})

it('a partner whose grant changes starts over', async () => {
  const { id, client } = await partner({ sections: ['world'] })
  const { body } = await client.get('/v1/changes').expect(200)
  const { body: key } = await room.admin
    .patch(`/v1/api-keys/${id}`)
    .send({ grant: { sections: ['sport'] } })
    .expect(200)
  expect(key.grant).toMatchObject({ sections: [expect.any(String)], tags: [], embargoLeadSeconds: 0 })
  await client.get(`/v1/changes?since=${body.page.next}`).expect(410)
  expect((await client.get('/v1/me').expect(200)).body.grant).toEqual(key.grant)
})

it('a patch of a grant changes the limits that it names', async () => {
  const { id } = await partner({ sections: ['world'], formats: ['ninjs'], embargoLeadSeconds: 60 })
  const patch = async (grant: object | null) =>
    (await room.admin.patch(`/v1/api-keys/${id}`).send({ grant }).expect(200)).body.grant
  const whole = await patch({ languages: ['en'] })
  expect(whole).toMatchObject({
    sections: [expect.any(String)],
    languages: ['en'],
    formats: ['ninjs'],
    embargoLeadSeconds: 60,
  })
  expect(await patch({ formats: null, tags: [] })).toEqual({ ...whole, formats: [] })
  expect(await patch(whole)).toEqual(whole)
  expect(await patch(null)).toBeNull()
})

it('a patch of a grant leaves what an earlier version stored, though it would be refused now', async () => {
  const { id } = await partner({ languages: ['en'] })
  const [row] = await room.storage.reader.select().from(apiKeys).where(eq(apiKeys.id, id))
  const grant = { ...(row?.grant as Grant), languages: ['not a language'] }
  await room.storage.transaction(async (tx) => void (await tx.update(apiKeys).set({ grant }).where(eq(apiKeys.id, id))))
  const { body } = await room.admin
    .patch(`/v1/api-keys/${id}`)
    .send({ grant: { formats: ['json'] } })
    .expect(200)
  expect(body.grant).toEqual({ ...grant, formats: ['json'] })
})

it('a grant names existing entries, and is for partners', async () => {
  const { body } = await room.admin
    .post('/v1/api-keys')
    .send({ name: 'X', role: 'partner', grant: { sections: ['no-such'] } })
    .expect(422)
  expect(body.errors).toMatchObject([{ pointer: '/grant/sections/0' }])
  await room.admin.post('/v1/api-keys').send({ name: 'X', role: 'reader', grant: {} }).expect(400)
  await room.admin
    .post('/v1/api-keys')
    .send({ name: 'X', role: 'partner', grant: { section: 'x' } })
    .expect(400)
})

it('editors see why a partner does or does not get an article', async () => {
  const { id: key } = await partner({ sections: ['world'], languages: ['fr'] })
  const article = await publish('In Asia, in English', { section: 'asia' })
  const { body } = await room.editor.get(`/v1/articles/${article}/access?key=${key}`).expect(200)
  expect(body).toMatchObject({ key: { id: key }, allowed: false, advanceFrom: null })
  expect(Object.fromEntries(body.reasons.map(({ rule, met }: never) => [rule, met]))).toEqual({
    live: true,
    valid: true,
    role: true,
    sections: true,
    tags: true,
    languages: false,
    usages: true,
  })
  await change(article, { language: 'fr' })
  expect((await room.editor.get(`/v1/articles/${article}/access?key=${key}`)).body.allowed).toBe(true)
  const error = { in: 'query', pointer: '/key', code: 'invalid_reference' } as const
  await room.editor.get(`/v1/articles/${article}/access?key=${article}`).expect(problem('invalid-reference', error))
})

it('advance copies are for partners with a lead, within it and within the grant, and nowhere else', async () => {
  const eager = await partner({ sections: ['world'], embargoLeadSeconds: 3600 })
  const plain = await partner({ sections: ['world'] })
  const schedule = async (headline: string, section: string, minutes: number) => {
    const { body } = await room.editor.post('/v1/articles').send({ headline, section }).expect(201)
    const at = new Date(room.clock.time.getTime() + minutes * 60_000).toISOString()
    await room.editor.post(`/v1/articles/${body.id}/publish`).send({ at }).expect(200)
  }
  await schedule('Soon', 'asia', 30)
  await schedule('Soon in sport', 'sport', 30)
  await schedule('Later', 'asia', 90)
  const { body } = await eager.client.get('/v1/advance').expect(200)
  expect(body.data).toMatchObject([{ headline: 'Soon', status: 'scheduled', publishAt: expect.any(String) }])
  expect(body.data[0]).not.toHaveProperty('createdBy')
  expect((await plain.client.get('/v1/advance').expect(200)).body.data).toEqual([])
  expect((await room.editor.get('/v1/advance').expect(200)).body.data).toHaveLength(3)
  expect(await eager.readChanges()).toEqual([])
  await eager.client.get(`/v1/articles/${body.data[0].id}`).expect(404)
  await room.reader.get('/v1/advance').expect(403)
})

it('a partner reads what anyone may read beside it', async () => {
  const closed = await newsroom({ PUBLIC_READ: 'false' })
  const { client } = await closed.newKey('partner', { grant: {} })
  await client.get('/v1/articles').expect(403)
  await client.get('/v1/changes').expect(200)
  await closed.partner.get('/v1/articles').expect(403)
  await closed.partner.get('/v1/changes').expect(200)
  await closed.reader.get('/v1/articles').expect(200)
  await closed.close()
})

it('takes languages that are BCP 47 tags alone, in their canonical case', async () => {
  const { admin } = room
  const { id } = await room.newKey('partner', { grant: { languages: ['FR-ca'] } })
  const grant = { languages: ['en', 'not a language'] }
  const error = { in: 'body', pointer: '/grant/languages/1', message: 'must be a BCP 47 language tag' } as const
  await admin.post('/v1/api-keys').send({ name: 'P', role: 'partner', grant }).expect(problem('validation', error))
  await admin.patch(`/v1/api-keys/${id}`).send({ grant }).expect(problem('validation', error))
  const { body } = await admin.get('/v1/api-keys').expect(200)
  expect(body.data.find((key: { id: string }) => key.id === id).grant.languages).toEqual(['fr-CA'])
})
