/** Whether PostgreSQL reads what the public asks for by indexes: in a filled database it scans no table of articles. */
import type pgDriver from 'pg'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
// @ts-expect-error: plain JavaScript, since it is loaded as it is.
import pg from '../harness/once/pg.js'
import { newDatabase } from '../harness/storage.ts'

/** How many articles the API creates, and how many copies of each are added. */
const CREATED = 100
const COPIES = 50
/** The tables that grow with the articles. */
const LARGE = [
  'editions',
  'edition_refs',
  'edition_index',
  'articles',
  'article_refs',
  'draft_index',
  'changes',
  'slugs',
]

interface Recorded {
  text: string
  values: unknown[]
}

let database: Awaited<ReturnType<typeof newDatabase>>
let storage: Storage
let room: Newsroom
let direct: pgDriver.Client
let recorded: Recorded[] = []
const original = pg.Client.prototype.query

beforeAll(async () => {
  database = await newDatabase()
  storage = await openStorage(database.url)
  room = await newsroom({ CACHE_BYTES: '0' }, { storage })
  direct = new pg.Client(database.url)
  await direct.connect()
  await create()
  await multiply()
  // Lists know nothing of articles that were not written by the service.
  await room.close()
  await storage.close()
  storage = await openStorage(database.url)
  room = await newsroom({ CACHE_BYTES: '0' }, { storage })
  pg.Client.prototype.query = function (this: pgDriver.Client, ...args: unknown[]) {
    const [config, values] = args as [string | pgDriver.QueryConfig, unknown[] | undefined]
    const text = typeof config === 'string' ? config : config.text
    if (/^select /.test(text)) recorded.push({ text, values: values ?? (config as pgDriver.QueryConfig).values ?? [] })
    return Reflect.apply(original, this, args)
  } as typeof original
})
afterAll(async () => {
  pg.Client.prototype.query = original
  await room.close()
  await storage.close()
  await direct.end()
  await database.remove()
})

async function create(): Promise<void> {
  const named = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)
  const resources = { authors: named('author', 20), tags: named('tag', 30), sections: named('section', 10) }
  for (const [resource, names] of Object.entries(resources))
    for (const name of names) await room.editor.post(`/v1/${resource}`).send({ name }).expect(201)
  for (const name of named('source', 10))
    await room.editor.post('/v1/sources').send({ name, kind: 'agency' }).expect(201)
  const line = (_: unknown, index: number) => {
    const body = {
      headline: `Harbour number ${index} of word${index % 20}`,
      summary: `A summary with term${index % 7}`,
      externalId: `wire-${index}`,
      language: index % 5 === 0 ? 'fr' : 'en',
      section: `section-${index % 10}`,
      authors: [`author-${index % 20}`],
      tags: [`tag-${index % 30}`, `tag-${(index + 1) % 30}`],
      citations: [{ source: `source-${index % 10}`, relation: 'cited' }],
      publishedAt: new Date(Date.UTC(2029, 0, 1 + index)).toISOString(),
    }
    return JSON.stringify({ op: 'create', publish: true, body })
  }
  const lines = Array.from({ length: CREATED }, line).join('\n')
  await room.admin.post('/v1/bulk').set('content-type', 'application/x-ndjson').send(lines).expect(200)
}

/** Adds copies of all articles, each a minute earlier than the one before, with all that is read of them. */
async function multiply(): Promise<void> {
  const copies = `generate_series(1, ${COPIES}) as n`
  const idOf = (column: string) => `md5(${column} || n)::uuid::text`
  const earlier = "- n * interval '1 minute'"
  const copy = (table: string, changed: Record<string, string>, where = '') =>
    `insert into ${table} select (jsonb_populate_record(one, jsonb_build_object(${Object.entries(changed)
      .map(([column, value]) => `'${column}', ${value}`)
      .join()}))).* from ${table} as one, ${copies} ${where}`
  const slug = "one.slug || '-' || n"
  const published = `one.published_at ${earlier}`
  const externalId = "one.external_id || '-' || n"
  const statements = [
    'set session_replication_role = replica',
    // As many pages as a database with ten times the articles has: the planner counts them.
    ...LARGE.map((table) => `alter table ${table} set (fillfactor = 10)`),
    copy('articles', {
      id: idOf('one.id'),
      slug,
      live_slug: slug,
      external_id: externalId,
      published_at: published,
      search_key: `one.search_key + n * ${CREATED}`,
    }),
    copy('draft_index', { key: `one.key + n * ${CREATED}` }),
    copy('article_refs', { article: idOf('one.article') }),
    copy('edition_refs', { article: idOf('one.article'), published_at: published }),
    copy('edition_index', { key: 'one.key - n * 60000::bigint * 1024' }),
    copy('editions', {
      article: idOf('one.article'),
      slug,
      external_id: externalId,
      published_at: published,
      updated_at: `one.updated_at ${earlier}`,
      search_key: 'one.search_key - n * 60000::bigint * 1024',
    }),
    copy('slugs', { slug, target: idOf('one.target') }, "where kind = 'article'"),
    copy(
      'changes',
      { seq: `one.seq + n * (select max(seq) from changes)`, target: idOf('one.target') },
      "where type = 'article.published'",
    ),
    `update ref_counts set editions = editions * ${COPIES + 1}`,
  ]
  for (const statement of statements) await direct.query(statement)
  await direct.query('vacuum analyze')
}

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  Plans?: Plan[]
}

/** The large tables that a plan reads from their beginning to their end. */
const scannedIn = ({ 'Node Type': type, 'Relation Name': table = '', Plans = [] }: Plan): string[] => [
  ...(type === 'Seq Scan' && LARGE.includes(table) ? [table] : []),
  ...Plans.flatMap(scannedIn),
]

/** The statements among these that scan a large table. */
async function scanning(statements: Recorded[]): Promise<string[]> {
  const found: string[] = []
  await direct.query('set plan_cache_mode = force_custom_plan')
  for (const { text, values } of statements) {
    const { rows } = await direct.query(`explain (format json) ${text}`, values)
    const scanned = scannedIn(rows[0]['QUERY PLAN'][0].Plan)
    if (scanned.length > 0) found.push(`${scanned}: ${text} with ${JSON.stringify(values)}`)
  }
  return found
}

/** All subsets of these parameters with one, two or three of them. */
function combinations(parameters: string[]): string[] {
  const subsets: string[][] = [[]]
  for (const one of parameters) subsets.push(...subsets.map((rest) => [...rest, one]))
  return subsets.filter(({ length }) => length > 0 && length <= 3).map((subset) => subset.join('&'))
}

const period = 'publishedAt[gte]=2029-02-01T00:00:00Z&publishedAt[lt]=2029-02-03T00:00:00Z'
const parameters = [
  'section=section-1',
  'author=author-1',
  'source=source-1',
  'tag=tag-1',
  'language=fr',
  'q=word1',
  period,
  'updatedAt[gte]=2030-01-01T11:59:00Z',
]

/** What this list, search or log reads, page by page: the first two. */
async function read(path: string): Promise<void> {
  const { body } = await room.editor.get(path).expect(200)
  const next = body.page?.next
  if (typeof next !== 'string') return
  const parameter = /changes($|\?)/.test(path) ? 'since' : 'cursor'
  await room.editor.get(`${path}${path.includes('?') ? '&' : '?'}${parameter}=${next}`).expect(200)
}

it.each([
  ['lists by one, two or three filters', combinations(parameters).map((query) => `/v1/articles?${query}`)],
  [
    'lists in other orders',
    ['publishedAt', 'updatedAt', '-updatedAt', 'headline', '-headline'].flatMap((sort) =>
      ['', '&tag=tag-1', '&section=section-1&tag=tag-1'].map((filter) => `/v1/articles?sort=${sort}${filter}`),
    ),
  ],
  [
    'lists of one article',
    ['externalId=wire-7', 'path=/section-7/harbour-number-7-of-word7'].map((query) => `/v1/articles?${query}`),
  ],
  ['counts of lists', ['tag=tag-1', 'section=section-1&tag=tag-1'].map((query) => `/v1/articles?${query}&count=true`)],
  [
    'searches',
    ['word1', '"harbour number"', 'harb*', 'harbour word1'].flatMap((q) =>
      ['', '&tag=tag-1', '&facets=none', `&${period}`].map((more) => `/v1/search?q=${encodeURIComponent(q)}${more}`),
    ),
  ],
  ['changes', ['/v1/changes', '/v1/changes?include=edition', '/v1/changes/snapshot?limit=20']],
  ['one article', ['/v1/articles/harbour-number-7-of-word7', '/v1/articles/harbour-number-7-of-word7/related']],
  [
    'lists of working copies',
    ['', '&tag=tag-1', '&q=word1', '&createdBy=me', '&scheduled=true'].map(
      (more) => `/v1/articles?version=draft${more}`,
    ),
  ],
])('%s use indexes', async (_what, paths) => {
  const statements = new Map<string, Recorded>()
  for (const path of paths) {
    recorded = []
    await read(path)
    for (const one of recorded) statements.set(one.text, one)
  }
  expect(statements.size).toBeGreaterThan(0)
  expect(await scanning([...statements.values()])).toEqual([])
})

it('would say if one scanned a table', async () => {
  expect(await scanning([{ text: 'select * from editions where version > $1', values: [0] }])).toHaveLength(1)
})
