/** Blocks to plain text. */
import { getOrCreate } from '../lib/cache.ts'
import type { Block, StoredBlock } from './block.ts'
import { parseInline, plainTextOf } from './inline.ts'

/** Cache by block object: one write needs the text several times, to count words and to index. */
const cache = new WeakMap<Block | StoredBlock, string>()

/** The text of the blocks without markup, separated by blank lines, for counting, indexing and plain output. */
export function toText(blocks: (Block | StoredBlock)[]): string {
  return blocks
    .map((block) => getOrCreate(cache, block, () => textOf(block)))
    .filter((text) => text !== '')
    .join('\n\n')
}

function textOf(block: Block | StoredBlock): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'quote':
      return plain(block.text)
    case 'list':
      return block.items.map(plain).join('\n')
    case 'image':
      return plain(block.caption ?? '')
    case 'code':
      return block.text
    case 'table':
      return [block.header, ...block.rows].map((cells) => cells.map(plain).join('\t')).join('\n')
    case 'embed':
    case 'divider':
      return ''
  }
}

const plain = (text: string): string => parseInline(text).map(plainTextOf).join('\n\n')
