/** Blocks to plain text. */
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

/** The same in steps, each of one text. */
export function* textInSteps(blocks: (Block | StoredBlock)[]): Generator<void, string> {
  const texts: string[] = []
  for (const block of blocks) {
    const text = cache.get(block) ?? (yield* textOf(block))
    cache.set(block, text)
    texts.push(text)
  }
  return texts.filter((text) => text !== '').join('\n\n')
}

function* textOf(block: Block | StoredBlock): Generator<void, string> {
  switch (block.type) {
    case 'code':
      return block.text
    case 'table': {
      const lines = block.caption ? [plain(block.caption)] : []
      for (const cells of expandTable(block)) {
        lines.push(cells.map(plain).join('\t'))
        yield
      }
      return lines.join('\n')
    }
    case 'footnotes':
      return block.items.map(({ label, text }) => `[${label}] ${plain(text)}`).join('\n')
    default: {
      const lines: string[] = []
      for (const { text } of textsIn(block)) {
        lines.push(plain(text))
        yield
      }
      return lines.join('\n')
    }
  }
}

const plain = (text: string): string => parseInline(text).map(plainTextOf).join('\n\n')
