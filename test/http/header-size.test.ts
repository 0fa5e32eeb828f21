/**
 * Some proxies accept 4 kB for the status line and all headers of a reply, nginx with its defaults among them: they answer
 * 502 in place of one with more.
 */
import { type Operation, operationsOf } from '../harness/fuzz/operation.ts'
import { newsroom } from '../harness/newsroom.ts'
import { raw } from '../harness/raw.ts'

/** As long as a name can be, different by its number. */
const longName = (noun: string, number: number) =>
  `${noun} ${number} ${'of a very long name '.repeat(20)}`.slice(0, 200).trim()

const { editor, anyone, url, app, close } = await newsroom({ RATE_LIMIT: '100000', CORS_ORIGINS: 'https://a.example' })
afterAll(close)

/** Entries with the longest names, and the sections below one another as deep as they can be; their ids. */
async function makeEntries(list: string): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < 25; number++) {
    const parent = list === 'sections' && number > 0 && number < 10 ? { parent: ids.at(-1) } : {}
    const sent = { name: longName(list, number), ...(list === 'sources' && { kind: 'person' }), ...parent }
    ids.push((await editor.post(`/v1/${list}`).send(sent).expect(201)).body.id)
  }
  return ids
}

/** More articles than a page has, with what makes their headers long. */
async function makeArticles({ sections = [], tags, authors, sources = [] }: Record<string, string[]>): Promise<string> {
  const articles = Array.from({ length: 105 }, (_, number) => ({
    headline: longName('Bridge', number),
    authors: authors?.slice(number % 20),
    tags: tags?.slice(number % 20),
    section: sections[number % 25],
    citations: [{ source: sources[number % 25], relation: 'quoted' }],
  }))
  const lines = articles.map((body) => JSON.stringify({ op: 'create', publish: true, body }))
  await editor.post('/v1/bulk').type('application/x-ndjson').send(lines.join('\n')).expect(200)
  return (await anyone.get('/v1/articles?limit=1').expect(200)).body.data[0].id
}

/** Queries of a read that make its headers long: of the longest page, with filters and their links, with all else. */
function longQueries({ parameters }: Operation, ids: Record<string, string[]>): string[] {
  const one = (name: string, value: unknown) =>
    parameters.some((parameter) => parameter.in === 'query' && parameter.name === name) ? [`${name}=${value}`] : []
  const filters = ['section', 'author', 'source', 'tag'].flatMap((name) =>
    one(name, ids[`${name}s`]?.slice(0, name === 'section' ? 1 : 25)),
  )
  const latest = one('latest', 20).flatMap((latest) => ['include=latest', latest])
  const queries = [
    one('limit', 100),
    [...one('limit', 20), ...filters],
    [...one('limit', 5), ...latest],
    one('sort', 'headline'),
  ]
  return queries.map((query) => [...query, ...one('q', 'bridge')].join('&'))
}

const sizeOf = (headers: Record<string, string>): number =>
  Object.entries(headers).reduce((size, [name, value]) => size + name.length + value.length + 4, 20)

it('all headers of a reply stay below 3,500 bytes together, for every read at its longest', async () => {
  const ids: Record<string, string[]> = {}
  for (const list of ['sections', 'tags', 'authors', 'sources']) ids[list] = await makeEntries(list)
  const named: Record<string, string | undefined> = { article: await makeArticles(ids), page: '2030-01.xml' }
  for (const [list, some] of Object.entries(ids)) named[list.replace(/s$/, '')] = some[9]
  const sizes: [string, number][] = []
  const operations = operationsOf(app.swagger() as unknown as Record<string, unknown>)
  for (const operation of operations.filter(({ method }) => method === 'GET')) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name] ?? 'x')
    for (const query of longQueries(operation, ids)) {
      const head = `GET ${path}?${query} HTTP/1.1\r\nX-Request-Id: ${'x'.repeat(100)}\r\nOrigin: https://a.example`
      sizes.push([`${path}?${query}`.slice(0, 100), sizeOf((await raw(url, head)).headers)])
    }
  }
  expect(Math.max(...sizes.map(([, size]) => size))).toBeGreaterThan(2_000)
  expect(sizes.filter(([, size]) => size >= 3_500)).toEqual([])
})
