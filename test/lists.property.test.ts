import fc from 'fast-check'
import type { TimeFilter } from '../src/editions/index-key.ts'
import { recompileStale } from '../src/editions/recompile-stale.ts'
import type { ArticleSort } from '../src/listing/filters.ts'
import { listPage } from '../src/listing/page.ts'
import { resolveFilters } from '../src/listing/query.ts'
import { draftIndex, editionIndex } from '../src/storage/fulltext.ts'
import type { Page as Found, PageRequest } from '../src/storage/keyset.ts'
import { articles, authors, editions, media, refCounts, sections, slugs, sources, tags } from '../src/storage/schema.ts'
import { runs } from './harness/depth.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { ListModel, type Noun, nouns, type Query } from './lists/list-model.ts'
import { at, doWrite, makeEntry, type Write, write } from './lists/writes.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

/** An empty newsroom with a few entries, among them a tree of sections. */
async function begin(): Promise<ListModel> {
  await room.storage.transaction(async (tx) => {
    for (const table of [editionIndex, draftIndex, editions, refCounts, articles, slugs, authors, tags, sources, media])
      await tx.delete(table)
    await tx.delete(sections)
  })
  room.clock.time = new Date('2030-01-01T12:00:00.000Z')
  const model = new ListModel()
  for (const noun of [
    'author',
    'author',
    'tag',
    'tag',
    'tag',
    'tag',
    'source',
    'source',
    'media',
    'media',
    'media',
  ] as const)
    await makeEntry(model, room, noun)
  const top = await makeEntry(model, room, 'section')
  await makeEntry(model, room, 'section', await makeEntry(model, room, 'section', top))
  await makeEntry(model, room, 'section', await makeEntry(model, room, 'section'))
  return model
}

const some = fc.option(fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 2 })
const wish = fc.record({
  author: some,
  tag: some,
  source: some,
  section: some,
  media: some,
  language: fc.option(fc.subarray(['en', 'fr', 'xx'], { minLength: 1 }), { nil: undefined, freq: 3 }),
  times: fc.array(
    fc.record({
      name: fc.constantFrom('publishedAt', 'updatedAt'),
      op: fc.constantFrom('gte', 'gt', 'lte', 'lt'),
      of: fc.nat(30),
    }),
    { maxLength: 2 },
  ),
  word: fc.constantFrom(undefined, undefined, undefined, 'apfel', 'bridge', 'zebra'),
  sort: fc.constantFrom('-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt', '-headline', 'headline'),
  limit: fc.integer({ min: 1, max: 5 }),
  bySlug: fc.boolean(),
})
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never

/** What is wished for of the entries that there are: as the model takes it, and as a query. */
function queryOf(model: ListModel, { times, word, sort, limit, bySlug, language, ...refs }: Wish): [Query, string] {
  const query: Query = { filters: language ? { language } : {}, times: [], word, sort }
  const parameters = new URLSearchParams({ sort, limit: String(limit), count: 'true' })
  if (language) parameters.set('language', language.join())
  if (word) parameters.set('q', word)
  for (const noun of nouns) {
    const entries = refs[noun]?.flatMap((number) => at(model.of(noun), number) ?? [])
    if (!entries || entries.length === 0) continue
    query.filters[noun] = entries.map(({ id }) => id)
    parameters.set(noun, entries.map(({ id, slugs }, place) => (bySlug ? (at(slugs, place) ?? id) : id)).join())
  }
  for (const { name, op, of } of times) {
    const time = at(model.lives(), of)?.[name]
    const parameter = `${name}[${op}]`
    if (time === undefined || parameters.has(parameter)) continue
    query.times.push({ name, op, time })
    parameters.set(parameter, time)
  }
  return [query, `/v1/articles?${parameters}`]
}

interface Shown {
  headline: string | undefined
  publishedAt: string
  updatedAt: string
}

interface Page {
  data: (Shown & { id: string })[]
  page: { next: string | null; previous: string | null; total: number }
}

/** The pages of a list from its beginning, or from a cursor backwards; `between` two of them something may happen. */
async function pages(url: string, cursor: string | null, way: 'next' | 'previous', between = async () => {}) {
  const all: Page[] = []
  for (let from: string | null | undefined = cursor ?? undefined; from !== null; ) {
    const reply = await room.anyone.get(from === undefined ? url : `${url}&cursor=${from}`).expect(200)
    const page: Page = reply.body
    all.push(page)
    from = page.page[way]
    if (from !== null) await between()
  }
  return all
}

const idsIn = (list: Page[]): string[] => list.flatMap(({ data }) => data.map(({ id }) => id))

/** The list is what the model says, from its beginning to its end and back. */
async function checkList(model: ListModel, wanted: Wish): Promise<void> {
  const [query, url] = queryOf(model, wanted)
  const expected = model.list(query).map(({ id }) => id)
  const forwards = await pages(url, null, 'next')
  expect({ url, ids: idsIn(forwards) }).toEqual({ url, ids: expected })
  const shown = ({ headline = '', publishedAt, updatedAt }: Shown) => [headline, publishedAt, updatedAt]
  expect(forwards.flatMap(({ data }) => data.map(shown))).toEqual(
    model.list(query).map((piece) => shown({ ...piece, headline: piece.live?.headline })),
  )
  expect(forwards.map(({ page }) => page.total)).toEqual(forwards.map(() => expected.length))
  const last = forwards.at(-1)
  const backwards = last?.page.previous ? await pages(url, last.page.previous, 'previous') : []
  expect({ url, ids: [...idsIn(backwards.reverse()), ...(last?.data ?? []).map(({ id }) => id)] }).toEqual({
    url,
    ids: expected,
  })
}

/** It is the same whichever way it is found: as if all that there is were much. */
async function checkPlans(model: ListModel, wanted: Wish): Promise<void> {
  const [{ filters, times, word, sort }] = queryOf(model, wanted)
  const timesOf = (name: string) => times.flatMap((one): TimeFilter => (one.name === name ? [[one.op, one.time]] : []))
  const named = Object.fromEntries(
    Object.entries(filters).map(([kind, ids]) => [kind, kind === 'language' ? ids.join() : [ids.join()]]),
  )
  const query = {
    filters: { ...named, q: word, publishedAt: timesOf('publishedAt'), updatedAt: timesOf('updatedAt') },
    sort: sort as ArticleSort,
  }
  const expected = model.list({ filters, times, word, sort }).map(({ id }) => id)
  const criteria = await resolveFilters(room.storage.reader, query.filters)
  for (const few of [0, 3, 10]) {
    const ids: string[] = []
    for (let from: PageRequest['from'] = null; ; ) {
      const page: Found<string> = await listPage(
        room.storage.reader,
        { criteria, sort: query.sort, maxSorted: few },
        { limit: 2, from },
      )
      ids.push(...page.rows)
      if (page.next === null) break
      from = { keys: page.next, back: false }
    }
    expect({ few, query, ids }).toEqual({ few, query, ids: expected })
  }
}

/** While things come and go, what stays in its place is met once, and nothing that never was there. */
async function checkMoving(model: ListModel, wanted: Wish, writes: Write[]): Promise<void> {
  const [query, url] = queryOf(model, wanted)
  const look = () => model.list(query).map((piece) => `${model.sortKey(piece, query.sort)} ${piece.id}`)
  const seen = [look()]
  const ids = idsIn(
    await pages(url, null, 'next', async () => {
      const next = writes.shift()
      if (next) await doWrite(model, room, next)
      seen.push(look())
    }),
  )
  const idOf = (place: string) => place.slice(place.lastIndexOf(' ') + 1)
  const stayed = (seen[0] ?? []).filter((place) => seen.every((all) => all.includes(place))).map(idOf)
  const met = stayed.map((id) => ids.filter((one) => one === id).length)
  expect({ url, met }).toEqual({ url, met: stayed.map(() => 1) })
  const ever = new Set(seen.flat().map(idOf))
  expect(ids.filter((id) => !ever.has(id))).toEqual([])
}

async function checkEntries(model: ListModel): Promise<void> {
  for (const noun of nouns) {
    const path = noun === 'media' ? noun : `${noun}s`
    // Only those who write drafts may list media.
    const client = noun === 'media' ? room.editor : room.anyone
    const { body } = await client.get(`/v1/${path}?include=latest&latest=3&limit=100`).expect(200)
    const shown = body.data.map((one: { id: string; articleCount: number; latest: { id: string }[] }) => [
      one.id,
      one.articleCount,
      one.latest.map(({ id }) => id),
    ])
    const newest = (id: string) =>
      model.list({ filters: { [noun]: [id] } as Record<Noun, string[]>, times: [], sort: '-publishedAt' })
    const expected = model.of(noun).map((entry) => [
      entry.id,
      model.count(entry),
      newest(entry.id)
        .slice(0, 3)
        .map(({ id }) => id),
    ])
    expect(shown.toSorted()).toEqual(expected.toSorted())
  }
}

async function checkRelated(model: ListModel): Promise<void> {
  for (const piece of model.pieces) {
    const response = await room.anyone.get(`/v1/articles/${piece.id}/related?limit=20&fields=id,status`)
    if (!piece.live) {
      expect(response.status).toBe(piece.status === 'retracted' ? 410 : 404)
      continue
    }
    const found: { id: string; status: string }[] = response.body.data
    const sharing = model.sharing(piece).map(({ id }) => ({ id, status: 'published' }))
    const sorted = (list: { id: string }[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    if (sharing.length <= 20) expect(sorted(found)).toEqual(sorted(sharing))
    else expect(sharing).toEqual(expect.arrayContaining(found))
  }
}

it('lists, counts and related articles are what a filter, a sort and a cut of all articles would be', async () => {
  const story = fc.asyncProperty(
    fc.noBias(fc.array(write, { minLength: 20, maxLength: 40, size: 'max' })),
    fc.noBias(fc.array(wish, { minLength: 12, maxLength: 12 })),
    fc.noBias(fc.array(write, { minLength: 10, maxLength: 10 })),
    async (writes, wishes, moving) => {
      const model = await begin()
      for (const one of writes) await doWrite(model, room, one)
      await checkEntries(model)
      for (const one of wishes) await checkList(model, one)
      for (const one of wishes) await checkPlans(model, one)
      await checkRelated(model)
      await recompileStale(room.storage)
      for (const one of wishes.slice(0, 3)) await checkMoving(model, { ...one, limit: 1 }, moving)
      await checkEntries(model)
    },
  )
  await fc.assert(story, runs(4))
})

/** Lists and feeds by several filters, at addresses that stay the same whatever is written. */
function addressesOf(model: ListModel, wishes: Wish[]): string[] {
  const lists = wishes.map((one) => queryOf(model, { ...one, times: [], word: undefined })[1])
  const feeds = lists.slice(0, 3).map((url) => {
    const parameters = new URLSearchParams(url.split('?')[1])
    for (const name of ['sort', 'limit', 'count', 'media']) parameters.delete(name)
    return `/feeds/feed.json?${parameters}`
  })
  return [
    ...lists,
    ...feeds,
    '/v1/articles?tag=none',
    '/v1/articles?section=none&author=none',
    '/v1/articles?tag=later',
  ]
}

it('cached lists and feeds are what they are without the cache, after every write', async () => {
  const story = fc.asyncProperty(
    fc.noBias(fc.array(write, { minLength: 10, maxLength: 20, size: 'max' })),
    fc.noBias(fc.array(wish, { minLength: 6, maxLength: 6 })),
    fc.noBias(fc.array(write, { minLength: 10, maxLength: 20, size: 'max' })),
    async (writes, wishes, following) => {
      const model = await begin()
      for (const one of writes) await doWrite(model, room, one)
      const addresses = addressesOf(model, wishes)
      for (const one of following) {
        // Requests without a key are answered from the cache, those with one are not.
        for (const address of addresses) await room.anyone.get(address).expect(200)
        await doWrite(model, room, one)
        for (const address of addresses) {
          const [cached, current] = [await room.anyone.get(address), await room.reader.get(address)]
          expect([address, cached.text]).toEqual([address, current.text])
        }
      }
    },
  )
  await fc.assert(story, runs(2))
})
