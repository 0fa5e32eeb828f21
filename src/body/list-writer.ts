/** Lists as blocks. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { MAX_ITEMS, MAX_LIST_DEPTH, MAX_TEXT } from './limits.ts'
import type { NestedList } from './list-blocks.ts'
import { joinLines, type ListPiece } from './pieces.ts'
import { asText, tooLong } from './text-writer.ts'

/** A list as one block or more. */
export function listBlocks(piece: ListPiece, warnings: ConversionWarnings): StoredBlock[] {
  const { items, start = 1, ...nested } = nestedList(piece, 1, warnings)
  // A longer list becomes several, of which each goes on with the numbers of the one before.
  const parts = Array.from({ length: Math.ceil(items.length / MAX_ITEMS) }, (_, i) => i * MAX_ITEMS)
  return parts.map((at) => ({
    type: 'list',
    ...nested,
    ...(start + at === 1 || !nested.ordered ? {} : { start: nested.reversed ? start - at : start + at }),
    items: items.slice(at, at + MAX_ITEMS),
  }))
}

/** A list with what is inside of it; what is too deep becomes items of the list above. */
function nestedList(
  { ordered, start, reversed, items }: ListPiece,
  depth: number,
  warnings: ConversionWarnings,
): NestedList {
  return {
    ordered,
    ...(start === 1 ? {} : { start }),
    ...(reversed ? { reversed } : {}),
    items: items.flatMap(({ lines, list }): NestedList['items'] => {
      const text = asText(joinLines(lines, '\n'))
      if (text.length > MAX_TEXT) throw tooLong()
      const own = isVisible(text) ? [text] : []
      if (!list) return own
      const inner = nestedList(list, depth + 1, warnings)
      if (inner.items.length === 0) return own
      if (depth < MAX_LIST_DEPTH && own.length > 0) return [{ text, list: inner }]
      warnings.add('list-flattened', 'nested list', 'flattened')
      return [...own, ...inner.items]
    }),
  }
}
