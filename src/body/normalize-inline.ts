/** Normalises the phrasing content of a converted document to the inline Markdown that blocks support. */
import type { Definition, Image, PhrasingContent } from 'mdast'
import { isVisible } from '../lib/unicode.ts'
import { type BlockOf, MAX_TEXT, UNPRINTABLE } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { plainTextOf, writeInline } from './inline.ts'
import { forbiddenProtocol } from './links.ts'

/** The state of one conversion: link definitions, images found inside texts, warnings. */
export interface ConversionContext {
  definitions: Map<string, Definition>
  images: BlockOf<'image'>[]
  warnings: ConversionWarnings
  toImage(node: Image): void
}

type Mark = Extract<PhrasingContent, { type: 'emphasis' | 'strong' | 'delete' }>
interface InlineContext extends ConversionContext {
  /** Whether line breaks are preserved; otherwise they become spaces. */
  breaks: boolean
  /** The types of the enclosing nodes. */
  inside: readonly string[]
}

/** Removes the characters that blocks must not contain. */
export const removeUnprintable = (value: string): string => value.replaceAll(UNPRINTABLE, '')

/** Serialises nodes to a block's inline Markdown; empty if there is no visible text. Throws `UnreadableBody` if it is too long. */
export function inlineMarkdownOf(nodes: PhrasingContent[], context: ConversionContext, breaks = true): string {
  const normalized = trim(normalize(nodes, { ...context, breaks, inside: [] }))
  const text = plainTextOf(normalized)
  if (text.length > MAX_TEXT) throw new UnreadableBody(`a text is longer than ${MAX_TEXT} characters`)
  return isVisible(text) ? writeInline(normalized) : ''
}

function normalize(nodes: PhrasingContent[], context: InlineContext): PhrasingContent[] {
  return mergeAdjacent(nodes.flatMap((node) => normalizeNode(node, context)))
}

function normalizeNode(node: PhrasingContent, context: InlineContext): PhrasingContent[] {
  switch (node.type) {
    case 'text':
      return [{ type: 'text', value: removeUnprintable(node.value).replace(/[\t ]*[\r\n]+[\t ]*/g, ' ') }]
    case 'break':
      return context.breaks ? [{ type: 'break' }] : [{ type: 'text', value: ' ' }]
    case 'inlineCode':
      return code(removeUnprintable(node.value).replace(/\s+/g, ' '))
    case 'emphasis':
    case 'strong':
    case 'delete':
      return mark(node, context)
    case 'link':
      return link(node.url, node.children, context)
    case 'linkReference':
      return link(context.definitions.get(node.identifier)?.url ?? '', node.children, context)
    case 'image':
      context.toImage(node)
      return []
    case 'imageReference': {
      const { url, title } = context.definitions.get(node.identifier) ?? { url: '', title: null }
      context.toImage({ type: 'image', url, alt: node.alt ?? null, title: title ?? null })
      return []
    }
    case 'html':
      warnAboutHtml(node.value, context.warnings)
      return []
    case 'footnoteReference':
      return [{ type: 'text', value: `[${node.label ?? node.identifier}]` }]
    default:
      return []
  }
}

/** Adds a warning for each element of raw HTML, which is dropped; comments are dropped silently. */
export function warnAboutHtml(value: string, warnings: ConversionWarnings): void {
  for (const [, name] of value.matchAll(/<([a-z][a-z0-9-]{0,39})/gi)) {
    warnings.add('element-dropped', `<${name?.toLowerCase()}> element`)
  }
}

/** Inline code. Markdown strips surrounding spaces, so they are moved into text nodes. */
function code(value: string): PhrasingContent[] {
  const code = value.trim()
  if (code === '') return [{ type: 'text', value }]
  const [before = '', after = ''] = [/^\s*/, /\s*$/].map((spaces) => spaces.exec(value)?.[0])
  return [
    { type: 'text', value: before },
    { type: 'inlineCode', value: code },
    { type: 'text', value: after },
  ]
}

function link(url: string, children: PhrasingContent[], context: InlineContext): PhrasingContent[] {
  const content = normalize(children, { ...context, inside: [...context.inside, 'link'] })
  const protocol = forbiddenProtocol(url)
  if (protocol !== null) context.warnings.add('link-dropped', `link to a ${protocol.slice(0, 40)} address`)
  const isLink = protocol === null && url !== '' && !context.inside.includes('link')
  const target = removeUnprintable(url).replace(/\s/g, '%20')
  return isLink ? hoist(content, (inner) => ({ type: 'link', url: target, children: inner })) : content
}

function mark(node: Mark, context: InlineContext): PhrasingContent[] {
  const content = normalize(node.children, { ...context, inside: [...context.inside, node.type] })
  if (context.inside.includes(node.type)) return content
  return hoist(content, (children) => ({ type: node.type, children }))
}

const isBlank = (node: PhrasingContent | undefined): boolean =>
  node?.type === 'break' || (node?.type === 'text' && node.value.trim() === '')

/** Markdown's delimiters must touch text: surrounding spaces and breaks are moved outside. */
function hoist(nodes: PhrasingContent[], wrap: (inner: PhrasingContent[]) => PhrasingContent): PhrasingContent[] {
  const start = nodes.findIndex((node) => !isBlank(node))
  if (start < 0) return nodes
  const end = nodes.findLastIndex((node) => !isBlank(node)) + 1
  const inner = nodes.slice(start, end)
  const before = extractSpaces(inner, 0, /^\s+/)
  const after = extractSpaces(inner, inner.length - 1, /\s+$/)
  return [...nodes.slice(0, start), ...before, wrap(inner), ...after, ...nodes.slice(end)]
}

/** Removes the spaces that match from a node, and returns them as nodes. */
function extractSpaces(nodes: PhrasingContent[], at: number, spaces: RegExp): PhrasingContent[] {
  const node = nodes[at]
  if (node?.type !== 'text') return []
  const [found] = spaces.exec(node.value) ?? []
  if (found === undefined) return []
  nodes[at] = { type: 'text', value: node.value.replace(spaces, '') }
  return [{ type: 'text', value: found }]
}

/** Merges adjacent nodes of one type: `**a****b**` would not parse as two. */
function mergeAdjacent(nodes: PhrasingContent[]): PhrasingContent[] {
  const joined: PhrasingContent[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.type === 'text' && node.value === '') continue
    if (last?.type === 'text' && node.type === 'text') last.value += node.value
    else if (last?.type === 'inlineCode' && node.type === 'inlineCode') last.value += node.value
    else if (isMark(last) && isMark(node) && last.type === node.type)
      last.children = mergeAdjacent([...last.children, ...node.children])
    else joined.push(node)
  }
  return joined.flatMap(collapseSpaces)
}

const isMark = (node: PhrasingContent | undefined): node is Mark =>
  node?.type === 'emphasis' || node?.type === 'strong' || node?.type === 'delete'

/** Removes spaces and breaks at both ends. */
function trim(nodes: PhrasingContent[]): PhrasingContent[] {
  const start = nodes.findIndex((node) => !isBlank(node))
  const inner = nodes.slice(start, nodes.findLastIndex((node) => !isBlank(node)) + 1)
  extractSpaces(inner, 0, /^\s+/)
  extractSpaces(inner, inner.length - 1, /\s+$/)
  return inner
}

/** Collapses spaces as HTML does, and removes those beside a break. */
function collapseSpaces(node: PhrasingContent, at: number, nodes: PhrasingContent[]): PhrasingContent[] {
  if (node.type !== 'text') return [node]
  const start = nodes[at - 1]?.type === 'break' ? node.value.trimStart() : node.value
  const value = (nodes[at + 1]?.type === 'break' ? start.trimEnd() : start).replace(/[\t ]+/g, ' ')
  return value === '' ? [] : [{ type: 'text', value }]
}
