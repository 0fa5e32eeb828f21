/** Any phrasing that a reader found, brought down to what a block's text can say. */
import type { Definition, Image, PhrasingContent } from 'mdast'
import { isVisible } from '../lib/unicode.ts'
import { type BlockOf, MAX_TEXT, UNPRINTABLE } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { plainTextOf, writeInline } from './inline.ts'
import { forbiddenProtocol } from './links.ts'

/** What a conversion carries along: definitions of links, images met in texts, warnings. */
export interface ConversionContext {
  definitions: Map<string, Definition>
  images: BlockOf<'image'>[]
  warnings: ConversionWarnings
  toImage(node: Image): void
}

type Mark = Extract<PhrasingContent, { type: 'emphasis' | 'strong' | 'delete' }>
interface Context extends ConversionContext {
  breaks: boolean
  inside: readonly string[]
}

/** A value without the characters that no block may hold. */
export const removeUnprintable = (value: string): string => value.replaceAll(UNPRINTABLE, '')

/** The text of nodes as a block keeps it; empty where there are no words. Throws BodyNotReadable when it is too long. */
export function inlineMarkdownOf(nodes: PhrasingContent[], reading: ConversionContext, breaks = true): string {
  const tidied = trim(tidy(nodes, { ...reading, breaks, inside: [] }))
  const words = plainTextOf(tidied)
  if (words.length > MAX_TEXT) throw new UnreadableBody(`a text is longer than ${MAX_TEXT} characters`)
  return isVisible(words) ? writeInline(tidied) : ''
}

function tidy(nodes: PhrasingContent[], context: Context): PhrasingContent[] {
  return join(nodes.flatMap((node) => tidyOne(node, context)))
}

function tidyOne(node: PhrasingContent, context: Context): PhrasingContent[] {
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

/** Names the elements in raw HTML that is left out; a comment is nothing to warn of. */
export function warnAboutHtml(value: string, warnings: ConversionWarnings): void {
  for (const [, name] of value.matchAll(/<([a-z][a-z0-9-]{0,39})/gi)) {
    warnings.add('element-dropped', `<${name?.toLowerCase()}> element`)
  }
}

/** Code without the spaces at its ends, which Markdown would take away: they stay, as text. */
function code(value: string): PhrasingContent[] {
  const words = value.trim()
  if (words === '') return [{ type: 'text', value }]
  const [before = '', after = ''] = [/^\s*/, /\s*$/].map((spaces) => spaces.exec(value)?.[0])
  return [
    { type: 'text', value: before },
    { type: 'inlineCode', value: words },
    { type: 'text', value: after },
  ]
}

function link(url: string, children: PhrasingContent[], context: Context): PhrasingContent[] {
  const content = tidy(children, { ...context, inside: [...context.inside, 'link'] })
  const protocol = forbiddenProtocol(url)
  if (protocol !== null) context.warnings.add('link-dropped', `link to a ${protocol.slice(0, 40)} address`)
  const wanted = protocol === null && url !== '' && !context.inside.includes('link')
  const target = removeUnprintable(url).replace(/\s/g, '%20')
  return wanted ? hoist(content, (inner) => ({ type: 'link', url: target, children: inner })) : content
}

function mark(node: Mark, context: Context): PhrasingContent[] {
  const content = tidy(node.children, { ...context, inside: [...context.inside, node.type] })
  if (context.inside.includes(node.type)) return content
  return hoist(content, (children) => ({ type: node.type, children }))
}

const isBlank = (node: PhrasingContent | undefined): boolean =>
  node?.type === 'break' || (node?.type === 'text' && node.value.trim() === '')

/** Markdown's marks must touch words: spaces and breaks at their ends move out of them. */
function hoist(nodes: PhrasingContent[], wrap: (inner: PhrasingContent[]) => PhrasingContent): PhrasingContent[] {
  const start = nodes.findIndex((node) => !isBlank(node))
  if (start < 0) return nodes
  const end = nodes.findLastIndex((node) => !isBlank(node)) + 1
  const inner = nodes.slice(start, end)
  const before = edge(inner, 0, /^\s+/)
  const after = edge(inner, inner.length - 1, /\s+$/)
  return [...nodes.slice(0, start), ...before, wrap(inner), ...after, ...nodes.slice(end)]
}

/** Takes the spaces at an end of the nodes off, and returns them. */
function edge(nodes: PhrasingContent[], at: number, spaces: RegExp): PhrasingContent[] {
  const node = nodes[at]
  if (node?.type !== 'text') return []
  const [found] = spaces.exec(node.value) ?? []
  if (found === undefined) return []
  nodes[at] = { type: 'text', value: node.value.replace(spaces, '') }
  return [{ type: 'text', value: found }]
}

/** Neighbours of one kind become one: `**a****b**` would not read back. */
function join(nodes: PhrasingContent[]): PhrasingContent[] {
  const joined: PhrasingContent[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.type === 'text' && node.value === '') continue
    if (last?.type === 'text' && node.type === 'text') last.value += node.value
    else if (last?.type === 'inlineCode' && node.type === 'inlineCode') last.value += node.value
    else if (isMark(last) && isMark(node) && last.type === node.type)
      last.children = join([...last.children, ...node.children])
    else joined.push(node)
  }
  return joined.flatMap(spaced)
}

const isMark = (node: PhrasingContent | undefined): node is Mark =>
  node?.type === 'emphasis' || node?.type === 'strong' || node?.type === 'delete'

/** Without spaces and breaks at the ends. */
function trim(nodes: PhrasingContent[]): PhrasingContent[] {
  const start = nodes.findIndex((node) => !isBlank(node))
  const inner = nodes.slice(start, nodes.findLastIndex((node) => !isBlank(node)) + 1)
  edge(inner, 0, /^\s+/)
  edge(inner, inner.length - 1, /\s+$/)
  return inner
}

/** Single spaces in the text at a place, and none beside a break: HTML shows no others. */
function spaced(node: PhrasingContent, at: number, nodes: PhrasingContent[]): PhrasingContent[] {
  if (node.type !== 'text') return [node]
  const start = nodes[at - 1]?.type === 'break' ? node.value.trimStart() : node.value
  const value = (nodes[at + 1]?.type === 'break' ? start.trimEnd() : start).replace(/[\t ]+/g, ' ')
  return value === '' ? [] : [{ type: 'text', value }]
}
