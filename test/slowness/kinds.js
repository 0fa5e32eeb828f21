/** What reads or writes text of strangers: each kind with the function under test and the parts its inputs consist of. */
import { bodyChanges } from '../../dist/body/body-changes.js'
import { BodyInput } from '../../dist/body/body-input.js'
import { convert } from '../../dist/body/convert.js'
import { readBody } from '../../dist/body/read.js'
import { toHtml } from '../../dist/body/to-html.js'
import { toMarkdown } from '../../dist/body/to-markdown.js'
import { toRich } from '../../dist/body/to-rich.js'
import { toText } from '../../dist/body/to-text.js'
import { countWords } from '../../dist/body/word-count.js'
import { linesOf } from '../../dist/bulk/lines.js'
import { matchesEtag } from '../../dist/http/conditional-requests.js'
import { parseJson } from '../../dist/http/json-body.js'
import { preferredFormat } from '../../dist/http/negotiation.js'
import { decodeCursor } from '../../dist/lib/cursor.js'
import { rangesIn } from '../../dist/lib/languages.js'
import * as schemas from '../../dist/lib/schemas.js'
import { parseTerms } from '../../dist/lib/search-syntax.js'
import { slugOf } from '../../dist/lib/slug.js'
import { threeWayMerge } from '../../dist/lib/three-way-merge.js'
import { sortKey, tokensIn } from '../../dist/lib/tokenizer.js'
import { isVisible } from '../../dist/lib/unicode.js'
import { uriOf } from '../../dist/lib/uri.js'
import { xml } from '../../dist/lib/xml.js'
import { highlightsOf } from '../../dist/search/highlight.js'
import { address, header, html, json, letters, markdown, marks, scripts, wordpress } from './parts.js'

/** A paragraph has a limit of 20,000 characters. */
const paragraph = (text) => ({ type: 'paragraph', text: text.slice(0, 20_000) })
/** The blocks that a text becomes if it is put into paragraphs of the allowed length; none if they are refused. */
function paragraphs(text) {
  const blocks = (text.match(/.{1,19000}/gsu) ?? []).map(paragraph)
  const parsed = BodyInput.options[0].safeParse(blocks)
  return parsed.success ? parsed.data : []
}
async function converted(format, value) {
  const { blocks } = await readBody({ format, value })
  return blocks
}
const rendered = (blocks) => [toHtml(blocks), toRich(blocks), toMarkdown(blocks), toText(blocks)]
const inHalves = (text) => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]
/** An input that is refused has been read, too. */
const tried = (work) => async (text) => {
  try {
    await work(text)
  } catch (error) {
    if (error instanceof TypeError || error instanceof ReferenceError) throw error
  }
}
const schema = (one) => (text) => one.safeParse(text)

/** Each kind: how to run a text, its parts, and the longest input in characters that the service accepts. */
export const kinds = Object.fromEntries(
  Object.entries({
    markdown: [(text) => converted('markdown', text), [...letters, ...marks, ...markdown], 500_000],
    html: [(text) => converted('html', text), [...letters, ...html], 500_000],
    wordpress: [(text) => converted('wordpress', text), [...letters, ...wordpress], 500_000],
    text: [(text) => converted('text', text), [...letters, ...scripts], 500_000],
    'markdown, rendered': [
      (text) => rendered(convert({ format: 'markdown', value: text }).blocks),
      [...letters, ...marks, ...markdown],
      500_000,
    ],
    'html, rendered': [
      (text) => rendered(convert({ format: 'html', value: text }).blocks),
      [...letters, ...html],
      500_000,
    ],
    'inline markup': [(text) => rendered(paragraphs(text)), [...letters, ...marks], 500_000],
    words: [
      (text) => [countWords(text, 'th'), countWords(text, 'en'), tokensIn(text), isVisible(text)],
      [...letters, ...scripts],
      500_000,
    ],
    name: [
      (text) => [slugOf(text, { fallback: 'x', language: 'ja' }), slugOf(text, { fallback: 'x' }), sortKey(text)],
      [...letters, ...scripts],
      300,
    ],
    query: [
      (text) => parseTerms(text, ['en', 'fr', 'de', 'ru']),
      [...letters, ...scripts, '"', '*', '" "', '\\', '-', 'ing '],
      500,
    ],
    highlights: [highlighted, [...letters, ...scripts, '"', '*'], 200_000],
    differences: [
      (text) => bodyChanges(...inHalves(text).map((half) => half.split('\n').slice(0, 2_000).map(paragraph))),
      [...letters, ...scripts, '\n', 'a\n', 'b '],
      200_000,
    ],
    merge: [
      (text) =>
        threeWayMerge(...[text, ...inHalves(text)].map((half) => ({ a: half.split('\n').slice(0, 2_000), b: half }))),
      letters,
      200_000,
    ],
    json: [(text) => parseJson(Buffer.from(text)), json, 500_000],
    lines: [readLines, [...json, '\n', '\r\n', '\r', '{"op":"create"}\n'], 500_000],
    cursor: [(text) => decodeCursor('scope', schemas.Slug, text), [...letters, '_', '=', 'ey'], 4_000],
    etag: [(text) => matchesEtag({ 'if-none-match': text }, '"a"'), header, 8_000],
    accept: [
      (text) => preferredFormat({ headers: { accept: text } }, { default: 'application/json', others: ['text/html'] }),
      header,
      8_000,
    ],
    ranges: [rangesIn, header, 8_000],
    url: [(text) => uriOf(schemas.WebUrl.parse(`https://${text}`)), address, 2_000],
    email: [schema(schemas.Email), address, 320],
    language: [schema(schemas.Language), address, 100],
    path: [schema(schemas.SitePath), address, 2_000],
    moment: [schema(schemas.Moment), address, 100],
    xml: [(text) => xml({ a: text, b: [text, { c: text }] }), [...letters, ...marks, ']]>', '\u0008'], 500_000],
  }).map(([name, [work, parts, longest]]) => [name, { run: tried(work), parts, longest }]),
)

function highlighted(text) {
  const [query, rest] = [text.slice(0, 200), text.slice(200)]
  const article = { headline: rest.slice(0, 300), kicker: null, standfirst: null, summary: null, language: 'en' }
  return highlightsOf({ ...article, body: rest.split('\n').slice(0, 2_000).map(paragraph) }, parseTerms(query, ['en']))
}

async function readLines(text) {
  for await (const { bytes } of linesOf([Buffer.from(text)], 2 ** 21)) if (bytes) await tried(parseJson)(bytes)
}
