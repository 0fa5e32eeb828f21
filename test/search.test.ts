import { eq, sql } from 'drizzle-orm'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import type { Response } from 'supertest'
import { keepIndexes, rebuildIndexes } from '../src/articles/index-upkeep.ts'
import type { Content } from '../src/editions/content.ts'
import { keysOfMillisecond } from '../src/editions/index-key.ts'
import { INDEX_VERSION, indexState, storeIndexState } from '../src/editions/index-state.ts'
import { mergeIndex, textTokens } from '../src/editions/indexing.ts'
import { dialect } from '../src/storage/dialect.ts'
import { deleteTokens, editionIndex, putTokens } from '../src/storage/fulltext.ts'
import { editions } from '../src/storage/schema.ts'
import { runs } from './harness/depth.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'

let room: Newsroom
beforeEach(async () => {
  room = await newsroom()
})
afterEach(() => room.close())

const publish = async (headline: string, more: object = {}): Promise<string> => {
  room.clock.tick()
  const { body } = await room.editor
    .post('/v1/articles?publish=true')
    .send({ headline, ...more })
    .expect(201)
  return body.id
}
const paragraph = (text: string) => ({ body: [{ type: 'paragraph', text }] })
const path = (q: string, more = '') => `/v1/search?q=${encodeURIComponent(q)}${more}`
interface Result {
  data: { id: string; slug: string; score: number; highlights: Record<string, string | null> }[]
  facets: Record<string, { slug?: string; year?: number; count: number }[]>
  didYouMean: string | null
  page: { next: string | null; previous: string | null; total?: number }
}
const find = async (q: string, more = ''): Promise<Result> => (await room.anyone.get(path(q, more)).expect(200)).body
const slugs = async (q: string, more = '') => (await find(q, more)).data.map(({ slug }) => slug)

it('ranks by where the words stand, and the newer first', async () => {
  await publish('Anywhere', paragraph('The storm came. Of the repairs nobody spoke.'))
  await publish('Storm summary', { summary: 'Repairs begin' })
  await publish('Repairs after the storm')
  await publish('Storm repairs')
  await publish('More storm repairs')
  await publish('Only the storm')
  const { data } = await find('storm repairs')
  expect(data.map(({ slug, score }) => [slug, score])).toEqual([
    ['more-storm-repairs', 4],
    ['storm-repairs', 4],
    ['repairs-after-the-storm', 3],
    ['storm-summary', 2],
    ['anywhere', 1],
  ])
})

it('suggests a correction only where it finds something with the filters, too', async () => {
  await publish('The bridge', { language: 'en' })
  expect((await find('brigde')).didYouMean).toBe('bridge')
  expect((await find('brigde', '&language=fr')).didYouMean).toBeNull()
  expect((await find('brigde', '&publishedAt[gte]=2040-01-01T00:00:00Z')).didYouMean).toBeNull()
})

it('marks words in the text that it names, and says nothing of a kicker', async () => {
  await publish('The concert', { kicker: 'Review', summary: 'A review of it' })
  const { data } = await find('review')
  expect(data).toMatchObject([{ highlights: { headline: null, summary: 'A <mark>review</mark> of it' } }])
})

it('indexes an article of very many different words as far as the engine can', async () => {
  const letters = 'абвгдежзик'
  const word = (number: number) =>
    `слово${[...String(number).padStart(7, '0')].map((digit) => letters[Number(digit)]).join('')}`
  const text = Array.from({ length: 22_000 }, (_, number) => word(number)).join(' ')
  const body = Array.from({ length: 22 }, (_, block) => ({
    type: 'paragraph',
    text: text
      .split(' ')
      .slice(block * 1_000, (block + 1) * 1_000)
      .join(' '),
  }))
  const { editor } = room
  const made = await editor.post('/v1/articles').send({ headline: 'Dictionary', language: 'ru', body }).expect(201)
  const drafts = await editor.get(path(word(1)).replace('search', 'articles').concat('&version=draft')).expect(200)
  expect(drafts.body.data).toMatchObject([{ id: made.body.id }])
  await editor.post(`/v1/articles/${made.body.id}/publish`).expect(200)
  expect(await slugs(word(1))).toEqual(['dictionary'])
  expect(await slugs('dictionary')).toEqual(['dictionary'])
})

it('finds texts in a language whose stemmer fails on common words', async () => {
  await publish('министър в театър', { language: 'bg' })
  const { editor } = room
  await editor.post('/v1/articles').send({ headline: 'вестници', language: 'bg' }).expect(201)
  expect(await slugs('министър', '&language=bg')).toHaveLength(1)
  await editor.get(`/v1/articles?version=draft&q=${encodeURIComponent('вестници')}`).expect(200)
})

it('finds words, phrases and beginnings, without regard to case and diacritics, in any script', async () => {
  await publish('Gdańsk: die Straße am Hafen')
  await publish('Ærø and Łódź', paragraph('A **harbour** master, well-known.'))
  await publish('東京の港')
  for (const q of ['gdansk', 'GDAŃSK', 'strasse', 'Straße', '"strasse am"', 'haf*'])
    expect(await slugs(q)).toEqual(['gdansk-die-strasse-am-hafen'])
  for (const q of ['aero lodz', 'ærø', 'harbour', '"well known"', 'well-known', 'harb*', 'mas* aero'])
    expect(await slugs(q)).toHaveLength(1)
  expect((await find('東京')).data).toHaveLength(1)
  expect((await find('京東')).data).toHaveLength(0)
  for (const q of ['haf', '"am strasse"', 'harbour gdansk', 'known-well']) expect(await slugs(q)).toEqual([])
})

it('treats everything else literally', async () => {
  await publish('Calm weather')
  const hostile = [
    '"',
    '""',
    '*',
    'NEAR(',
    'NEAR(storm x)',
    'headline:storm',
    '{headline}: storm',
    '^storm',
    "'",
    "storm' OR '1'='1",
    '(',
    ')',
    '-',
    'storm AND',
    'NOT',
    'a:*',
    '\\',
    '%',
    '_',
    '|',
    '&',
    '!storm',
    '<->',
    'storm:A',
    ':*',
    '🙂',
    ' ',
  ]
  for (const q of hostile) {
    expect((await room.anyone.get(path(q)).expect(200)).body.data).toEqual([])
    await room.anyone.get(`/v1/articles?q=${encodeURIComponent(q)}`).expect(200)
  }
})

it('refuses what is too long, and parameters that it does not have', async () => {
  await room.anyone.get(path('x'.repeat(501))).expect(400)
  await room.anyone.get(path('a '.repeat(33))).expect(400)
  const tooMany = (message: string) => problem('validation', { in: 'query', pointer: '/q', message })
  const many = 'must have at most 32 words, those in phrases included; it has 33'
  await room.anyone.get(path(`"${'a '.repeat(33)}"`)).expect(tooMany(many))
  await room.anyone.get(`/v1/articles?q=${'a-'.repeat(33)}`).expect(tooMany(many))
  await room.anyone.get(path('a* b* c* d*')).expect(200)
  await room.anyone.get(path('a* b* c* d* e*')).expect(tooMany('must have at most 4 beginnings of words; it has 5'))
  await room.anyone.get('/v1/search').expect(400)
  await room.anyone.get(path('a', '&sort=headline')).expect(400)
  await room.anyone.get(path('a', '&facets=size')).expect(400)
})

it('is stopped at a deadline, as are lists by words', async () => {
  await room.close()
  // PostgreSQL is kept waiting; SQLite is past this deadline at once.
  room = await newsroom({}, { deadline: dialect === 'sqlite' ? 0 : 100 })
  // SQLite asks for the time at the key of one article in 32 milliseconds: that of the fourth.
  for (let second = 1; second <= 4; second++) await publish('Storm')
  const { release } = await lockIndexes()
  const stopped = (response: Response) => {
    problem('busy')(response)
    expect(response.body.detail).toMatch(/took too long and was stopped/)
    expect(response.headers['retry-after']).toBe('5')
  }
  await room.anyone.get(path('storm')).expect(stopped)
  await room.anyone.get('/v1/articles?q=storm').expect(stopped)
  await room.editor.get('/v1/articles?version=draft&q=storm').expect(stopped)
  await room.anyone.get('/v1/articles?limit=1').expect(200)
  await release()
})

/** Holds the full-text indexes of PostgreSQL, so that whoever reads them waits. */
async function lockIndexes(): Promise<{ release(): Promise<void> }> {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let transaction = Promise.resolve()
  await new Promise<void>((resolve) => {
    transaction = room.storage.transaction(async (tx) => {
      const lock = sql`lock table edition_index, draft_index`
      if (dialect === 'postgres') await (tx as unknown as PgDatabase<never>).execute(lock)
      resolve()
      await ended
    })
  })
  return {
    release: () => {
      end()
      return transaction
    },
  }
}

it('shows hits as HTML that is safe', async () => {
  await publish('<script>alert("storm")</script> & Störm', {
    summary: "It's a storm",
    ...paragraph(`${'Nothing here. '.repeat(40)}Then the **storm** came & went. ${'Calm again. '.repeat(40)}`),
  })
  const [hit] = (await find('storm')).data
  expect(hit?.highlights).toMatchObject({
    headline: '&lt;script&gt;alert(&quot;<mark>storm</mark>&quot;)&lt;/script&gt; &amp; <mark>Störm</mark>',
    summary: 'It&#39;s a <mark>storm</mark>',
  })
  expect(hit?.highlights.body).toMatch(/^… .*Then the <mark>storm<\/mark> came &amp; went\..* …$/)
  expect(hit?.highlights.body?.length).toBeLessThan(280)
})

it('marks words whose letters come apart into signs', async () => {
  const words = [`${'a'.repeat(99)}⑴`, '⑴', 'ﷺ', '½']
  await publish(`Signs ${words.join(' ')} end`, paragraph(`In a text: ${words.join(', ')}.`))
  for (const word of words) {
    const [hit] = (await find(word)).data
    expect(hit?.highlights.headline).toContain(`<mark>${word}</mark>`)
    expect(hit?.highlights.body).toContain(`<mark>${word}</mark>`)
  }
})

it('filters, counts and has facets', async () => {
  for (const [name, parent] of [
    ['World', null],
    ['Asia', 'world'],
    ['Sport', null],
  ])
    await room.editor.post('/v1/sections').send({ name, parent }).expect(201)
  await room.editor.post('/v1/authors').send({ name: 'Ana' }).expect(201)
  await room.editor.post('/v1/tags').send({ name: 'Tides' }).expect(201)
  await publish('Harbour one', { section: 'asia', authors: ['ana'], tags: ['tides'] })
  await publish('Harbour two', { section: 'sport', authors: ['ana'] })
  await publish('Harbour three', { section: 'world' })
  expect(await slugs('harbour', '&section=world')).toEqual(['harbour-three', 'harbour-one'])
  expect(await slugs('harbour', '&author=ana&section=asia')).toEqual(['harbour-one'])
  expect(await slugs('harbour', '&tag=none-such')).toEqual([])
  const { facets, page } = await find('harbour', '&count=true&limit=1')
  expect(page.total).toBe(3)
  expect(facets.section?.map(({ slug, count }) => [slug, count])).toEqual(
    [
      ['world', 2],
      ['asia', 1],
      ['sport', 1],
    ].sort((a, b) => Number(b[1]) - Number(a[1])),
  )
  expect(facets.author).toMatchObject([{ slug: 'ana', count: 2 }])
  expect(facets.tag).toMatchObject([{ slug: 'tides', count: 1 }])
  expect(facets.year).toEqual([{ year: 2030, count: 3 }])
  expect((await find('harbour', '&facets=none')).facets).toEqual({})
  expect(Object.keys((await find('harbour', '&facets=tag,year')).facets)).toEqual(['tag', 'year'])
  const { body } = await room.anyone.get('/v1/articles?q=harbour&sort=headline&count=true').expect(200)
  expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual(['harbour-one', 'harbour-three', 'harbour-two'])
  expect(body.page.total).toBe(3)
  expect((await room.anyone.get('/v1/articles?q=harbour&section=asia').expect(200)).body.data).toHaveLength(1)
})

it('continues from a cursor, in both directions, while articles are added', async () => {
  for (const n of [1, 2, 3]) await publish(`Body ${n}`, paragraph('The tide came in.'))
  for (const n of [1, 2, 3]) await publish(`Tide ${n}`)
  const first = await find('tide', '&limit=2')
  expect(first.data.map(({ slug }) => slug)).toEqual(['tide-3', 'tide-2'])
  await publish('Tide 4')
  const second = await find('tide', `&limit=2&cursor=${first.page.next}`)
  expect(second.data.map(({ slug }) => slug)).toEqual(['tide-1', 'body-3'])
  const third = await find('tide', `&limit=2&cursor=${second.page.next}`)
  expect(third.data.map(({ slug }) => slug)).toEqual(['body-2', 'body-1'])
  expect(third.page.next).toBeNull()
  const back = await find('tide', `&limit=2&cursor=${third.page.previous}`)
  expect(back.data).toEqual(second.data)
  const top = await find('tide', `&limit=3&cursor=${back.page.previous}`)
  expect(top.data.map(({ slug }) => slug)).toEqual(['tide-4', 'tide-3', 'tide-2'])
  expect(top.page.previous).toBeNull()
  await room.anyone.get(path('other', `&cursor=${first.page.next}`)).expect(400)
})

it('suggests a corrected spelling', async () => {
  await publish('Harbour bridge reopens')
  expect(await find('harbuor')).toMatchObject({ data: [], didYouMean: 'harbour' })
  expect(await find('ahrbour brigde')).toMatchObject({ data: [], didYouMean: 'harbour bridge' })
  expect((await find('harbour')).didYouMean).toBeNull()
  expect((await find('xylophone')).didYouMean).toBeNull()
  const id = await publish('Zeppelin')
  await room.editor.post(`/v1/articles/${id}/unpublish`).expect(200)
  expect((await find('zepelin')).didYouMean).toBeNull()
})

it('finds only what is live, as it is now', async () => {
  await room.editor.post('/v1/authors').send({ name: 'Ana', email: 'secretaddress@example.org' }).expect(201)
  const { body: draft } = await room.editor
    .post('/v1/articles')
    .send({ headline: 'Plover draft', note: 'plovernote' })
    .expect(201)
  await room.editor.post(`/v1/articles/${draft.id}/publish`).send({ at: '2031-01-01T00:00:00Z' }).expect(200)
  const [kept, retracted, unpublished] = [
    await publish('Plover kept', { authors: ['ana'] }),
    await publish('Plover retracted'),
    await publish('Plover unpublished'),
  ]
  await room.editor.post(`/v1/articles/${retracted}/retract`).send({ reason: 'Ploverwrong' }).expect(200)
  await room.editor.post(`/v1/articles/${unpublished}/unpublish`).expect(200)
  await room.editor.patch(`/v1/articles/${kept}`).send({ headline: 'Plover secretchange' }).expect(200)
  expect(await slugs('plover')).toEqual(['plover-kept'])
  for (const q of ['draft', 'plovernote', 'secretaddress', 'secretchange', 'ploverwrong', 'retracted'])
    expect(await find(q, '&count=true')).toMatchObject({ data: [], page: { total: 0 }, didYouMean: null })
  await room.editor.post(`/v1/articles/${kept}/publish`).expect(200)
  expect(await slugs('secretchange')).toEqual(['plover-kept'])
  expect(await slugs('kept')).toEqual([])
  expect((await room.editor.get('/v1/articles?version=draft&q=draft').expect(200)).body.data).toHaveLength(1)
})

it('rebuilds its index from what is live', async () => {
  for (const n of [1, 2, 3]) await publish(`Heron ${n}`)
  const before = await slugs('heron')
  await rebuildIndexes(room.storage)
  await mergeIndex(room.storage)
  expect(await slugs('heron')).toEqual(before)
  expect(await indexState(room.storage.reader)).toEqual({ version: INDEX_VERSION })
})

describe('an index that lacks articles', () => {
  it('is filled while the service answers, and says so instead of finding too little', async () => {
    for (const n of [1, 2, 3]) await publish(`Ibis ${n}`)
    const before = await slugs('ibis')
    const lacking = await newsroom({}, { storage: room.storage })
    await room.storage.transaction(async (tx) => {
      await tx.delete(editionIndex)
      await tx.update(editions).set({ searchKey: null })
    })
    const refused = await lacking.anyone.get('/v1/search?q=ibis').expect(503)
    expect(refused.body.detail).toMatch(/^the search index is being filled: \d+ of \d+$/)
    expect(refused.headers['retry-after']).toBe('5')
    expect((await lacking.anyone.get('/readyz').expect(503)).body.detail).toBe(refused.body.detail)
    await lacking.anyone.get('/v1/articles').expect(200)
    await lacking.anyone.get(`/v1/articles/${before[0]}`).expect(200)
    await publish('Ibis 4')
    const seen: { done: number; total: number }[] = []
    await keepIndexes(room.storage, { onProgress: (progress) => void seen.push(progress) })
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total)
    await lacking.anyone.get('/readyz').expect(200)
    const { body } = await lacking.anyone.get('/v1/search?q=ibis').expect(200)
    expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual(['ibis-4', ...before])
    await lacking.close()
  })
})

describe('an index of an older version', () => {
  it('answers while it is rebuilt, and goes on where a process has stopped', async () => {
    await publish('Kestrel over the pier')
    const [before] = await slugs('kestrel')
    const { body } = await room.editor.get(`/v1/articles/${before}`).expect(200)
    await room.storage.transaction(async (tx) => {
      // As an older tokenizer would have indexed it.
      const [row] = await tx.select().from(editions).where(eq(editions.article, body.id))
      const key = row?.searchKey ?? 0
      await deleteTokens(tx, 'live', key)
      await putTokens(tx, 'live', key, { positioned: ['kestrelold'], unpositioned: [] })
      await storeIndexState(tx, { version: INDEX_VERSION - 1 })
    })
    expect(await slugs('kestrelold')).toEqual([before])
    let batches = 0
    await keepIndexes(room.storage, { onProgress: () => (batches += 1), isStopped: () => batches === 1 })
    const { index } = (await room.anyone.get('/readyz').expect(200)).body
    expect(index.done).toBeGreaterThan(0)
    expect(index.done).toBeLessThan(index.total)
    const seen: number[] = []
    await keepIndexes(room.storage, { onProgress: ({ done }) => void seen.push(done) })
    expect(seen[0]).toBeGreaterThanOrEqual(index.done)
    expect(seen.at(-1)).toBe(index.total)
    expect(await slugs('kestrel pier')).toEqual([before])
    expect((await find('kestrelold', '&count=true')).data).toEqual([])
    expect((await room.anyone.get('/readyz').expect(200)).body).toEqual({ status: 'ok' })
  })
})

it('gives an article the next millisecond where one has as many as have room', async () => {
  const first = await publish('First of its time')
  const { publishedAt } = (await room.anyone.get(`/v1/articles/${first}`).expect(200)).body
  const searchKey = keysOfMillisecond(Date.parse(publishedAt)).high
  await room.storage.transaction(async (tx) => void (await tx.update(editions).set({ searchKey })))
  const { body } = await room.editor.post('/v1/articles?publish=true').send({ headline: 'Second' }).expect(201)
  expect(Date.parse(body.publishedAt)).toBe(Date.parse(publishedAt) + 1)
})

it('finds what a plain search through all texts finds, in the same order', async () => {
  const word = fc.constantFrom('ebb', 'flood', 'Übung', 'quay', 'quays')
  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '))
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ headline: text, summary: text, body: text }) },
    { weight: 1, arbitrary: fc.record({ unpublish: fc.nat(5) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        q: fc.array(fc.oneof(word, fc.constantFrom('"ebb flood"', 'qua*', 'ub*')), { minLength: 1, maxLength: 3 }),
        limit: fc.integer({ min: 1, max: 4 }),
      }),
    },
  )
  let story = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      story += 1
      const live: { id: string; parts: string[] }[] = []
      for (const one of steps) {
        if ('headline' in one) {
          const [headline, summary] = [`${one.headline} s${story}`, one.summary || null]
          const id = await publish(headline, { summary, ...paragraph(one.body || '.') })
          live.unshift({ id, parts: [headline, one.summary, one.body].map(plain) })
        } else if ('unpublish' in one) {
          const [gone] = live.splice(one.unpublish, 1)
          if (gone) await room.editor.post(`/v1/articles/${gone.id}/unpublish`).expect(200)
        } else {
          const q = [...one.q, `s${story}`].join(' ')
          expect(await walk(q, one.limit)).toEqual(expected(live, q))
        }
      }
    }),
    runs(5),
  )

  async function walk(q: string, limit: number): Promise<[id: string, score: number][]> {
    const found: [string, number][] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const result: Result = await find(q, `&limit=${limit}&facets=none${cursor && `&cursor=${cursor}`}`)
      for (const { id, score } of result.data) found.push([id, score])
      cursor = result.page.next
    }
    return found
  }

  function expected(live: { id: string; parts: string[] }[], q: string): [id: string, score: number][] {
    const terms = [...q.matchAll(/"([^"]*)"|(\S+)/g)].map(([, phrase, word = '']) => plain(phrase ?? word))
    const has = (text: string, term: string) =>
      term.endsWith('*') ? ` ${text} `.includes(` ${term.slice(0, -1)}`) : ` ${text} `.includes(` ${term} `)
    // Of the words here only quays has another form, and phrases are found as they are.
    const inAnyForm = (text: string, term: string) => {
      const isExact = term.includes(' ') || term.endsWith('*')
      const singular = (words: string) => words.replaceAll('quays', 'quay')
      return isExact ? has(text, term) : has(singular(text), singular(term))
    }
    const scored = live.flatMap(({ id, parts: [headline = '', summary = '', body = ''] }): [string, number][] => {
      if (has(headline, terms.join(' ').replaceAll('* ', ' '))) return [[id, 4]]
      if (terms.every((term) => inAnyForm(headline, term))) return [[id, 3]]
      if (terms.every((term) => inAnyForm(headline, term) || inAnyForm(summary, term))) return [[id, 2]]
      return terms.every((term) => [headline, summary, body].some((part) => inAnyForm(part, term))) ? [[id, 1]] : []
    })
    return scored.sort(([, a], [, b]) => b - a)
  }
})

const plain = (text: string) => text.toLowerCase().replaceAll('ü', 'u')

it('indexes 20,000 different words of a body, and where the others are', async () => {
  const words = Array.from({ length: 20_002 }, (_, n) => `w${n}`)
  const body = [words.slice(0, 10_000), words.slice(10_000)].map((some) => ({
    type: 'code' as const,
    text: `${some.join(' ')} w1`,
    language: null,
  }))
  const texts = { headline: 'Numbers', kicker: null, standfirst: null, summary: null }
  const content = { ...texts, language: 'en', body } as unknown as Content
  const positioned = (await textTokens(content)).positioned.flatMap((run) => run.split(' '))
  expect(positioned.at(-1)).toBe('w1')
  expect(positioned.filter((token) => token === 'w20000')).toEqual([])
  expect(positioned).toHaveLength(20_002 + 2 + 'numbers'.split(' ').length + 2)
})
