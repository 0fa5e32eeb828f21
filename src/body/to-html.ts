/** Blocks to HTML. */
import type { Element, ElementContent, Nodes } from 'hast'
import { sanitize } from 'hast-util-sanitize'
import { toHtml as stringify } from 'hast-util-to-html'
import type { PhrasingContent } from 'mdast'
import { allowList } from './allow-list.ts'
import type { Block } from './block.ts'
import { parseInline } from './inline.ts'

/**
 * Semantic HTML of the blocks, sanitised by the allow-list, one block per line. With `base`, the URL of the article's
 * page, relative links become absolute (RFC 3986, section 5), as feed readers need them.
 */
export function toHtml(blocks: Block[], base?: string): string {
  const children = blocks.flatMap((block, i): ElementContent[] =>
    i === 0 ? elements(block) : [text('\n'), ...elements(block)],
  )
  const tree = sanitize({ type: 'root', children }, allowList)
  if (base !== undefined) resolveLinks(tree, base)
  return stringify(tree)
}

function resolveLinks(node: Nodes, base: string): void {
  if (node.type === 'element' && typeof node.properties.href === 'string')
    node.properties.href = absolute(node.properties.href, base)
  if ('children' in node) for (const child of node.children) resolveLinks(child, base)
}

/** Absolute and invalid URLs are returned unchanged. */
const absolute = (href: string, base: string): string =>
  URL.canParse(href) || !URL.canParse(href, base) ? href : new URL(href, base).href

const text = (value: string): ElementContent => ({ type: 'text', value })

function h(tagName: string, children: ElementContent[] = [], properties: Element['properties'] = {}): Element {
  return { type: 'element', tagName, properties, children }
}

function elements(block: Block): Element[] {
  switch (block.type) {
    case 'paragraph':
      return paragraphs(block.text)
    case 'heading':
      return [h(`h${block.level}`, inline(block.text))]
    case 'quote':
      return [h('blockquote', [...paragraphs(block.text), ...optional('footer', attributionText(block))])]
    case 'list':
      return [
        h(
          block.ordered ? 'ol' : 'ul',
          block.items.map((item) => h('li', inline(item))),
        ),
      ]
    case 'image':
      return [h('figure', [h('img', [], { src: webUrl(block.url), alt: block.alt }), ...caption(block)])]
    case 'embed': {
      const href = webUrl(block.url)
      return [h('figure', [h('p', [h('a', [text(href)], { href })]), ...optional('figcaption', block.provider)])]
    }
    case 'divider':
      return [h('hr')]
    case 'code':
      return [h('pre', [h('code', [text(block.text)], language(block.language))])]
    case 'table':
      return [table(block)]
  }
}

/** The name of who is quoted: the attribution, the name of the source, or both. */
export function attributionText(block: Extract<Block, { type: 'quote' }>): string | null {
  const names = [block.attribution, block.source?.name].filter((name) => name)
  return names.length > 0 ? [...new Set(names)].join(', ') : null
}

/** Lower-cases the protocol: the sanitiser compares case-sensitively. */
const webUrl = (url: string): string => url.replace(/^[a-z]+:/i, (protocol) => protocol.toLowerCase())

const optional = (tagName: string, value: string | null): Element[] => (value ? [h(tagName, [text(value)])] : [])

const language = (name: string | null): Element['properties'] => (name ? { className: [`language-${name}`] } : {})

function caption({ caption, credit }: Extract<Block, { type: 'image' }>): Element[] {
  const children = [
    ...(caption ? inline(caption) : []),
    ...(caption && credit ? [text(' ')] : []),
    ...optional('small', credit),
  ]
  return children.length > 0 ? [h('figcaption', children)] : []
}

function table({ header, rows }: Extract<Block, { type: 'table' }>): Element {
  const row = (cells: string[], tagName: string) =>
    h(
      'tr',
      cells.map((cell) => h(tagName, inline(cell))),
    )
  const body =
    rows.length > 0
      ? [
          h(
            'tbody',
            rows.map((cells) => row(cells, 'td')),
          ),
        ]
      : []
  return h('table', [h('thead', [row(header, 'th')]), ...body])
}

const paragraphs = (value: string): Element[] => parseInline(value).map((nodes) => h('p', nodes.flatMap(phrasing)))

/** For elements that cannot contain paragraphs: a blank line becomes two line breaks. */
function inline(value: string): ElementContent[] {
  return parseInline(value).flatMap((nodes, i) => [...(i === 0 ? [] : [h('br'), h('br')]), ...nodes.flatMap(phrasing)])
}

const TAGS = { emphasis: 'em', strong: 'strong', delete: 'del' } as const

function phrasing(node: PhrasingContent): ElementContent[] {
  switch (node.type) {
    case 'text':
      return [text(node.value)]
    case 'break':
      return [h('br'), text('\n')]
    case 'inlineCode':
      return [h('code', [text(node.value)])]
    case 'link':
      return [h('a', node.children.flatMap(phrasing), { href: webUrl(node.url) })]
    case 'emphasis':
    case 'strong':
    case 'delete':
      return [h(TAGS[node.type], node.children.flatMap(phrasing))]
    default:
      return []
  }
}
