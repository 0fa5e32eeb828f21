/** Requests by which one client may try to hold the event loop: each kind makes them of a text of any length. */
import { NewArticle } from '../../dist/articles/schemas.js'
import { readBody } from '../../dist/body/read.js'
import { toHtml } from '../../dist/body/to-html.js'
import { toMarkdown } from '../../dist/body/to-markdown.js'
import { toRich } from '../../dist/body/to-rich.js'
import { toText } from '../../dist/body/to-text.js'
import { countWords } from '../../dist/body/word-count.js'
import { tokensIn } from '../../dist/lib/tokenizer.js'
import { address, header, html, json, letters, markdown, marks, scripts, wordpress } from './parts.js'

/** The text in pieces of a length, none of them empty. */
function inPieces(text, length) {
  const pieces = []
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length).toWellFormed())
  return pieces.filter((piece) => piece.trim() !== '')
}
const inRows = (cells, width) =>
  Array.from({ length: Math.ceil(cells.length / width) }, (_, row) =>
    Array.from({ length: width }, (_, column) => cells[row * width + column] ?? ''),
  )
const lists = (items) =>
  inRows(items, 900).map((part) => ({ type: 'list', ordered: false, items: part.filter(Boolean) }))
const runs = (text) => inPieces(text, 20)
const marked = (part, index) => ({ type: 'text', text: part, ...(index % 2 && { marks: [{ type: 'bold' }] }) })

/** Bodies of a text, by kind: the parts of the text, and what the body is. */
const bodies = {
  markdown: [[...letters, ...marks, ...markdown], (value) => ({ format: 'markdown', value })],
  html: [[...letters, ...html], (value) => ({ format: 'html', value })],
  wordpress: [[...letters, ...wordpress], (value) => ({ format: 'wordpress', value })],
  text: [[...letters, ...scripts], (value) => ({ format: 'text', value })],
  paragraphs: [
    [...letters, ...marks, ...scripts],
    (text) => inPieces(text, 19_000).map((piece) => ({ type: 'paragraph', text: piece })),
  ],
  'short paragraphs': [
    [...letters, ...marks, ...scripts],
    (text) => inPieces(text, 240).map((piece) => ({ type: 'paragraph', text: piece })),
  ],
  lists: [[...letters, ...marks], (text) => lists(inPieces(text, 12))],
  tables: [
    [...letters, ...marks],
    (text) => inRows(inPieces(text, 12), 40).map((row) => ({ type: 'table', header: [], rows: [row] })),
  ],
  'one table': [
    [...letters, ...marks],
    (text) => [{ type: 'table', header: [], rows: inRows(inPieces(text, 12), 40) }],
  ],
  definitions: [
    [...letters, ...marks],
    (text) => {
      const items = inPieces(text, 24).map((piece) => ({ terms: [piece.slice(0, 8)], descriptions: [piece.slice(8)] }))
      return inRows(items, 900).map((part) => ({ type: 'definition-list', items: part.filter(Boolean) }))
    },
  ],
  code: [[...letters, ...json], (text) => inPieces(text, 49_000).map((piece) => ({ type: 'code', text: piece }))],
  galleries: [
    [...letters, ...marks, ...address],
    (text) =>
      inRows(inPieces(text, 100), 200).map((part) => ({
        type: 'gallery',
        images: part.filter(Boolean).map((caption, n) => ({ url: `https://a.example/${n}.jpg`, caption })),
      })),
  ],
  prosemirror: [
    [...letters, ...marks, ...scripts],
    (text) => {
      const paragraph = (part) => ({ type: 'paragraph', content: runs(part).map(marked) })
      return { format: 'prosemirror', value: { type: 'doc', content: inPieces(text, 2_000).map(paragraph) } }
    },
  ],
}

/** Does what a service does with a body, but to store it. */
async function handle(body) {
  const { success, data } = NewArticle.safeParse({ headline: 'Costly', body })
  if (!success) return
  const { blocks } = await readBody(data.body).catch(() => ({ blocks: [] }))
  const text = toText(blocks)
  for (const work of [tokensIn, toHtml, toRich, toMarkdown]) work(work === tokensIn ? text : blocks)
  countWords(text, 'en')
}

const article = (body) => JSON.stringify({ headline: 'Costly', body })
const query = (text) =>
  encodeURIComponent(text)
    .slice(0, 6_000)
    .replace(/%.?$|%..%.?$/, '')

/**
 * The kinds: the parts of a text, its longest length in characters, and the requests that are sent of it to an article.
 * Those that save an article have `work`, which does the same without a service; once it is saved, it is read in all forms.
 */
export const requestKinds = {
  ...Object.fromEntries(
    Object.entries(bodies).map(([name, [parts, bodyOf]]) => [
      name,
      {
        parts,
        longest: 500_000,
        request: (text, id) => ({
          method: 'PATCH',
          path: `/v1/articles/${id}?publish=true`,
          body: article(bodyOf(text)),
        }),
        work: (text) => handle(bodyOf(text)),
      },
    ]),
  ),
  json: {
    parts: [...json, '{"headline":', '"body":[', '{"type":"list","ordered":false,"items":['],
    longest: 2_000_000,
    request: (text) => ({ method: 'POST', path: '/v1/articles', body: text }),
  },
  'wrong values': {
    parts: ['1,', '"a",', '{},', '[],', 'null,', '{"type":"list"},', '{"type":"paragraph","text":1},', '{"a":1},'],
    longest: 1_500_000,
    request: (text, _id, n) => {
      const values = `[${text.slice(0, text.lastIndexOf(',')) || '1'}]`
      const inList = `[{"type":"list","ordered":false,"items":${values}}]`
      const [name, value] = [
        ['body', values],
        ['body', inList],
        ['authors', values],
        ['citations', values],
      ][n % 4]
      return { method: 'POST', path: '/v1/articles', body: `{"headline":"Wrong",${JSON.stringify(name)}:${value}}` }
    },
  },
  bulk: {
    parts: [...letters, ...marks, '\n', '\n\n', ...html],
    longest: 1_000_000,
    request: (text, id) => ({
      method: 'POST',
      path: '/v1/bulk',
      type: 'application/x-ndjson',
      body: inPieces(text, 20_000)
        .map((value, n) => {
          const body = {
            body: n % 2 ? { format: 'html', value } : [{ type: 'paragraph', text: value.slice(0, 19_000) }],
          }
          return `${JSON.stringify({ op: 'update', id, publish: true, body })}\n`
        })
        .join(''),
    }),
  },
  'bulk lines': {
    parts: [...json, '\n', '\r\n', '{"op":"create","body":', '"}\n', '{"op":"delete","id":"x"}\n'],
    longest: 1_000_000,
    request: (text) => ({ method: 'POST', path: '/v1/bulk', type: 'application/x-ndjson', body: text }),
  },
  tag: {
    parts: [...letters, ...json],
    longest: 500_000,
    request: (text) => ({ method: 'POST', path: '/v1/tags', body: JSON.stringify({ name: 'A', description: text }) }),
  },
  search: {
    parts: [...letters, ...scripts, '"', '*', '" "', 'harbour ', 'the '],
    longest: 1_500,
    request: (text, _id, n) => ({
      path: `/v1/search?q=${query(text)}${['', '&facets=section,author,tag,year', '&version=draft'][n % 3]}`,
    }),
  },
  filters: {
    parts: [
      '&tag=a',
      '&tag=b,c',
      '&author=x',
      '&q=a',
      '&section=/a/b',
      '&language=en',
      '&sort=headline',
      '&fields=a',
      '&limit=100',
      '&include=body',
      '%2e',
      ',',
    ],
    longest: 6_000,
    request: (text, _id, n) => ({ path: `/v1/${['articles', 'tags', 'media', 'search'][n % 4]}?${text.slice(1)}` }),
  },
  cursor: {
    parts: [...letters, '_', '=', 'ey'],
    longest: 3_000,
    request: (text) => ({ path: `/v1/articles?cursor=${query(text)}` }),
  },
  path: {
    parts: address,
    longest: 3_000,
    request: (text) => ({ path: `/v1/articles/${query(text)}` }),
  },
  accept: {
    parts: header,
    longest: 8_000,
    request: (text, id) => ({
      path: `/v1/articles/${id}`,
      headers: { accept: text.replaceAll('\t', ' ').trim() || 'a' },
    }),
  },
  etag: {
    parts: header,
    longest: 8_000,
    request: (text, id) => ({
      path: `/v1/articles/${id}`,
      headers: { 'if-none-match': text.replaceAll('\t', ' ').trim() || 'a' },
    }),
  },
}

/** The reads of an article that has been saved, in turns. */
export const readsOf = (id) => [
  { path: `/v1/articles/${id}` },
  { path: `/v1/articles/${id}?body=html` },
  { path: `/v1/articles/${id}?body=rich` },
  { path: `/v1/articles/${id}?body=markdown` },
  { path: `/v1/articles/${id}?body=text` },
  { path: `/v1/articles/${id}?version=draft&body=html` },
  { path: `/v1/articles/${id}/revisions/2/diff?against=1` },
  { path: `/v1/articles/${id}/revisions/2` },
  { path: `/v1/articles/${id}/ninjs` },
  { path: `/v1/articles/${id}/jsonld` },
  { path: '/v1/articles?limit=100' },
  { path: '/feeds/rss.xml' },
  { path: '/feeds/atom.xml' },
  { path: '/feeds/feed.json' },
  { path: '/sitemap.xml' },
  { path: '/v1/search?q=a' },
  { method: 'PATCH', path: `/v1/articles/${id}?publish=changes`, body: '{"summary":"Changed."}' },
  { method: 'POST', path: `/v1/articles/${id}/revisions/1/restore`, body: '{}' },
  { method: 'PATCH', path: `/v1/articles/${id}?publish=true&dryRun=true`, body: '{"kicker":"Dry"}' },
]
