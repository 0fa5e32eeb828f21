/**
 * The inline Markdown of a block's text: emphasis, strong, strikethrough, inline code, links, hard breaks, and
 * paragraphs at blank lines. All else is words: a text that begins with `# ` or `<b>` says just that.
 */
import type { Paragraph, PhrasingContent, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown, gfmStrikethroughToMarkdown } from 'mdast-util-gfm-strikethrough'
import { type Handle, type Options, toMarkdown } from 'mdast-util-to-markdown'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'

/** Marks nested deeper than this are read as words. */
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

/** Without one of these characters a text is its own only word for word reading. */
const SIGNIFICANT = /[\\*_~`[<&\n\r\t\0]/

const reading = {
  extensions: [{ disable: { null: NOT_INLINE } }, gfmStrikethrough()],
  mdastExtensions: [gfmStrikethroughFromMarkdown()],
}

/** The paragraphs of a text (one, unless a blank line parts it), each as its mdast phrasing. Never throws. */
export function parseInline(text: string): PhrasingContent[][] {
  if (!SIGNIFICANT.test(text)) return [[{ type: 'text', value: text }]]
  const root = fromMarkdown(text, reading)
  flatten(root)
  return root.children.flatMap((node) => (node.type === 'paragraph' ? [node.children] : []))
}

/** The nodes of a tree, without recursion: a hostile text can be nested deeper than the stack is. */
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

/** The words of nodes, without recursion. */
export function plainTextOf(children: PhrasingContent[]): string {
  let words = ''
  for (const { node } of walk({ children })) {
    if (node.type === 'break') words += '\n'
    else if ('value' in node) words += node.value
  }
  return words
}

function flatten(root: Root): void {
  for (const { node, depth } of walk(root)) {
    if (depth <= MAX_DEPTH || !('children' in node)) continue
    node.children = [{ type: 'text', value: plainTextOf(node.children) }]
  }
}

/**
 * As the library's own, but with fewer escapes: a block's text can't open a list or a heading, and an ampersand means
 * something only where a semicolon follows (as it seldom does in addresses).
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

const writing: Options = { extensions: [gfmStrikethroughToMarkdown()], handlers: { paragraph } }

/** The text that reads back as these nodes; where Markdown can't say them, their marks are given up, not their words. */
export function writeInline(children: PhrasingContent[]): string {
  const text = write(children)
  if (children.every((node) => node.type === 'text' || node.type === 'break')) return text
  if (readsBackAs(text, children)) return text
  return write([{ type: 'text', value: plainTextOf(children).replaceAll('\n', ' ') }])
}

function write(children: PhrasingContent[]): string {
  return toMarkdown({ type: 'paragraph', children }, writing).trim()
}

function readsBackAs(text: string, children: PhrasingContent[]): boolean {
  const [first, ...more] = parseInline(text)
  return more.length === 0 && JSON.stringify(first?.map(bare)) === JSON.stringify(children.map(bare))
}

/** A node without its place in the file. */
function bare(node: PhrasingContent): unknown {
  const children = 'children' in node ? node.children.map(bare) : undefined
  return [node.type, 'value' in node ? node.value : undefined, 'url' in node ? node.url : undefined, children]
}
