/** Untrusted HTML as a tree, parsed as browsers do, within limits; and what the converter asks of its nodes. */

import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parseFragment, type TreeAdapter } from 'parse5'
import { singleLine } from '../lib/unicode.ts'
import { UnreadableBody } from './errors.ts'

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode
export type HtmlElement = DefaultTreeAdapterTypes.Element
type Parent = DefaultTreeAdapterTypes.ParentNode

const MAX_ELEMENTS = 20_000
const MAX_DEPTH = 200
const MAX_ATTRIBUTES = 100

/** Parses an HTML fragment. Throws `UnreadableBody`. */
export const parseHtml = (value: string): HtmlNode[] =>
  parseFragment(value, { treeAdapter: limitingAdapter(), scriptingEnabled: false }).childNodes

/** parse5's tree adapter with limits: a few bytes of HTML can create millions of elements. */
function limitingAdapter(): TreeAdapter<DefaultTreeAdapterTypes.DefaultTreeAdapterMap> {
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

/** Checks a tree that no parser has limited. Throws `UnreadableBody`. */
export function checkTree(nodes: HtmlNode[]): void {
  let elements = 0
  const visit = (children: HtmlNode[], depth: number): void => {
    if (depth > MAX_DEPTH) throw new UnreadableBody(`the document is nested more than ${MAX_DEPTH} deep`)
    for (const child of children.filter(isElement)) {
      elements += 1
      if (elements > MAX_ELEMENTS) throw new UnreadableBody(`the document has more than ${MAX_ELEMENTS} elements`)
      visit(childrenOf(child), depth + 1)
    }
  }
  visit(nodes, 1)
}

export const isText = (node: HtmlNode): node is DefaultTreeAdapterTypes.TextNode => node.nodeName === '#text'
export const isElement = (node: HtmlNode): node is HtmlElement => 'tagName' in node
export const isTag = (node: HtmlNode, ...names: string[]): node is HtmlElement =>
  isElement(node) && names.includes(node.tagName)

/** The value of an attribute; empty if the element has none. */
export const attribute = (element: HtmlElement, name: string): string =>
  element.attrs.find((attr) => attr.name === name)?.value ?? ''
export const hasAttribute = (element: HtmlElement, name: string): boolean =>
  element.attrs.some((attr) => attr.name === name)
export const classesOf = (element: HtmlElement): string[] => attribute(element, 'class').split(/\s+/)
export const hasClass = (element: HtmlElement, pattern: RegExp): boolean =>
  classesOf(element).some((name) => pattern.test(name))

/** The declarations of a `style` attribute. */
export function styleOf(element: HtmlElement): Map<string, string> {
  const style = attribute(element, 'style')
  if (style === '') return new Map()
  const declarations = style.split(';').map((declaration) => declaration.split(':', 2))
  return new Map(declarations.map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim().toLowerCase()]))
}

export const elementsOf = (parent: { childNodes: HtmlNode[] }): HtmlElement[] => parent.childNodes.filter(isElement)

/** All elements below a node, in document order. */
export function* descendants(parent: { childNodes: HtmlNode[] }): Generator<HtmlElement> {
  for (const child of elementsOf(parent)) {
    yield child
    yield* descendants(child)
  }
}

/** Elements whose content is not text for readers. */
export const isScript = ({ tagName }: HtmlElement): boolean => tagName === 'script' || tagName === 'style'

/** The text of a node as one line; elements that are blocks are separated by spaces. */
export function textOfNode(node: HtmlNode): string {
  const texts: string[] = []
  const visit = (node: HtmlNode): void => {
    if (isText(node)) texts.push(node.value)
    else if (isElement(node) && !isScript(node)) {
      const space = isBlock(node) || node.tagName === 'br' ? ' ' : ''
      texts.push(space)
      for (const child of childrenOf(node)) visit(child)
      texts.push(space)
    }
  }
  visit(node)
  return singleLine(texts.join(''))
}

/** The content of an element; that of a `<template>` is apart from its children. */
export const childrenOf = (element: HtmlElement): HtmlNode[] =>
  'content' in element ? (element.content as Parent).childNodes : element.childNodes

const BLOCKS = new Set([
  ...['address', 'article', 'aside', 'blockquote', 'body', 'caption', 'center', 'colgroup', 'col', 'dd', 'details'],
  ...['dialog', 'dir', 'div', 'dl', 'dt', 'fieldset', 'figcaption', 'figure', 'footer', 'form', 'frameset', 'h1'],
  ...['h2', 'h3', 'h4', 'h5', 'h6', 'head', 'header', 'hgroup', 'hr', 'html', 'iframe', 'legend', 'li', 'listing'],
  ...['main', 'menu', 'nav', 'noframes', 'noscript', 'ol', 'optgroup', 'option', 'p', 'plaintext', 'pre', 'search'],
  ...['section', 'select', 'summary', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'title', 'tr', 'ul', 'xmp'],
  ...[
    'button',
    'label',
    'input',
    'template',
    'textarea',
    'video',
    'audio',
    'object',
    'svg',
    'canvas',
    'script',
    'style',
  ],
])

/** Whether an element begins a line of its own: its words never join those beside it. */
export const isBlock = ({ tagName }: HtmlElement): boolean => BLOCKS.has(tagName)

/** The text of an element as it stands, with a line end for each `<br>`. */
export function sourceOf(element: HtmlElement): string {
  return childrenOf(element)
    .map((child): string => {
      if (isText(child)) return child.value.replace(/\r\n?/g, '\n')
      if (!isElement(child) || isScript(child)) return ''
      if (child.tagName === 'br') return '\n'
      const inner = sourceOf(child)
      return isBlock(child) && inner !== '' ? `\n${inner}\n` : inner
    })
    .join('')
}
