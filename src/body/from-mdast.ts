/** An mdast document, from whichever reader, to blocks. */
import type { Definition, Image, List, Nodes, PhrasingContent, Root, RootContent, Table } from 'mdast'
import { WebUrl } from '../lib/schemas.ts'
import { isVisible } from '../lib/unicode.ts'
import { type BlockOf, MAX_COLUMNS, MAX_ROWS, type StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { isEmbed } from './embed.ts'
import { UnreadableBody } from './errors.ts'
import { walk, plainTextOf } from './inline.ts'
import { removeUnprintable, type ConversionContext, inlineMarkdownOf, warnAboutHtml } from './normalize-inline.ts'

type Levels = BlockOf<'heading'>['level']

/** The blocks of a document; an image met inside a text follows the block that it stood in. */
export function fromMdast(root: Root, tally: ConversionWarnings): StoredBlock[] {
  const reading = readingOf(root, tally)
  return root.children.flatMap((node) => {
    const blocks = blocksOf(node, reading)
    return [...blocks, ...reading.images.splice(0)]
  })
}

function readingOf(root: Root, tally: ConversionWarnings): ConversionContext {
  const definitions = new Map<string, Definition>()
  for (const { node } of walk(root)) {
    const found = node as Nodes
    if (found.type === 'definition' && !definitions.has(found.identifier)) definitions.set(found.identifier, found)
  }
  const reading: ConversionContext = { definitions, images: [], warnings: tally, toImage: (node) => pushImage(node, reading) }
  return reading
}

function blocksOf(node: RootContent, reading: ConversionContext): StoredBlock[] {
  switch (node.type) {
    case 'paragraph':
      return paragraph(node.children, reading)
    case 'heading': {
      const text = inlineMarkdownOf(node.children, reading, false)
      return text ? [{ type: 'heading', level: Math.min(Math.max(node.depth, 2), 4) as Levels, text }] : []
    }
    case 'blockquote':
      return quote(node.children, node.data?.attribution, reading)
    case 'list':
      return list(node, reading)
    case 'thematicBreak':
      return [{ type: 'divider' }]
    case 'code':
      return code(node.value, node.lang ?? null)
    case 'table':
      return table(node, reading)
    case 'html':
      warnAboutHtml(node.value, reading.warnings)
      return []
    case 'footnoteDefinition': {
      const label: PhrasingContent = { type: 'text', value: `[${node.label ?? node.identifier}] ` }
      return node.children.flatMap(paragraphsOf).flatMap((p, i) => paragraph(i === 0 ? [label, ...p] : p, reading))
    }
    case 'definition':
      return []
    default:
      return paragraph([node as PhrasingContent], reading)
  }
}

function paragraph(children: PhrasingContent[], reading: ConversionContext): StoredBlock[] {
  const [first, ...more] = children.filter((node) => node.type !== 'text' || node.value.trim() !== '')
  if (first?.type === 'link' && more.length === 0 && isEmbed(first) && WebUrl.safeParse(first.url).success) {
    return [{ type: 'embed', url: first.url, provider: first.data?.provider || null }]
  }
  const text = inlineMarkdownOf(children, reading)
  return text ? [{ type: 'paragraph', text }] : []
}

const DASHED = /^(?:—|–|--)\s*(?=\S)/

function quote(children: Nodes[], attributed: string | undefined, reading: ConversionContext): StoredBlock[] {
  const paragraphs = children.flatMap(paragraphsOf)
  const last = paragraphs.at(-1)
  const dashed = !attributed && paragraphs.length > 1 && last && DASHED.test(plainTextOf(last))
  const name = dashed ? plainTextOf(paragraphs.pop() ?? []).replace(DASHED, '') : (attributed ?? '')
  const attribution = removeUnprintable(name).replace(/\s+/g, ' ').trim() || null
  if (children.some((node) => node.type !== 'paragraph')) {
    reading.warnings.add('quote-flattened', 'quote with more than paragraphs', 'flattened')
  }
  const text = paragraphs.map((p) => inlineMarkdownOf(p, reading)).filter((t) => t !== '')
  return text.length > 0 ? [{ type: 'quote', text: text.join('\n\n'), source: null, attribution }] : []
}

function list(node: List, reading: ConversionContext): StoredBlock[] {
  const items = itemsOf(node, reading).filter((text) => text !== '')
  return items.length > 0 ? [{ type: 'list', ordered: node.ordered === true, items }] : []
}

function itemsOf(node: List, reading: ConversionContext): string[] {
  return node.children.flatMap((item) => {
    const own = item.children.filter((child) => child.type !== 'list')
    const nested = item.children.filter((child) => child.type === 'list')
    for (const _ of nested) reading.warnings.add('list-flattened', 'nested list', 'flattened')
    const lines = own.flatMap(paragraphsOf).flatMap((line, i) => (i === 0 ? line : [BREAK, ...line]))
    return [inlineMarkdownOf(lines, reading), ...nested.flatMap((child) => itemsOf(child, reading))]
  })
}

const BREAK: PhrasingContent = { type: 'break' }

/** What any node says, as paragraphs: for places that hold no other block. */
function paragraphsOf(node: Nodes): PhrasingContent[][] {
  if (node.type === 'paragraph' || node.type === 'heading') return [node.children]
  if (node.type === 'code') {
    const lines = node.value.split('\n').map((value): PhrasingContent => ({ type: 'inlineCode', value }))
    return [lines.flatMap((line, i) => (i === 0 ? [line] : [BREAK, line]))]
  }
  if (node.type === 'tableRow') {
    return [node.children.flatMap((cell) => [...cell.children, { type: 'text', value: ' ' } as const])]
  }
  if (node.type === 'html') return [[node]]
  return 'children' in node ? node.children.flatMap(paragraphsOf) : []
}

function code(value: string, language: string | null): StoredBlock[] {
  const text = removeUnprintable(value).replace(/\n+$/, '')
  if (!isVisible(text)) return []
  return [{ type: 'code', text, language: /^[\w+#.-]{1,40}$/.test(language ?? '') ? language : null }]
}

function table(node: Table, reading: ConversionContext): StoredBlock[] {
  if (node.children.length > MAX_ROWS + 1) throw new UnreadableBody(`a table has more than ${MAX_ROWS} rows`)
  const rows = node.children.map((row) => row.children.map((cell) => inlineMarkdownOf(cell.children, reading, false)))
  const width = Math.max(...rows.map((row) => row.length))
  if (width > MAX_COLUMNS) throw new UnreadableBody(`a table has more than ${MAX_COLUMNS} columns`)
  const even = rows.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? ''))
  const [header, ...body] = even
  return header && even.flat().some((cell) => cell !== '') ? [{ type: 'table', header, rows: body }] : []
}

function pushImage(node: Image, reading: ConversionContext): void {
  if (!WebUrl.safeParse(node.url).success) {
    reading.warnings.add('image-dropped', 'image without an absolute web address')
    return
  }
  const { caption, credit } = node.data ?? {}
  const given = caption ?? [{ type: 'text', value: node.title ?? '' }]
  reading.images.push({
    type: 'image',
    url: node.url,
    alt: oneLine(node.alt ?? ''),
    caption: inlineMarkdownOf(given, reading, false) || null,
    credit: oneLine(credit ?? '') || null,
  })
}

const oneLine = (value: string): string => removeUnprintable(value).replace(/\s+/g, ' ').trim()
