/**
 * The inline Markdown of a block's text: emphasis, strong, strikethrough, inline code, links, hard breaks, and
 * paragraphs at blank lines. Everything else is literal text, such as `# ` or `<b>` at the start.
 */
import type { Paragraph, PhrasingContent, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown, gfmStrikethroughToMarkdown } from 'mdast-util-gfm-strikethrough'
import { type Handle, type Options, toMarkdown } from 'mdast-util-to-markdown'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'

/** Markup that is nested deeper is replaced by its text. */
const MAX_DEPTH = 30

const NOT_INLINE = [
  'blockQuote',
  'codeFenced',
  'codeIndented',
  'definition',
  'headingAtx',
  'htmlFlow',
  'htmlText',
  'labelStartImage',
  'list',
  'setextUnderline',
  'thematicBreak',
]

/** A text without any of these characters contains no markup. */
const SIGNIFICANT = /[\\*_~`[<&\n\r\t\0]/

const parserOptions = {
  extensions: [{ disable: { null: NOT_INLINE } }, gfmStrikethrough()],
  mdastExtensions: [gfmStrikethroughFromMarkdown()],
}

/** Parses a text into paragraphs (separated by blank lines), each as mdast phrasing content. Never throws. */
export function parseInline(text: string): PhrasingContent[][] {
  if (!SIGNIFICANT.test(text)) return [[{ type: 'text', value: text }]]
  const root = fromMarkdown(text, parserOptions)
  flatten(root)
  return root.children.flatMap((node) => (node.type === 'paragraph' ? [node.children] : []))
}

/** The nodes of a tree in document order, without recursion: hostile input can be nested deeper than the stack allows. */
export function* walk(root: { children: unknown[] }): Generator<{ node: PhrasingContent; depth: number }> {
  const stack = [{ node: root as unknown as PhrasingContent, depth: 0 }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    yield next
    const { node, depth } = next
    if (!('children' in node)) continue
    for (let i = node.children.length - 1; i >= 0; i -= 1) {
      const child = node.children[i]
      if (child) stack.push({ node: child, depth: depth + 1 })
    }
  }
}

/** The text of nodes without markup; line breaks are `\n`. */
export function plainTextOf(children: PhrasingContent[]): string {
  let text = ''
  for (const { node } of walk({ children })) {
    if (node.type === 'break') text += '\n'
    else if ('value' in node) text += node.value
  }
  return text
}

function flatten(root: Root): void {
  for (const { node, depth } of walk(root)) {
    if (depth <= MAX_DEPTH || !('children' in node)) continue
    node.children = [{ type: 'text', value: plainTextOf(node.children) }]
  }
}

/**
 * The paragraph handler of the library, with fewer escapes: a block's text cannot start a list or a heading, and `&` is
 * special only in a character reference.
 */
const paragraph: Handle = (node: Paragraph, _parent, state, info) => {
  state.unsafe = state.unsafe
    .filter((pattern) => !pattern.atBreak)
    .map((pattern) => (pattern.character === '&' ? { character: '&', after: '#?[A-Za-z0-9]+;' } : pattern))
  const exits = [state.enter('paragraph'), state.enter('phrasing')]
  const text = state.containerPhrasing(node, info)
  for (const exit of exits.reverse()) exit()
  return text
}

const serializerOptions: Options = { extensions: [gfmStrikethroughToMarkdown()], handlers: { paragraph } }

/** Serialises nodes to inline Markdown. If that would parse differently, the markup is dropped and the text preserved. */
export function writeInline(children: PhrasingContent[]): string {
  const text = write(children)
  if (children.every((node) => node.type === 'text' || node.type === 'break')) return text
  if (parsesTo(text, children)) return text
  return write([{ type: 'text', value: plainTextOf(children).replaceAll('\n', ' ') }])
}

function write(children: PhrasingContent[]): string {
  return toMarkdown({ type: 'paragraph', children }, serializerOptions).trim()
}

function parsesTo(text: string, children: PhrasingContent[]): boolean {
  const [first, ...more] = parseInline(text)
  return (
    more.length === 0 && JSON.stringify(first?.map(withoutPosition)) === JSON.stringify(children.map(withoutPosition))
  )
}

/** A node without its position in the source. */
function withoutPosition(node: PhrasingContent): unknown {
  const children = 'children' in node ? node.children.map(withoutPosition) : undefined
  return [node.type, 'value' in node ? node.value : undefined, 'url' in node ? node.url : undefined, children]
}
