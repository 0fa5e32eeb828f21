/** Portable Text: an array of blocks, with the custom types that its tools share. */
import type { HtmlNode } from '../html-tree.ts'
import { mediaAttributes } from '../shown-media.ts'
import { code, element, figure, footnoteReference, footnotes, image, joined, quote, textNodes } from './build.ts'
import { byName, firstOf, type JsonObject, objectOf, objectsIn, stringOf } from './json.ts'
import { type DocumentReading, type ReadBlock, ratioOf } from './reading.ts'
import { visibleTexts } from './visible-texts.ts'

interface At {
  node: JsonObject
  pointer: string
}
type Converter = (at: At, reading: DocumentReading) => HtmlNode[]

/** Reads a document. Blocks in a row that are items become one list. */
export function readPortableText(value: unknown, reading: DocumentReading, pointer = ''): ReadBlock[] {
  const read: ReadBlock[] = []
  let items: At[] = []
  const endList = () => {
    if (items.length > 0) read.push({ id: stringOf(items[0]?.node._key), nodes: listsOf(items, reading) })
    items = []
  }
  for (const [i, node] of objectsIn(value).entries()) {
    const at = { node, pointer: `${pointer}/${i}` }
    if (!isItem(node) || beginsList(node, items)) endList()
    if (isItem(node)) items.push(at)
    else read.push({ id: stringOf(node._key), nodes: block(at, reading) })
  }
  endList()
  return read
}

const isText = (node: JsonObject): boolean => node._type === 'block' || Array.isArray(node.children)
const isItem = (node: JsonObject): boolean => isText(node) && stringOf(node.listItem) !== ''
const levelOf = ({ node }: At): number => Math.min(20, Math.max(1, Math.round(Number(node.level)) || 1))

/** Whether an item at the top is of another kind of list than those before it, or has a first number. */
function beginsList(node: JsonObject, items: At[]): boolean {
  const first = items[0]?.node
  if (!first || levelOf({ node, pointer: '' }) > levelOf(items[0] as At)) return false
  return node.listItem !== first.listItem || node.start !== undefined || node.reversed !== undefined
}

/** The lists of items with levels: an item that is deeper than the one before it stands in a list below that. */
function listsOf(items: At[], reading: DocumentReading): HtmlNode[] {
  const lists: HtmlNode[] = []
  let at = 0
  while (at < items.length) {
    const { list, end } = listAt(items, at, reading)
    lists.push(list)
    at = end
  }
  return lists
}

/** The list that begins at an item, and where it ends: before an item of another kind, or of a level above. */
function listAt(items: At[], start: number, reading: DocumentReading): { list: HtmlNode; end: number } {
  const first = items[start] as At
  const isOfList = (item: At) => levelOf(item) === levelOf(first) && item.node.listItem === first.node.listItem
  const own: HtmlNode[] = []
  let at = start
  for (let item: At | undefined = first; item && isOfList(item); item = items[at]) {
    let end = at + 1
    while (end < items.length && levelOf(items[end] as At) > levelOf(first)) end += 1
    own.push(element('li', {}, [...inline(item, reading), ...listsOf(items.slice(at + 1, end), reading)]))
    at = end
  }
  const { listItem, start: number, reversed } = first.node
  if (listItem !== 'number') return { list: element('ul', {}, own), end: at }
  const attributes = { start: stringOf(number) || null, reversed: reversed === true ? '' : null }
  return { list: element('ol', attributes, own), end: at }
}

function block(at: At, reading: DocumentReading): HtmlNode[] {
  const { node } = at
  if (isText(node)) return textBlock(at, reading)
  const type = stringOf(node._type)
  const converter = TYPES.get(type.replace(/[_-]/g, '').toLowerCase())
  if (converter) return converter(at, reading)
  const arrays = Object.entries(node).filter(([, value]) => objectsIn(value).some(isText))
  const children = arrays.flatMap(([name, value]) => nested(value, reading, `${at.pointer}/${name}`))
  const texts = visibleTexts(
    node,
    arrays.map(([name]) => name),
  )
  return reading.unknown(type, at.pointer, texts, children)
}

function textBlock(at: At, reading: DocumentReading): HtmlNode[] {
  const style = stringOf(at.node.style)
  if (style === 'blockquote') {
    const paragraphs = [element('p', {}, inline(at, reading))]
    return [quote(paragraphs, textNodes(stringOf(at.node.attribution)), at.node.kind === 'pull')]
  }
  return [element(/^h[1-6]$/.test(style) ? style : 'p', {}, inline(at, reading))]
}

/** A value that is a text, or Portable Text. */
function nested(value: unknown, reading: DocumentReading, pointer: string): HtmlNode[] {
  if (!Array.isArray(value)) return textNodes(stringOf(value))
  if (value.some((item) => typeof item === 'string')) return joined(value.map((item) => textNodes(stringOf(item))))
  const isSpans = objectsIn(value).some(({ _type }) => _type === 'span')
  if (isSpans) return inline({ node: { children: value }, pointer }, reading)
  return readPortableText(value, reading, pointer).flatMap(({ nodes }) => nodes)
}

const DECORATORS = byName({
  'strong bold': 'strong',
  'em italic': 'em',
  code: 'code',
  'strike-through strike strikethrough': 's',
  'sup superscript': 'sup',
  'sub subscript': 'sub',
  // Styles, which a body does not have.
  'underline highlight': 'span',
})

function inline({ node, pointer }: At, reading: DocumentReading): HtmlNode[] {
  const definitions = new Map(objectsIn(node.markDefs).map((definition) => [definition._key, definition]))
  return objectsIn(node.children).flatMap((child, i) => {
    const at = { node: child, pointer: `${pointer}/children/${i}` }
    const marks = Array.isArray(child.marks) ? child.marks : []
    return marks.reduce(
      (inner: HtmlNode[], mark: unknown, j) =>
        marked(inner, stringOf(mark), objectOf(definitions.get(mark)), `${at.pointer}/marks/${j}`, reading),
      inlineNode(at, reading),
    )
  })
}

function inlineNode(at: At, reading: DocumentReading): HtmlNode[] {
  const { node, pointer } = at
  if (node._type === 'span' || node._type === undefined) return textNodes(stringOf(node.text))
  const type = stringOf(node._type)
  if (type === 'footnote') return [footnoteReference(stringOf(node.label))]
  if (type === 'image') return block(at, reading)
  return reading.unknown(type, pointer, visibleTexts(node), [], true)
}

function marked(
  inner: HtmlNode[],
  mark: string,
  definition: JsonObject,
  pointer: string,
  reading: DocumentReading,
): HtmlNode[] {
  const tag = DECORATORS.get(mark)
  if (tag !== undefined) return [element(tag, {}, inner)]
  const href = firstOf(definition, 'href', 'url')
  if (href !== '') return [element('a', { href }, inner)]
  reading.unknownMark(stringOf(definition._type) || mark, pointer, definition)
  return inner
}

const addressOf = (node: JsonObject): string =>
  firstOf(node, 'url', 'src', 'href') || firstOf(objectOf(node.asset), 'url', 'src')

/** A member with the words below something. */
const captionOf = ({ node, pointer }: At, reading: DocumentReading): HtmlNode[] =>
  nested(node.caption, reading, `${pointer}/caption`)

const picture: Converter = (at, reading) => {
  const { node } = at
  const shown = image(addressOf(node), firstOf(node, 'alt', 'altText'), firstOf(node, 'link'), node)
  const caption = captionOf(at, reading)
  const words = caption.length > 0 ? caption : textNodes(stringOf(node.title))
  const credit = textNodes(firstOf(node, 'credit', 'attribution'))
  return words.length + credit.length > 0 ? [figure([shown], words, credit)] : [shown]
}

const gallery: Converter = (at, reading) => {
  const images = objectsIn(at.node.images).flatMap((node, i) =>
    picture({ node, pointer: `${at.pointer}/images/${i}` }, reading),
  )
  return [figure(images, captionOf(at, reading), [], 'gallery')]
}

const recording: Converter = (at, reading) => {
  const { node } = at
  const source = { src: addressOf(node), poster: stringOf(node.poster) || null, ...mediaAttributes(node) }
  const player = element(stringOf(node._type).toLowerCase(), source)
  return [figure([player], captionOf(at, reading), textNodes(stringOf(node.credit)))]
}

const embed: Converter = (at, reading) => {
  const { node } = at
  return reading.page({
    url: addressOf(node),
    title: stringOf(node.title),
    provider: stringOf(node.provider),
    caption: captionOf(at, reading),
    html: stringOf(node.html),
    aspectRatio: stringOf(node.aspectRatio) || ratioOf(node.width, node.height),
  })
}

const table: Converter = (at, reading) => {
  const { node, pointer } = at
  const headerRows = Number(node.headerRows) || 0
  const headerColumns = Number(node.headerColumns) || 0
  const align = Array.isArray(node.align) ? node.align : []
  const rows = objectsIn(node.rows).map((row, i) => {
    const cells = Array.isArray(row.cells) ? row.cells : []
    const read = cells.map((cell: unknown, j) => {
      const { colspan, rowspan, value, content, text: words } = objectOf(cell)
      const tag = i < headerRows || j < headerColumns ? 'th' : 'td'
      const children = nested(
        typeof cell === 'string' ? cell : (value ?? content ?? words),
        reading,
        `${pointer}/rows/${i}/cells/${j}/value`,
      )
      const attributes = { colspan: stringOf(colspan), rowspan: stringOf(rowspan), align: stringOf(align[j]) || null }
      return element(tag, attributes, children)
    })
    return element('tr', {}, read)
  })
  const head = headerRows > 0 ? [element('thead', {}, rows.slice(0, headerRows))] : []
  const caption = captionOf(at, reading)
  const title = caption.length > 0 ? [element('caption', {}, caption)] : []
  return [element('table', {}, [...title, ...head, ...rows.slice(headerRows)])]
}

const definitions: Converter = ({ node, pointer }, reading) => {
  const parts = objectsIn(node.items).flatMap((item, i) => {
    const at = (name: string, tag: string) =>
      objectsIn(item[name]).map((part, j) =>
        element(tag, {}, nested(part.value, reading, `${pointer}/items/${i}/${name}/${j}/value`)),
      )
    return [...at('terms', 'dt'), ...at('descriptions', 'dd')]
  })
  return [element('dl', {}, parts)]
}

const notes: Converter = ({ node, pointer }, reading) => [
  footnotes(
    objectsIn(node.items).map((note, i) => ({
      label: stringOf(note.label) || String(i + 1),
      children: nested(note.value, reading, `${pointer}/items/${i}/value`),
    })),
  ),
]

const codeOf: Converter = ({ node }) => [code(firstOf(node, 'code', 'text'), stringOf(node.language))]
const rule: Converter = () => [element('hr')]

const TYPES = byName<Converter>({
  'image figure mainimage inlineimage': picture,
  gallery: gallery,
  'code codeblock': codeOf,
  'break divider horizontalrule hr': rule,
  'audio video': recording,
  'embed youtube vimeo iframe twitter instagram': embed,
  html: ({ node }, reading) => reading.html(firstOf(node, 'html', 'code')),
  table: table,
  definitionlist: definitions,
  footnotes: notes,
})
