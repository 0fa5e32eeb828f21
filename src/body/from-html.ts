/** Untrusted HTML to mdast: parsed as browsers do, sanitised by the allow-list, then converted by its semantics. */
import type { Element, Root as HtmlRoot, Nodes } from 'hast'
import { fromParse5 } from 'hast-util-from-parse5'
import { sanitize } from 'hast-util-sanitize'
import { type Handle, toMdast } from 'hast-util-to-mdast'
import type { Nodes as MdastNodes, PhrasingContent, Root } from 'mdast'
import { type DefaultTreeAdapterMap, defaultTreeAdapter, parseFragment, type TreeAdapter } from 'parse5'
import { WebUrl } from '../lib/schemas.ts'
import { allowList, unwrapped } from './allow-list.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { isEmbed } from './embed.ts'
import { UnreadableBody } from './errors.ts'
import { walk } from './inline.ts'
import { forbiddenProtocol } from './links.ts'

declare module 'mdast' {
  interface ImageData {
    caption?: PhrasingContent[]
    credit?: string
  }
  interface LinkData {
    provider?: string
  }
  interface BlockquoteData {
    attribution?: string
  }
}

const MAX_ELEMENTS = 20_000
const MAX_DEPTH = 200
const MAX_ATTRIBUTES = 100

/** Parses an HTML fragment; what a body cannot contain is dropped with a warning. Throws `UnreadableBody`. */
export function fromHtml(value: string, warnings: ConversionWarnings): Root {
  const html = fromParse5(parseFragment(value, { treeAdapter: limitingAdapter() })) as HtmlRoot
  inspect(html, warnings)
  const safe = sanitize(html, allowList)
  return toMdast(safe, { document: true, handlers: { blockquote, figure } }) as Root
}

/** parse5's tree adapter with limits: a few bytes of HTML can create millions of elements. */
function limitingAdapter(): TreeAdapter<DefaultTreeAdapterMap> {
  const depths = new WeakMap<object, number>()
  let elements = 0
  return {
    ...defaultTreeAdapter,
    createElement(name, namespace, attributes) {
      elements += 1
      if (elements > MAX_ELEMENTS) throw new UnreadableBody(`the HTML has more than ${MAX_ELEMENTS} elements`)
      if (attributes.length > MAX_ATTRIBUTES) {
        throw new UnreadableBody(`the HTML has an element with more than ${MAX_ATTRIBUTES} attributes`)
      }
      return defaultTreeAdapter.createElement(name, namespace, attributes)
    },
    appendChild(parent, child) {
      const depth = (depths.get(parent) ?? 0) + 1
      if (depth > MAX_DEPTH) throw new UnreadableBody(`the HTML is nested more than ${MAX_DEPTH} deep`)
      depths.set(child, depth)
      defaultTreeAdapter.appendChild(parent, child)
    },
  }
}

/** Warns about what the sanitiser will remove, and converts iframes into links before it does. */
function inspect(root: HtmlRoot, warnings: ConversionWarnings): void {
  const stack: Nodes[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'element') inspectElement(node, warnings)
    const stripped = node.type === 'element' && allowList.strip?.includes(node.tagName)
    if ('children' in node && !stripped) stack.push(...node.children.toReversed())
  }
}

function inspectElement(node: Element, warnings: ConversionWarnings): void {
  const src = String(node.properties.src ?? '')
  if (node.tagName === 'iframe' && WebUrl.safeParse(src).success) replaceWithEmbed(node, src)
  const known = allowList.tagNames?.includes(node.tagName) || unwrapped.has(node.tagName)
  if (!known) warnings.add('element-dropped', `<${node.tagName.slice(0, 40)}> element`)
  for (const name of Object.keys(node.properties)) {
    if (/^on/i.test(name)) warnings.add('attribute-dropped', `${name.slice(0, 40).toLowerCase()} attribute`)
  }
  for (const name of ['href', 'src']) lowerProtocol(node, name)
  const protocol = node.tagName === 'a' ? forbiddenProtocol(String(node.properties.href ?? '')) : null
  if (protocol !== null) {
    delete node.properties.href
    warnings.add('link-dropped', `link to a ${protocol.slice(0, 40)} address`)
  }
}

/** The sanitiser compares protocols case-sensitively. */
function lowerProtocol(node: Element, name: string): void {
  const url = node.properties[name]
  if (typeof url === 'string') {
    node.properties[name] = url.trim().replace(/^[a-z]+:/i, (protocol) => protocol.toLowerCase())
  }
}

function replaceWithEmbed(node: Element, url: string): void {
  const href = url.trim()
  node.tagName = 'figure'
  node.properties = {}
  node.children = [{ type: 'element', tagName: 'a', properties: { href }, children: [{ type: 'text', value: href }] }]
}

/** The last `<footer>` or `<cite>` of a blockquote is its attribution. */
const blockquote: Handle = (state, node: Element) => {
  const last = node.children.findLast((child) => child.type === 'element')
  const credit = last && (ifTag(last, ['footer', 'cite']) ?? (last.tagName === 'p' ? onlyCite(last) : undefined))
  const attribution = credit ? textIn(credit).replace(/^[\s—–-]+/, '') : ''
  const children = credit ? node.children.filter((child) => child !== last) : node.children
  const flow = state.toFlow(state.all({ ...node, children }))
  return { type: 'blockquote', children: flow, data: attribution ? { attribution } : {} }
}

const ifTag = (node: Element, names: string[]): Element | undefined => (names.includes(node.tagName) ? node : undefined)

function onlyCite(node: Element): Element | undefined {
  const [first, ...more] = node.children.filter((child) => child.type !== 'text' || /[^\s—–-]/.test(child.value))
  return first?.type === 'element' && more.length === 0 ? ifTag(first, ['cite']) : undefined
}

/** A caption becomes that of the first image, or the provider of the first embed; otherwise a paragraph. */
const figure: Handle = (state, node: Element) => {
  const captions = node.children.filter((child) => child.type === 'element' && child.tagName === 'figcaption')
  const caption = captions[0] as Element | undefined
  const content = state.all({ ...node, children: node.children.filter((child) => child !== caption) }) as MdastNodes[]
  if (!caption) return content as ReturnType<Handle>
  const owner = [...walk({ children: content })].map(({ node }) => node).find((n) => n.type === 'image' || isEmbed(n))
  if (owner?.type === 'image') owner.data = captionOf(state, caption)
  else if (owner?.type === 'link') owner.data = { provider: textIn(caption) }
  else content.push({ type: 'paragraph', children: state.all(caption) as PhrasingContent[] })
  return content as ReturnType<Handle>
}

function captionOf(state: Parameters<Handle>[0], node: Element): { caption: PhrasingContent[]; credit?: string } {
  const last = node.children.at(-1)
  const credit = last?.type === 'element' ? ifTag(last, ['small', 'cite']) : undefined
  const children = credit ? node.children.slice(0, -1) : node.children
  const caption = state.all({ ...node, children }) as PhrasingContent[]
  return credit ? { caption, credit: textIn(credit) } : { caption }
}

function textIn(node: Element): string {
  const texts = node.children.map((child): string => {
    if (child.type === 'text') return child.value
    return child.type === 'element' ? (child.tagName === 'br' ? ' ' : textIn(child)) : ''
  })
  return texts.join('').replace(/\s+/g, ' ').trim()
}
