/** Blocks to plain words. */
import { getOrCreate } from '../lib/cache.ts'
import type { Block, StoredBlock } from './block.ts'
import { parseInline, plainTextOf } from './inline.ts'

/** The words of blocks, for as long as the blocks are there: one write counts them and has them searched. */
const known = new WeakMap<Block | StoredBlock, string>()

/** The words of the blocks, without any Markdown, a blank line between blocks; what to count, search and show plainly. */
export function toText(blocks: (Block | StoredBlock)[]): string {
  return blocks
    .map((block) => getOrCreate(known, block, () => words(block)))
    .filter((text) => text !== '')
    .join('\n\n')
}

function words(block: Block | StoredBlock): string {
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
