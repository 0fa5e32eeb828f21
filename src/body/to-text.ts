/** Blocks to plain text. */
import { getOrCreate } from '../lib/cache.ts'
import { atOnce } from '../lib/slices.ts'
import type { Block, StoredBlock } from './block.ts'
import { textsIn } from './block-texts.ts'
import { plainTextOf } from './inline.ts'
import { parseInline } from './parse-inline.ts'
import { expandTable } from './table-grid.ts'

/** Cache by block object: one write needs the text several times, to count words and to index. */
const cache = new WeakMap<Block | StoredBlock, string>()

/** The text of the blocks without markup, separated by blank lines, for counting, indexing and plain output. */
export const toText = (blocks: (Block | StoredBlock)[]): string => atOnce(textInSteps(blocks))

/** The same in steps, each of one block. */
export function* textInSteps(blocks: (Block | StoredBlock)[]): Generator<void, string> {
  const texts: string[] = []
  for (const block of blocks) {
    texts.push(getOrCreate(cache, block, () => textOf(block)))
    yield
  }
  return texts.filter((text) => text !== '').join('\n\n')
}

function textOf(block: Block | StoredBlock): string {
  switch (block.type) {
    case 'code':
      return block.text
    case 'table': {
      const rows = expandTable(block).map((cells) => cells.map(plain).join('\t'))
      return [...(block.caption ? [plain(block.caption)] : []), ...rows].join('\n')
    }
    case 'footnotes':
      return block.items.map(({ label, text }) => `[${label}] ${plain(text)}`).join('\n')
    default:
      return textsIn(block)
        .map(({ text }) => plain(text))
        .join('\n')
  }
}

const plain = (text: string): string => parseInline(text).map(plainTextOf).join('\n\n')
