/**
 * Blocks to Portable Text: texts are blocks of spans, all else are objects of custom types, whose texts are Portable Text
 * again. Lost are a quote's source (its name becomes the attribution), and the border between two lists of a kind in a row.
 */
import { attributionText } from './attribution.ts'
import type { Block } from './block.ts'
import type { PortableText } from './documents/schemas.ts'
import { isFootnote, isLink, type Run, tidyRuns } from './inline.ts'
import type { NestedList } from './list-blocks.ts'
import { parseInline } from './parse-inline.ts'
import { allRows, type Cell, colspanOf, rowspanOf, textOfCell } from './table-grid.ts'

type Item = PortableText[number]
type Members = Record<string, unknown>

/** The blocks as Portable Text; the `id` of a block is the key of its first one, the others are numbered. */
export const toPortableText = (blocks: Block[]): PortableText =>
  blocks.flatMap((block, i) => {
    const key = block.id ?? `block-${i + 1}`
    const [first, ...more] = itemsOf(block)
    return first ? [{ ...first, _key: key } as Item, ...keyed(more, key)] : []
  })

/** Objects with keys that are unique in their array. */
const keyed = (items: Members[], name: string): Item[] =>
  items.map((item, i) => ({ ...item, _key: `${name}-${i + 1}` }) as Item)

/** An object; members without a value are left out. */
const object = (type: string, members: Members): Members => ({
  _type: type,
  ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined)),
})

function itemsOf(block: Block): Members[] {
  switch (block.type) {
    case 'paragraph':
      return parseInline(block.text).map((runs) => textBlock(tidyRuns(runs)))
    case 'heading':
      return [textBlock(runsOf(block.text), { style: `h${block.level}` })]
    case 'quote': {
      const members = { style: 'blockquote', kind: block.kind, attribution: attributionText(block) }
      return [textBlock(runsOf(block.text), members)]
    }
    case 'list':
      return listItems(block, 1)
    case 'definition-list': {
      const items = block.items.map(({ terms, descriptions }) =>
        object('definition', { terms: values('term', terms), descriptions: values('description', descriptions) }),
      )
      return [object('definition-list', { items: keyed(items, 'item') })]
    }
    case 'image':
      return [picture(block)]
    case 'gallery':
      return [object('gallery', { images: keyed(block.images.map(picture), 'image'), caption: nested(block.caption) })]
    case 'audio':
    case 'video': {
      const { url, media } = block
      const poster = block.type === 'video' ? block.poster : null
      return [object(block.type, { url, media, poster, caption: nested(block.caption), credit: block.credit })]
    }
    case 'embed': {
      const { url, provider, title, caption, aspectRatio } = block
      return [object('embed', { url, provider, title, caption: nested(caption), aspectRatio })]
    }
    case 'code':
      return [object('code', { code: block.text, language: block.language })]
    case 'divider':
      return [object('break', {})]
    case 'table':
      return [table(block)]
    case 'footnotes': {
      const items = block.items.map(({ label, text }) => object('footnote', { label, value: nested(text) }))
      return [object('footnotes', { items: keyed(items, 'note') })]
    }
  }
}

/** The runs of a text; two line ends separate paragraphs. */
const runsOf = (text: string): Run[] =>
  tidyRuns(parseInline(text).flatMap((runs, i) => (i === 0 ? runs : [{ text: '\n\n', marks: [] }, ...runs])))

/** A text in an object, as Portable Text. */
const nested = (text: string | null | undefined): PortableText | null =>
  text ? keyed([textBlock(runsOf(text))], 'block') : null

const values = (type: string, texts: string[]): Item[] =>
  keyed(
    texts.map((text) => object(type, { value: nested(text) })),
    type,
  )

const DECORATORS = {
  strong: 'strong',
  emphasis: 'em',
  strikethrough: 'strike-through',
  superscript: 'sup',
  subscript: 'sub',
  code: 'code',
} as const

function textBlock(runs: Run[], members: Members = {}): Members {
  const links = [...new Set(runs.flatMap(({ marks }) => marks.filter(isLink).map(({ href }) => href)))]
  const children = runs.map(({ text, marks }) => {
    const footnote = marks.find(isFootnote)
    const written = marks.flatMap((mark) => {
      if (typeof mark === 'string') return DECORATORS[mark]
      return isLink(mark) ? `link-${links.indexOf(mark.href) + 1}` : []
    })
    return footnote
      ? object('footnote', { label: footnote.label, marks: written })
      : object('span', { text, marks: written })
  })
  const markDefs = links.map((href) => object('link', { href }))
  return object('block', {
    style: 'normal',
    ...members,
    children: keyed(children, 'span'),
    markDefs: keyed(markDefs, 'link'),
  })
}

/** The items of a list, and of those in it, one after another. The first says how the list is numbered. */
function listItems({ ordered, start, reversed, items }: NestedList, level: number): Members[] {
  return items.flatMap((item, i) => {
    const numbering = i === 0 ? { start, reversed } : {}
    const members = { listItem: ordered ? 'number' : 'bullet', level, ...numbering }
    const text = typeof item === 'string' ? item : item.text
    const own = textBlock(runsOf(text), members)
    return typeof item === 'string' ? [own] : [own, ...listItems(item.list, level + 1)]
  })
}

type Picture = Extract<Block, { type: 'gallery' }>['images'][number]
const picture = ({ url, media, crop, alt, link, caption, credit }: Picture): Members =>
  object('image', { url, media, crop, alt, link, caption: nested(caption), credit })

function table(block: Extract<Block, { type: 'table' }>): Members {
  const { align, headerColumns } = block
  const headerRows = block.header.length > 0 ? 1 + (block.headerRows ?? 0) : 0
  const rows = allRows(block).map((cells) => object('row', { cells: keyed(cells.map(cellOf), 'cell') }))
  return object('table', { caption: nested(block.caption), headerRows, headerColumns, align, rows: keyed(rows, 'row') })
}

const cellOf = (cell: Cell): Members =>
  object('cell', {
    value: nested(textOfCell(cell)) ?? [],
    colspan: colspanOf(cell) > 1 ? colspanOf(cell) : null,
    rowspan: rowspanOf(cell) > 1 ? rowspanOf(cell) : null,
  })
