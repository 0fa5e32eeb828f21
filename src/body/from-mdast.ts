/** An mdast document to blocks. */
import type { Definition, Image, List, Nodes, PhrasingContent, Root, RootContent, Table } from 'mdast'
import { WebUrl } from '../lib/schemas.ts'
import { isVisible } from '../lib/unicode.ts'
import { type BlockOf, MAX_COLUMNS, MAX_ROWS, type StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { isEmbed } from './embed.ts'
import { UnreadableBody } from './errors.ts'
import { plainTextOf, walk } from './inline.ts'
import { type ConversionContext, inlineMarkdownOf, removeUnprintable, warnAboutHtml } from './normalize-inline.ts'

type HeadingLevel = BlockOf<'heading'>['level']

/** Converts a document to blocks; an image inside a text becomes a block after the block of the text. */
export function fromMdast(root: Root, warnings: ConversionWarnings): StoredBlock[] {
  const context = createContext(root, warnings)
  return root.children.flatMap((node) => {
    const blocks = blocksOf(node, context)
    return [...blocks, ...context.images.splice(0)]
  })
}

function createContext(root: Root, warnings: ConversionWarnings): ConversionContext {
  const definitions = new Map<string, Definition>()
  for (const { node } of walk(root)) {
    const found = node as Nodes
    if (found.type === 'definition' && !definitions.has(found.identifier)) definitions.set(found.identifier, found)
  }
  const context: ConversionContext = {
    definitions,
    images: [],
    warnings,
    toImage: (node) => pushImage(node, context),
  }
  return context
}

function blocksOf(node: RootContent, context: ConversionContext): StoredBlock[] {
  switch (node.type) {
    case 'paragraph':
      return paragraph(node.children, context)
    case 'heading': {
      const text = inlineMarkdownOf(node.children, context, false)
      return text ? [{ type: 'heading', level: Math.min(Math.max(node.depth, 2), 4) as HeadingLevel, text }] : []
    }
    case 'blockquote':
      return quote(node.children, node.data?.attribution, context)
    case 'list':
      return list(node, context)
    case 'thematicBreak':
      return [{ type: 'divider' }]
    case 'code':
      return code(node.value, node.lang ?? null)
    case 'table':
      return table(node, context)
    case 'html':
      warnAboutHtml(node.value, context.warnings)
      return []
    case 'footnoteDefinition': {
      const label: PhrasingContent = { type: 'text', value: `[${node.label ?? node.identifier}] ` }
      return node.children.flatMap(paragraphsOf).flatMap((p, i) => paragraph(i === 0 ? [label, ...p] : p, context))
    }
    case 'definition':
      return []
    default:
      return paragraph([node as PhrasingContent], context)
  }
}

function paragraph(children: PhrasingContent[], context: ConversionContext): StoredBlock[] {
  const [first, ...more] = children.filter((node) => node.type !== 'text' || node.value.trim() !== '')
  if (first?.type === 'link' && more.length === 0 && isEmbed(first) && WebUrl.safeParse(first.url).success) {
    return [{ type: 'embed', url: first.url, provider: first.data?.provider || null }]
  }
  const text = inlineMarkdownOf(children, context)
  return text ? [{ type: 'paragraph', text }] : []
}

const DASHED = /^(?:—|–|--)\s*(?=\S)/

function quote(children: Nodes[], attributed: string | undefined, context: ConversionContext): StoredBlock[] {
  const paragraphs = children.flatMap(paragraphsOf)
  const last = paragraphs.at(-1)
  const dashed = !attributed && paragraphs.length > 1 && last && DASHED.test(plainTextOf(last))
  const name = dashed ? plainTextOf(paragraphs.pop() ?? []).replace(DASHED, '') : (attributed ?? '')
  const attribution = removeUnprintable(name).replace(/\s+/g, ' ').trim() || null
  if (children.some((node) => node.type !== 'paragraph')) {
    context.warnings.add('quote-flattened', 'quote with more than paragraphs', 'flattened')
  }
  const text = paragraphs.map((p) => inlineMarkdownOf(p, context)).filter((t) => t !== '')
  return text.length > 0 ? [{ type: 'quote', text: text.join('\n\n'), source: null, attribution }] : []
}

function list(node: List, context: ConversionContext): StoredBlock[] {
  const items = itemsOf(node, context).filter((text) => text !== '')
  return items.length > 0 ? [{ type: 'list', ordered: node.ordered === true, items }] : []
}

function itemsOf(node: List, context: ConversionContext): string[] {
  return node.children.flatMap((item) => {
    const own = item.children.filter((child) => child.type !== 'list')
    const nested = item.children.filter((child) => child.type === 'list')
    for (const _ of nested) context.warnings.add('list-flattened', 'nested list', 'flattened')
    const lines = own.flatMap(paragraphsOf).flatMap((line, i) => (i === 0 ? line : [BREAK, ...line]))
    return [inlineMarkdownOf(lines, context), ...nested.flatMap((child) => itemsOf(child, context))]
  })
}

const BREAK: PhrasingContent = { type: 'break' }

/** The content of any node as paragraphs, for blocks that contain only paragraphs. */
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

function table(node: Table, context: ConversionContext): StoredBlock[] {
  if (node.children.length > MAX_ROWS + 1) throw new UnreadableBody(`a table has more than ${MAX_ROWS} rows`)
  const rows = node.children.map((row) => row.children.map((cell) => inlineMarkdownOf(cell.children, context, false)))
  const width = Math.max(...rows.map((row) => row.length))
  if (width > MAX_COLUMNS) throw new UnreadableBody(`a table has more than ${MAX_COLUMNS} columns`)
  const even = rows.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? ''))
  const [header, ...body] = even
  return header && even.flat().some((cell) => cell !== '') ? [{ type: 'table', header, rows: body }] : []
}

function pushImage(node: Image, context: ConversionContext): void {
  if (!WebUrl.safeParse(node.url).success) {
    context.warnings.add('image-dropped', 'image without an absolute web address')
    return
  }
  const { caption, credit } = node.data ?? {}
  const given = caption ?? [{ type: 'text', value: node.title ?? '' }]
  context.images.push({
    type: 'image',
    url: node.url,
    alt: oneLine(node.alt ?? ''),
    caption: inlineMarkdownOf(given, context, false) || null,
    credit: oneLine(credit ?? '') || null,
  })
}

const oneLine = (value: string): string => removeUnprintable(value).replace(/\s+/g, ' ').trim()
