/**
 * Blocks to Markdown. What Markdown cannot represent is lost: a quote's source (its name becomes the attribution), the
 * markup of an image's caption (its text becomes the title), an image's credit, an embed's provider.
 */
import type { BlockContent, Paragraph, PhrasingContent, RootContent, TableRow } from 'mdast'
import { gfmToMarkdown } from 'mdast-util-gfm'
import { type Options, toMarkdown as stringify } from 'mdast-util-to-markdown'
import type { Block } from './block.ts'
import { parseInline, plainTextOf } from './inline.ts'
import { attributionText } from './to-html.ts'

const options: Options = {
  bullet: '-',
  rule: '-',
  fences: true,
  extensions: [gfmToMarkdown()],
}

/** A GFM document that converts back to the same blocks, except for what Markdown cannot represent. */
export function toMarkdown(blocks: Block[]): string {
  return stringify({ type: 'root', children: blocks.flatMap(nodes) }, options).trimEnd()
}

function nodes(block: Block): RootContent[] {
  switch (block.type) {
    case 'paragraph':
      return paragraphs(block.text)
    case 'heading':
      return [{ type: 'heading', depth: block.level, children: inline(block.text) }]
    case 'quote':
      return [{ type: 'blockquote', children: [...paragraphs(block.text), ...signature(attributionText(block))] }]
    case 'list':
      return [{ type: 'list', ordered: block.ordered, spread: false, children: block.items.map(listItem) }]
    case 'image':
      return [paragraph([{ type: 'image', url: block.url, alt: block.alt, title: title(block.caption) }])]
    case 'embed':
      return [paragraph([{ type: 'link', url: block.url, children: [{ type: 'text', value: block.url }] }])]
    case 'divider':
      return [{ type: 'thematicBreak' }]
    case 'code':
      return [{ type: 'code', value: block.text, lang: block.language }]
    case 'table':
      return [{ type: 'table', children: [block.header, ...block.rows].map(row) }]
  }
}

const paragraph = (children: PhrasingContent[]): Paragraph => ({ type: 'paragraph', children })

const paragraphs = (text: string): Paragraph[] => parseInline(text).map(paragraph)

const signature = (name: string | null): BlockContent[] =>
  name ? [paragraph([{ type: 'text', value: `— ${name}` }])] : []

const title = (caption: string | null): string | null => (caption ? plainTextOf(inline(caption)) : null)

const listItem = (text: string) => ({ type: 'listItem' as const, spread: false, children: [paragraph(inline(text))] })

const row = (cells: string[]): TableRow => ({
  type: 'tableRow',
  children: cells.map((cell) => ({ type: 'tableCell', children: inline(cell) })),
})

/** For nodes with a single paragraph: a blank line becomes a line break. */
function inline(text: string): PhrasingContent[] {
  return parseInline(text).flatMap((children, i): PhrasingContent[] =>
    i === 0 ? children : [{ type: 'break' }, ...children],
  )
}
