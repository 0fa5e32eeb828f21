/**
 * Documents of ProseMirror, with the node names of its own schemas (`prosemirror-schema-basic`, `-list`, `-tables`), of TipTap,
 * and of Atlassian. Names are compared without case, `_` and `-`: `bullet_list` is `bulletList`.
 */
import type { HtmlNode } from '../html-tree.ts'
import { mediaAttributes } from '../shown-media.ts'
import { code, element, figure, footnoteReference, footnotes, image, quote, task, textNodes } from './build.ts'
import { byName, firstOf, type JsonObject, objectOf, objectsIn, stringOf } from './json.ts'
import { type DocumentReading, type ReadBlock, ratioOf } from './reading.ts'
import { visibleTexts } from './visible-texts.ts'

/** A node with what its converter needs. */
interface Visit {
  node: JsonObject
  attrs: JsonObject
  pointer: string
  reading: DocumentReading
  children: () => HtmlNode[]
}
type Converter = (visit: Visit) => HtmlNode[]

const plain = (name: unknown): string => stringOf(name).replace(/[_-]/g, '').toLowerCase()
const wrap =
  (tag: string): Converter =>
  ({ children }) => [element(tag, {}, children())]

/** Reads a document: a block for each node at its top. */
export function readProseMirror(document: JsonObject, reading: DocumentReading): ReadBlock[] {
  return objectsIn(document.content).map((node, i) => ({
    id: stringOf(objectOf(node.attrs).id),
    nodes: convert(node, `/content/${i}`, reading, false),
  }))
}

function convert(node: JsonObject, pointer: string, reading: DocumentReading, isInline: boolean): HtmlNode[] {
  const name = plain(node.type)
  const children = () => childrenOf(node, pointer, reading)
  const visit = { node, attrs: objectOf(node.attrs), pointer, reading, children }
  const converter = NODES.get(name)
  const read = converter
    ? converter(visit)
    : reading.unknown(stringOf(node.type), pointer, visibleTexts(node, ['content', 'marks']), children(), isInline)
  return marked(read, node, pointer, reading)
}

/** Nodes that stand in a line of text; an unknown node beside one of them does, too. */
const INLINE = new Set(['text', 'hardbreak', 'mention', 'emoji', 'inlinecard', 'date', 'status', 'footnotereference'])

function childrenOf(node: JsonObject, pointer: string, reading: DocumentReading): HtmlNode[] {
  const nodes = objectsIn(node.content)
  const isInline = nodes.some(({ type }) => INLINE.has(plain(type)))
  return nodes.flatMap((child, i) => convert(child, `${pointer}/content/${i}`, reading, isInline))
}

const MARKS = byName({
  'strong bold': 'strong',
  'em italic': 'em',
  'strike strikethrough s del': 's',
  'superscript sup': 'sup',
  'subscript sub': 'sub',
  code: 'code',
  // Styles, which a body does not have.
  'underline u highlight textstyle textcolor backgroundcolor fontsize fontfamily alignment': 'span',
})

function marked(nodes: HtmlNode[], node: JsonObject, pointer: string, reading: DocumentReading): HtmlNode[] {
  return objectsIn(node.marks).reduce((inner, mark, i) => {
    const attrs = objectOf(mark.attrs)
    const name = plain(mark.type)
    if (name === 'link') return [element('a', { href: stringOf(attrs.href) }, inner)]
    if (name === 'subsup') return [element(attrs.type === 'sup' ? 'sup' : 'sub', {}, inner)]
    const tag = MARKS.get(name)
    if (tag !== undefined) return [element(tag, {}, inner)]
    reading.unknownMark(stringOf(mark.type), `${pointer}/marks/${i}`, mark)
    return inner
  }, nodes)
}

const heading: Converter = ({ attrs, children }) => [
  element(`h${Math.min(6, Math.max(1, Math.round(Number(attrs.level)) || 2))}`, {}, children()),
]

const orderedList: Converter = ({ attrs, children }) => {
  const start = stringOf(attrs.order ?? attrs.start)
  return [
    element('ol', { start: start === '' ? null : start, reversed: attrs.reversed === true ? '' : null }, children()),
  ]
}

const taskItem: Converter = ({ attrs, children }) => [
  task(attrs.checked === true || attrs.state === 'DONE', children()),
]

const codeBlock: Converter = ({ node, attrs }) => {
  const lines = objectsIn(node.content).map((child) =>
    plain(child.type) === 'hardbreak' ? '\n' : stringOf(child.text),
  )
  return [code(lines.join(''), firstOf(attrs, 'language', 'params'))]
}

const isCell = (type: string) => (row: JsonObject) => objectsIn(row.content).every((cell) => plain(cell.type) === type)

/** A table; rows of header cells at its top are its header. */
const table: Converter = ({ node, children }) => {
  const rows = objectsIn(node.content)
  const first = rows.findIndex((row) => !isCell('tableheader')(row))
  const read = children()
  const count = read.length === rows.length && first > 0 ? first : 0
  const head = count > 0 ? [element('thead', {}, read.slice(0, count))] : []
  return [element('table', {}, [...head, ...read.slice(count)])]
}

const cell =
  (tag: 'td' | 'th'): Converter =>
  ({ attrs, children }) => {
    const { colspan, rowspan } = attrs
    const align = firstOf(attrs, 'align', 'alignment', 'textAlign')
    return [
      element(
        tag,
        { colspan: stringOf(colspan), rowspan: stringOf(rowspan), align: align === '' ? null : align },
        children(),
      ),
    ]
  }

/** An image. A title is shown like a caption. */
const picture: Converter = ({ attrs }) => {
  const shown = image(firstOf(attrs, 'src', 'url'), stringOf(attrs.alt), firstOf(attrs, 'link', 'href'), attrs)
  const caption = firstOf(attrs, 'caption', 'title')
  const credit = stringOf(attrs.credit)
  return caption === '' && credit === '' ? [shown] : [figure([shown], textNodes(caption), textNodes(credit))]
}

const figureOf: Converter = ({ node, pointer, reading, attrs }) => {
  const isCaption = ({ type }: JsonObject) => /caption$/.test(plain(type))
  const all = objectsIn(node.content).map((child, i) => ({ child, at: `${pointer}/content/${i}` }))
  const captions = all.filter(({ child }) => isCaption(child))
  const shown = all.filter(({ child }) => !isCaption(child))
  return [
    figure(
      shown.flatMap(({ child, at }) => convert(child, at, reading, false)),
      captions.flatMap(({ child, at }) => childrenOf(child, at, reading)),
      textNodes(stringOf(attrs.credit)),
      plain(node.type) === 'gallery' ? 'gallery' : undefined,
    ),
  ]
}

const recording: Converter = ({ node, attrs }) => {
  const name = plain(node.type)
  const source = {
    src: firstOf(attrs, 'src', 'url'),
    poster: stringOf(attrs.poster) || null,
    ...mediaAttributes(attrs),
  }
  return [
    figure([element(name, source)], textNodes(firstOf(attrs, 'caption', 'title')), textNodes(stringOf(attrs.credit))),
  ]
}

const embed: Converter = ({ attrs, reading }) =>
  reading.page({
    url: firstOf(attrs, 'url', 'src', 'href'),
    title: stringOf(attrs.title),
    provider: stringOf(attrs.provider),
    caption: textNodes(stringOf(attrs.caption)),
    html: stringOf(attrs.html),
    aspectRatio: stringOf(attrs.aspectRatio) || ratioOf(attrs.width, attrs.height),
  })

const quoteOf: Converter = ({ attrs, children }) => [
  quote(children(), textNodes(firstOf(attrs, 'attribution', 'cite')), attrs.kind === 'pull'),
]

const status: Converter = ({ attrs }) => textNodes(stringOf(attrs.text))
const emoji: Converter = ({ attrs }) =>
  textNodes(firstOf(attrs, 'emoji', 'text', 'shortName') || `:${stringOf(attrs.name)}:`)
/** A date in milliseconds since 1970. */
const date: Converter = ({ attrs }) => {
  const time = new Date(Number(attrs.timestamp))
  return textNodes(Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 10))
}
const mention: Converter = ({ attrs }) => {
  const name = firstOf(attrs, 'text', 'label', 'id')
  return textNodes(name.startsWith('@') ? name : `@${name}`)
}

const card: Converter = ({ attrs }) => {
  const url = stringOf(attrs.url)
  return [element('a', { href: url }, textNodes(url))]
}

const notes: Converter = ({ node, pointer, reading }) => [
  footnotes(
    objectsIn(node.content).map((note, i) => ({
      label: stringOf(objectOf(note.attrs).label) || String(i + 1),
      children: childrenOf(note, `${pointer}/content/${i}`, reading),
    })),
  ),
]

const NODES = byName<Converter>({
  text: ({ node }) => textNodes(stringOf(node.text)),
  hardbreak: () => [element('br')],
  paragraph: wrap('p'),
  heading: heading,
  blockquote: quoteOf,
  codeblock: codeBlock,
  'horizontalrule rule': () => [element('hr')],
  'bulletlist tasklist decisionlist': wrap('ul'),
  orderedlist: orderedList,
  'listitem decisionitem': wrap('li'),
  taskitem: taskItem,
  table: table,
  tablerow: wrap('tr'),
  tablecell: cell('td'),
  tableheader: cell('th'),
  'image media inlineimage': picture,
  'figure gallery mediasingle mediagroup': figureOf,
  'audio video': recording,
  'embed iframe youtube twitch twitter embedcard blockcard': embed,
  inlinecard: card,
  mention: mention,
  emoji,
  status,
  date,
  'details detailscontent panel': wrap('div'),
  detailssummary: wrap('p'),
  definitionlist: wrap('dl'),
  definitionterm: wrap('dt'),
  definitiondescription: wrap('dd'),
  footnotes: notes,
  footnotereference: ({ attrs }) => [footnoteReference(stringOf(attrs.label))],
})
