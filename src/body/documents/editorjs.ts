/** The output of Editor.js, with the blocks of its own tools. Texts are HTML. */
import type { HtmlNode } from '../html-tree.ts'
import { code, element, figure, image, joined, paragraph, quote, task, textNodes } from './build.ts'
import { byName, firstOf, type JsonObject, objectOf, objectsIn, stringOf } from './json.ts'
import { type DocumentReading, type ReadBlock, ratioOf } from './reading.ts'
import { visibleTexts } from './visible-texts.ts'

interface Visit {
  type: string
  data: JsonObject
  pointer: string
  reading: DocumentReading
  /** The HTML in a member. */
  html: (name: string) => HtmlNode[]
}
type Converter = (visit: Visit) => HtmlNode[]

/** Reads the blocks of an editor. */
export function readEditorJs(output: JsonObject, reading: DocumentReading, pointer = ''): ReadBlock[] {
  return objectsIn(output.blocks).map((block, i) => {
    const at = `${pointer}/blocks/${i}`
    return { id: stringOf(block.id), nodes: convert(block, at, reading) }
  })
}

function convert(block: JsonObject, pointer: string, reading: DocumentReading): HtmlNode[] {
  const type = stringOf(block.type)
  const data = objectOf(block.data)
  const converter = BLOCKS.get(type.toLowerCase())
  if (!converter) return reading.unknown(type, pointer, visibleTexts(data))
  return converter({ type, data, pointer, reading, html: (name) => reading.html(stringOf(data[name])) })
}

const heading: Converter = ({ data, html }) => [
  element(`h${Math.min(6, Math.max(1, Math.round(Number(data.level)) || 2))}`, {}, html('text')),
]

/** A list. An item is a text, or has its text in a member, with items below it. */
const list: Converter = ({ data, reading }) => [
  listOf(stringOf(data.style), data.items, objectOf(data.meta).start, reading),
]

function listOf(style: string, items: unknown, start: unknown, reading: DocumentReading): HtmlNode {
  const read = (Array.isArray(items) ? items : []).map((item: unknown) => {
    const { content, text: words, items: below, meta, checked } = objectOf(item)
    const children = reading.html(stringOf(typeof item === 'string' ? item : (content ?? words)))
    if (Array.isArray(below) && below.length > 0) children.push(listOf(style, below, undefined, reading))
    const isDone = checked ?? objectOf(meta).checked
    return style === 'checklist' ? task(isDone === true, children) : element('li', {}, children)
  })
  const isOrdered = style === 'ordered'
  return element(isOrdered ? 'ol' : 'ul', { start: isOrdered ? stringOf(start) || null : null }, read)
}

const checklist: Converter = ({ data, reading }) => [listOf('checklist', data.items, undefined, reading)]

const quoteOf: Converter = ({ html }) => [quote(paragraph(html('text')), html('caption'))]

const table: Converter = ({ data, reading }) => {
  const rows = (Array.isArray(data.content) ? data.content : []).map((row: unknown, i) => {
    const cells = Array.isArray(row) ? row : []
    const tag = data.withHeadings === true && i === 0 ? 'th' : 'td'
    return element(
      'tr',
      {},
      cells.map((cell) => element(tag, {}, reading.html(stringOf(cell)))),
    )
  })
  const head = data.withHeadings === true ? [element('thead', {}, rows.slice(0, 1))] : []
  return [element('table', {}, [...head, ...rows.slice(head.length)])]
}

const addressOf = (data: JsonObject): string =>
  firstOf(objectOf(data.file), 'url') || (typeof data.file === 'string' ? data.file : '') || firstOf(data, 'url', 'src')

const picture: Converter = ({ data, html }) => {
  const shown = image(addressOf(data), firstOf(data, 'alt'), firstOf(data, 'link'))
  const caption = html('caption')
  return caption.length > 0 ? [figure([shown], caption)] : [shown]
}

const gallery: Converter = (visit) => {
  const { items, files, images } = visit.data
  const all = [items, files, images].flatMap(objectsIn)
  const pictures = all.flatMap((data) =>
    picture({ ...visit, data, html: (name) => visit.reading.html(stringOf(data[name])) }),
  )
  return [figure(pictures, visit.html('caption'), [], 'gallery')]
}

const recording: Converter = ({ type, data, html }) => [
  figure([element(type.toLowerCase(), { src: addressOf(data) })], html('caption')),
]

const embed: Converter = ({ data, reading, html }) =>
  reading.page({
    url: firstOf(data, 'source', 'embed', 'url'),
    caption: html('caption'),
    aspectRatio: ratioOf(data.width, data.height),
  })

const linkTool: Converter = ({ data, reading }) => {
  const { title, description, site_name } = objectOf(data.meta)
  return reading.page({
    url: stringOf(data.link),
    title: stringOf(title),
    provider: stringOf(site_name),
    caption: textNodes(stringOf(description)),
  })
}

const file: Converter = ({ data }) => {
  const name = firstOf(data, 'title') || firstOf(objectOf(data.file), 'title', 'name', 'url')
  return paragraph([element('a', { href: addressOf(data) }, textNodes(name))])
}

const warning: Converter = ({ html }) => [
  element('div', {}, [...paragraph(html('title')), ...paragraph(html('message'))]),
]

const personality: Converter = ({ data, html }) => {
  const photo = stringOf(data.photo)
  return [
    ...(photo === '' ? [] : [image(photo, '')]),
    ...paragraph(joined([[element('a', { href: stringOf(data.link) }, html('name'))], html('description')])),
  ]
}

const columns: Converter = ({ data, pointer, reading }) =>
  objectsIn(data.cols).flatMap((column, i) =>
    readEditorJs(column, reading, `${pointer}/data/cols/${i}`).flatMap(({ nodes }) => nodes),
  )

const button: Converter = ({ data, html }) => paragraph([element('a', { href: stringOf(data.link) }, html('text'))])

const codeOf: Converter = ({ data }) => [code(stringOf(data.code), firstOf(data, 'language', 'languageCode'))]

const BLOCKS = byName<Converter>({
  paragraph: ({ html }) => paragraph(html('text')),
  'header heading': heading,
  'list nestedlist': list,
  checklist: checklist,
  quote: quoteOf,
  table: table,
  'image simpleimage': picture,
  'gallery carousel imagegallery': gallery,
  'audio video': recording,
  embed: embed,
  linktool: linkTool,
  delimiter: () => [element('hr')],
  code: codeOf,
  raw: ({ html }) => html('html'),
  attaches: file,
  'warning alert': warning,
  personality: personality,
  columns: columns,
  anybutton: button,
})
