/** The editor state of Lexical, with the nodes of its playground and the cards of Ghost. Texts in cards are HTML. */
import type { HtmlNode } from '../html-tree.ts'
import { markdownToHtml } from '../markdown-to-html.ts'
import { code, element, figure, image, joined, paragraph, prefixed, quote, task, textNodes } from './build.ts'
import { byName, firstOf, type JsonObject, objectOf, objectsIn, stringOf } from './json.ts'
import { type DocumentReading, type ReadBlock, ratioOf } from './reading.ts'
import { visibleTexts } from './visible-texts.ts'

interface Visit {
  node: JsonObject
  parent: JsonObject
  reading: DocumentReading
  children: () => HtmlNode[]
  /** The HTML in a member. */
  html: (name: string) => HtmlNode[]
}
type Converter = (visit: Visit) => HtmlNode[]

const wrap =
  (tag: string): Converter =>
  ({ children }) => [element(tag, {}, children())]

/** Reads an editor state: a block for each node below its root. */
export function readLexical(state: JsonObject, reading: DocumentReading, pointer = ''): ReadBlock[] {
  return objectsIn(objectOf(state.root).children).map((node, i) => ({
    nodes: convert({ node, parent: {}, pointer: `${pointer}/root/children/${i}`, isInline: false }, reading),
  }))
}

/** Nodes that stand in a line of text; an unknown node beside one of them does, too. */
const INLINE = new Set(['text', 'extended-text', 'linebreak', 'link', 'autolink', 'mention', 'hashtag', 'emoji', 'tab'])

interface Place {
  node: JsonObject
  parent: JsonObject
  pointer: string
  isInline: boolean
}

function convert({ node, parent, pointer, isInline }: Place, reading: DocumentReading): HtmlNode[] {
  const type = stringOf(node.type)
  const children = () => childrenOf(node, pointer, reading)
  const converter = NODES.get(type)
  if (!converter) return reading.unknown(type, pointer, visibleTexts(node, ['children']), children(), isInline)
  return converter({ node, parent, reading, children, html: (name) => reading.html(stringOf(node[name])) })
}

function childrenOf(node: JsonObject, pointer: string, reading: DocumentReading): HtmlNode[] {
  const nodes = objectsIn(node.children)
  const isInline = nodes.some(({ type }) => INLINE.has(stringOf(type)))
  return nodes.flatMap((child, i) =>
    convert({ node: child, parent: node, pointer: `${pointer}/children/${i}`, isInline }, reading),
  )
}

/** The bits of a text's format; underline (8) and highlight (128) are no marks of a body. */
const FORMATS: [number, string][] = [
  [1, 'strong'],
  [2, 'em'],
  [4, 's'],
  [16, 'code'],
  [32, 'sub'],
  [64, 'sup'],
]

const textOf: Converter = ({ node }) => {
  const format = Number(node.format) || 0
  return FORMATS.filter(([bit]) => (format & bit) !== 0).reduce(
    (inner: HtmlNode[], [, tag]) => [element(tag, {}, inner)],
    textNodes(stringOf(node.text)),
  )
}

const heading: Converter = ({ node, children }) => {
  const tag = stringOf(node.tag)
  return [element(/^h[1-6]$/.test(tag) ? tag : 'h2', {}, children())]
}

const list: Converter = ({ node, children }) => {
  const isOrdered = node.listType === 'number' || node.tag === 'ol'
  return [element(isOrdered ? 'ol' : 'ul', { start: isOrdered ? stringOf(node.start) || null : null }, children())]
}

/** An item; one with nothing but a list in it belongs to the item above. */
const item: Converter = ({ node, parent, children }) => {
  const isTask = parent.listType === 'check' && objectsIn(node.children).some(({ type }) => type !== 'list')
  return [isTask ? task(node.checked === true, children()) : element('li', {}, children())]
}

const link: Converter = ({ node, children }) =>
  node.isUnlinked === true ? children() : [element('a', { href: stringOf(node.url) }, children())]

/** Code: its text, or its lines and tokens. */
const codeOf: Converter = ({ node, html }) => {
  const lines = objectsIn(node.children).map((child) => LINES.get(stringOf(child.type)) ?? stringOf(child.text))
  const value = node.code === undefined ? lines.join('') : stringOf(node.code)
  return [code(value, stringOf(node.language)), ...paragraph(html('caption'))]
}
const LINES = new Map([
  ['linebreak', '\n'],
  ['tab', '\t'],
])

const cell: Converter = ({ node, children }) => {
  const isHeader = (Number(node.headerState) || 0) > 0
  const spans = { colspan: stringOf(node.colSpan), rowspan: stringOf(node.rowSpan) }
  return [element(isHeader ? 'th' : 'td', spans, children())]
}

/** A caption: HTML in Ghost, an editor in Lexical's playground. */
function captionOf({ node, reading }: Visit): HtmlNode[] {
  const state = objectOf(objectOf(node.caption).editorState)
  if (state.root !== undefined) return readLexical(state, reading, '').flatMap(({ nodes }) => nodes)
  const caption = reading.html(stringOf(node.caption))
  return caption.length > 0 ? caption : textNodes(stringOf(node.title))
}

const picture: Converter = (visit) => {
  const { node } = visit
  const shown = image(stringOf(node.src), firstOf(node, 'alt', 'altText'), stringOf(node.href))
  const caption = captionOf(visit)
  return caption.length > 0 ? [figure([shown], caption)] : [shown]
}

const gallery: Converter = (visit) => {
  const images = objectsIn(visit.node.images).flatMap((node) => picture({ ...visit, node }))
  return [figure(images, captionOf(visit), [], 'gallery')]
}

/** A bookmark; its metadata stands in members of their own in older versions. */
const bookmark: Converter = ({ node, reading, html }) => {
  const metadata = { ...node, ...objectOf(node.metadata) }
  const words = [stringOf(metadata.description), stringOf(metadata.author)].map(textNodes)
  return reading.page({
    url: stringOf(node.url),
    title: stringOf(metadata.title),
    provider: stringOf(metadata.publisher),
    caption: joined([html('caption'), ...words]),
  })
}

const embed: Converter = ({ node, reading, html }) => {
  const metadata = objectOf(node.metadata)
  return reading.page({
    url: firstOf(node, 'url', 'src'),
    title: stringOf(metadata.title),
    provider: stringOf(metadata.provider_name),
    caption: joined([html('caption'), textNodes(stringOf(metadata.author_name))]),
    html: stringOf(node.html),
    aspectRatio: ratioOf(metadata.width, metadata.height),
  })
}

const site =
  (address: string, name: string): Converter =>
  ({ node, reading }) =>
    reading.page({ url: address + stringOf(node[name]) })

const recording =
  (tag: 'audio' | 'video'): Converter =>
  ({ node, html }) => {
    const poster = firstOf(node, 'customThumbnailSrc', 'thumbnailSrc')
    const player = element(tag, { src: stringOf(node.src), poster: poster || null })
    return [figure([player], joined([textNodes(stringOf(node.title)), html('caption')]))]
  }

const file: Converter = ({ node }) => {
  const name = firstOf(node, 'fileTitle', 'fileName')
  const download = [element('a', { href: stringOf(node.src) }, textNodes(name))]
  return paragraph(joined([download, textNodes(stringOf(node.fileCaption))]))
}

const button: Converter = ({ node }) =>
  paragraph([element('a', { href: stringOf(node.buttonUrl) }, textNodes(stringOf(node.buttonText)))])

const callout: Converter = ({ node, html }) => [
  element('div', {}, prefixed(`${stringOf(node.calloutEmoji)} `, html('calloutText'))),
]

const toggle: Converter = ({ html }) => [element('h4', {}, html('heading')), element('div', {}, html('content'))]

const header: Converter = (visit) => [
  element('h2', {}, visit.html('header')),
  ...paragraph(visit.html('subheader')),
  ...(visit.node.buttonEnabled === true ? button(visit) : []),
]

/** A call to action: its text is HTML, as is that of its sponsor. */
const callToAction: Converter = (visit) => {
  const { node, html } = visit
  const src = stringOf(node.imageUrl)
  return [
    ...(node.hasSponsorLabel === true ? html('sponsorLabel') : []),
    ...(src === '' ? [] : [image(src, '')]),
    element('div', {}, html('textValue')),
    ...(node.showButton === true ? button(visit) : []),
  ]
}

const product: Converter = ({ node, html }) => {
  const src = stringOf(node.productImageSrc)
  return [
    ...(src === '' ? [] : [image(src, '')]),
    element('h4', {}, html('productTitle')),
    element('div', {}, html('productDescription')),
    ...(node.productButtonEnabled === true
      ? paragraph([element('a', { href: stringOf(node.productUrl) }, textNodes(stringOf(node.productButton)))])
      : []),
  ]
}

const NODES = byName<Converter>({
  'text extended-text code-highlight hashtag mention emoji tk keyword': textOf,
  linebreak: () => [element('br')],
  tab: () => textNodes(' '),
  zwnj: () => [],
  paragraph: wrap('p'),
  'heading extended-heading': heading,
  'quote extended-quote aside': ({ children }) => [quote(children(), [])],
  list: list,
  listitem: item,
  'link autolink': link,
  'code codeblock': codeOf,
  'horizontalrule page-break': () => [element('hr')],
  table: wrap('table'),
  tablerow: wrap('tr'),
  tablecell: cell,
  'image inline-image': picture,
  gallery: gallery,
  bookmark: bookmark,
  embed: embed,
  youtube: site('https://www.youtube.com/watch?v=', 'videoID'),
  tweet: site('https://x.com/i/status/', 'id'),
  audio: recording('audio'),
  video: recording('video'),
  file: file,
  button: button,
  callout: callout,
  toggle: toggle,
  header: header,
  'call-to-action': callToAction,
  product: product,
  html: ({ html }) => html('html'),
  markdown: ({ node, reading }) => reading.html(markdownToHtml(stringOf(node.markdown))),
  paywall: () => [],
  mark: ({ children }) => children(),
  'collapsible-container collapsible-content layout-container layout-item': wrap('div'),
  'collapsible-title': wrap('p'),
})
