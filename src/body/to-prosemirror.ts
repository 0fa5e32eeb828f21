/**
 * Blocks to a document of ProseMirror, with the names of its own schemas (`prosemirror-schema-basic`, `-list`, `-tables`) and
 * more of the same kind for what these do not have. Lost are a quote's source (its name becomes the attribution), and which
 * of several paragraphs stand in one block.
 */
import { attributionText } from './attribution.ts'
import type { Block } from './block.ts'
import type { ProseMirrorDocument } from './documents/schemas.ts'
import { isFootnote, isLink, type Mark, type Run, tidyRuns } from './inline.ts'
import type { NestedList } from './list-blocks.ts'
import { parseInline } from './parse-inline.ts'
import { allRows, type Cell, colspanOf, placeCells, rowspanOf, textOfCell } from './table-grid.ts'

type Node = {
  type: string
  attrs?: Attributes
  content?: Node[]
  marks?: { type: string; attrs?: Attributes }[]
  text?: string
}
type Attributes = Record<string, unknown>

/** The blocks as a document; the `id` of a block is an attribute of its node. */
export const toProseMirror = (blocks: Block[]): ProseMirrorDocument => ({
  type: 'doc',
  content: blocks.flatMap((block) => {
    const [first, ...more] = nodesOf(block)
    if (!first) return []
    return [block.id === undefined ? first : { ...first, attrs: { id: block.id, ...first.attrs } }, ...more]
  }),
})

/** A node; attributes without a value are left out. */
function node(type: string, content: Node[], attributes: Attributes = {}): Node {
  const attrs = Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined),
  )
  return {
    type,
    ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
    ...(content.length > 0 ? { content } : {}),
  }
}

function nodesOf(block: Block): Node[] {
  switch (block.type) {
    case 'paragraph':
      return paragraphs(block.text)
    case 'heading':
      return [node('heading', line(block.text), { level: block.level })]
    case 'quote':
      return [node('blockquote', paragraphs(block.text), { kind: block.kind, attribution: attributionText(block) })]
    case 'list':
      return [list(block)]
    case 'definition-list':
      return [node('definition_list', block.items.flatMap(definitions))]
    case 'image':
      return [captioned(image(block), block.caption)]
    case 'gallery': {
      const images = block.images.map((picture) => captioned(image(picture), picture.caption))
      return [node('gallery', [...images, ...captions(block.caption)])]
    }
    case 'audio':
    case 'video': {
      const poster = block.type === 'video' ? block.poster : null
      return [
        captioned(
          node(block.type, [], { src: block.url, media: block.media, poster, credit: block.credit }),
          block.caption,
        ),
      ]
    }
    case 'embed': {
      const { url, provider, title, aspectRatio } = block
      return [captioned(node('embed', [], { url, provider, title, aspectRatio }), block.caption)]
    }
    case 'code':
      return [node('code_block', [{ type: 'text', text: block.text }], { params: block.language })]
    case 'divider':
      return [node('horizontal_rule', [])]
    case 'table':
      return [captioned(table(block), block.caption)]
    case 'footnotes':
      return [
        node(
          'footnotes',
          block.items.map(({ label, text }) => node('footnote', paragraphs(text), { label })),
        ),
      ]
  }
}

const paragraphs = (text: string): Node[] => parseInline(text).map((runs) => node('paragraph', inline(tidyRuns(runs))))

/** A text where there are no paragraphs: two hard breaks separate them. */
const line = (text: string): Node[] =>
  parseInline(text).flatMap((runs, i) => [
    ...(i === 0 ? [] : [node('hard_break', []), node('hard_break', [])]),
    ...inline(tidyRuns(runs)),
  ])

const inline = (runs: Run[]): Node[] => runs.flatMap(inlineNodes)

function inlineNodes({ text, marks }: Run): Node[] {
  const written = marks.flatMap(markOf)
  const withMarks = written.length > 0 ? { marks: written } : {}
  const footnote = marks.find(isFootnote)
  if (footnote) return [{ ...node('footnote_reference', [], { label: footnote.label }), ...withMarks }]
  return text
    .split('\n')
    .flatMap((part, i): Node[] => [
      ...(i === 0 ? [] : [{ type: 'hard_break', ...withMarks }]),
      ...(part === '' ? [] : [{ type: 'text', text: part, ...withMarks }]),
    ])
}

const NAMES = {
  strong: 'strong',
  emphasis: 'em',
  strikethrough: 'strikethrough',
  superscript: 'superscript',
  subscript: 'subscript',
  code: 'code',
} as const

function markOf(mark: Mark): NonNullable<Node['marks']> {
  if (typeof mark === 'string') return [{ type: NAMES[mark] }]
  return isLink(mark) ? [{ type: 'link', attrs: { href: mark.href } }] : []
}

function list({ ordered, start, reversed, items }: NestedList): Node {
  const content = items.map((item) =>
    typeof item === 'string'
      ? node('list_item', paragraphs(item))
      : node('list_item', [...paragraphs(item.text), list(item.list)]),
  )
  return ordered ? node('ordered_list', content, { order: start ?? 1, reversed }) : node('bullet_list', content)
}

const definitions = ({ terms, descriptions }: Extract<Block, { type: 'definition-list' }>['items'][number]): Node[] => [
  ...terms.map((text) => node('definition_term', line(text))),
  ...descriptions.map((text) => node('definition_description', line(text))),
]

const image = ({ url, media, crop, alt, link, credit }: Picture): Node =>
  node('image', [], { src: url, media, crop, alt, link, credit })
type Picture = Pick<Extract<Block, { type: 'image' }>, 'url' | 'media' | 'crop' | 'alt' | 'link'> & {
  credit?: string | null | undefined
}

const captions = (caption: string | null | undefined): Node[] => (caption ? [node('figcaption', line(caption))] : [])

/** What has a caption stands in a figure. */
const captioned = (shown: Node, caption: string | null | undefined): Node =>
  caption ? node('figure', [shown, ...captions(caption)]) : shown

function table(block: Extract<Block, { type: 'table' }>): Node {
  const rows = allRows(block)
  const headers = block.header.length > 0 ? 1 + (block.headerRows ?? 0) : 0
  const { placed } = placeCells(rows, { colspan: colspanOf, rowspan: rowspanOf }, Number.POSITIVE_INFINITY)
  const written: Node[][] = rows.map(() => [])
  for (const { cell, row, column } of placed) {
    const isHeader = row < headers || column < (block.headerColumns ?? 0)
    written[row]?.push(cellOf(cell, isHeader, block.align?.[column]))
  }
  return node(
    'table',
    written.map((cells) => node('table_row', cells)),
  )
}

const cellOf = (cell: Cell, isHeader: boolean, align: string | null | undefined): Node =>
  node(isHeader ? 'table_header' : 'table_cell', [node('paragraph', line(textOfCell(cell)))], {
    colspan: colspanOf(cell),
    rowspan: rowspanOf(cell),
    align,
  })
