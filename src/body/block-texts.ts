/** Where a block has inline Markdown. This is the only place that knows it for all blocks. */
import type { Block, BlockInput, StoredBlock } from './block.ts'
import type { NestedList } from './list-blocks.ts'
import { type Cell, textOfCell } from './table-grid.ts'

/** A text of inline Markdown, and where it stands in its block. */
export interface BlockText {
  path: PropertyKey[]
  text: string
}

/** The texts of a block in the order in which they are read, each with its path. Plain words, such as a credit, are left out. */
export function textsIn(block: Block | BlockInput | StoredBlock): BlockText[] {
  const captions = 'caption' in block && block.caption ? [{ path: ['caption'], text: block.caption }] : []
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'quote':
      return [{ path: ['text'], text: block.text }]
    case 'list':
      return textsOfList(block, [])
    case 'definition-list':
      return block.items.flatMap(({ terms, descriptions }, i) => [
        ...terms.map((text, j) => ({ path: ['items', i, 'terms', j], text })),
        ...descriptions.map((text, j) => ({ path: ['items', i, 'descriptions', j], text })),
      ])
    case 'footnotes':
      return block.items.map(({ text }, i) => ({ path: ['items', i, 'text'], text }))
    case 'gallery':
      return [
        ...block.images.flatMap(({ caption }, i) =>
          caption ? [{ path: ['images', i, 'caption'], text: caption }] : [],
        ),
        ...captions,
      ]
    case 'table':
      return [
        ...captions,
        ...textsOfCells(block.header, ['header']),
        ...block.rows.flatMap((row, i) => textsOfCells(row, ['rows', i])),
      ]
    case 'image':
    case 'audio':
    case 'video':
    case 'embed':
      return captions
    case 'code':
    case 'divider':
      return []
  }
}

function textsOfList({ items }: NestedList, path: PropertyKey[]): BlockText[] {
  return items.flatMap((item, i): BlockText[] => {
    const own = [...path, 'items', i]
    return typeof item === 'string'
      ? [{ path: own, text: item }]
      : [{ path: [...own, 'text'], text: item.text }, ...textsOfList(item.list, [...own, 'list'])]
  })
}

const textsOfCells = (cells: Cell[], path: PropertyKey[]): BlockText[] =>
  cells.map((cell, i) => ({
    path: [...path, i, ...(typeof cell === 'string' ? [] : ['text'])],
    text: textOfCell(cell),
  }))
