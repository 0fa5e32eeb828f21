/** Requests that are meant to cost much: large, deep and pathological ones, within the limits and beyond them. */
import fc from 'fast-check'

export interface HostileRequest {
  method: string
  path: string
  body?: string
}

/** Parts that are slow in careless converters, parsers and searches; they are repeated and nested. */
const markdown = [
  'a]',
  '[a] ',
  '> a\n\n',
  '*a_',
  '**_',
  '`',
  '![',
  '<a href=x>',
  '[^1]',
  '|a|',
  '- ',
  '&#',
  '\\',
  'ไทย',
  '東',
]
const html = [
  '<em>.</em>b',
  '<a href=x>',
  '<table><tr><td>',
  '<div>',
  '<ul><li>',
  '<b><p>',
  '<!--',
  '<svg><style>',
  '</p>',
]
const words = ['a ', 't* ', '"a a" ', '½', '⑴', 'ไทย ', 'harbour ', 'the ', '" ', 'é\u0301']

const repeated = (parts: string[], length: number) =>
  fc
    .tuple(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: length }))
    .map(([some, size]) => some.join('').repeat(Math.ceil(size / some.join('').length)))

const article = (body: unknown, more: object = {}) => JSON.stringify({ headline: 'Costly', body, ...more })
const converted = (format: string, parts: string[]) =>
  repeated(parts, 120_000).map((value) => article({ format, value }))
const paragraphs = repeated(markdown, 150_000).map((text) =>
  article((text.match(/.{1,18000}/gsu) ?? []).map((part) => ({ type: 'paragraph', text: part }))),
)
const manyBlocks = fc
  .tuple(fc.integer({ min: 1, max: 2_100 }), fc.constantFrom('a', '*a*', '[a](https://a.example/)'))
  .map(([count, text]) =>
    article(Array.from({ length: count }, (_, n) => ({ type: 'paragraph', text: `${text}${n}` }))),
  )
const deep = fc
  .integer({ min: 10, max: 100_000 })
  .chain((depth) =>
    fc.constantFrom(
      '['.repeat(depth),
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
    ),
  )
const members = fc
  .integer({ min: 1, max: 50_000 })
  .map((count) => `{${Array.from({ length: count }, (_, n) => `"m${n}":1`).join(',')}}`)
const wrong = fc
  .tuple(fc.integer({ min: 1, max: 95_000 }), fc.constantFrom<unknown>(1, '', {}, ['a']))
  .map(([count, item]) => article([{ type: 'list', ordered: false, items: Array(count).fill(item) }]))
const bodies = fc.oneof(
  converted('markdown', markdown),
  converted('html', html),
  converted('wordpress', html),
  converted('text', words),
  paragraphs,
  manyBlocks,
  deep,
  members,
  wrong,
  fc.integer({ min: 1, max: 3_000_000 }).map((size) => article('x'.repeat(size))),
)

const query = repeated(words, 900).map((text) => encodeURIComponent(text).slice(0, 3_000).replace(/%.?$/, ''))
const filters = fc
  .tuple(fc.constantFrom('tag', 'author', 'source', 'section'), fc.integer({ min: 1, max: 400 }))
  .map(([name, count]) => `/v1/articles?${Array.from({ length: count }, (_, n) => `${name}=x${n}`).join('&')}`)
const reads = fc.oneof(
  query.map((q) => `/v1/search?q=${q}&highlight=true&facets=section,author,tag,year`),
  query.map((q) => `/v1/search?q=${q}`),
  filters,
  repeated(['a', '/', '..', '%2e', '-'], 4_000).map((text) => `/v1/articles/${text}`),
  repeated(['ey', 'a', '-', '_'], 4_000).map((text) => `/v1/articles?cursor=${text}`),
  fc.constantFrom('html', 'rich', 'markdown', 'text').map((form) => `/v1/articles?limit=100&body=${form}`),
  fc.constantFrom('/feeds/rss.xml', '/feeds/atom.xml', '/feeds/feed.json', '/sitemap.xml', '/v1/changes/snapshot'),
)

const get = reads.map((path): HostileRequest => ({ method: 'GET', path }))
const write = (method: string, path: string) => bodies.map((body): HostileRequest => ({ method, path, body }))

/** Requests of a client who may write or not; `id` is an article that is live. */
export const hostileRequests = (id: string): fc.Arbitrary<HostileRequest> =>
  fc.oneof(
    { weight: 4, arbitrary: get },
    { weight: 2, arbitrary: write('POST', '/v1/articles') },
    { weight: 1, arbitrary: write('POST', '/v1/articles?publish=true') },
    { weight: 2, arbitrary: write('PATCH', `/v1/articles/${id}?publish=changes`) },
    { weight: 1, arbitrary: write('PATCH', `/v1/articles/${id}`) },
    { weight: 1, arbitrary: write('PATCH', `/v1/articles/${id}?publish=true&dryRun=true`) },
    { weight: 1, arbitrary: fc.constant({ method: 'GET', path: `/v1/articles/${id}/revisions/2/diff?against=1` }) },
    { weight: 1, arbitrary: write('POST', '/v1/bulk') },
  )
