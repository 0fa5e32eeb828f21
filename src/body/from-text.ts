/** Plain text to blocks: a paragraph at every blank line, a hard break at every other line end, no character markup. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import { UnreadableBody } from './errors.ts'
import { MAX_BLOCKS, MAX_TEXT } from './limits.ts'
import { writeInline } from './write-inline.ts'

/**
 * Converts plain text; all characters are preserved, except whitespace around paragraphs. Throws `UnreadableBody`.
 */
export function fromText(value: string): StoredBlock[] {
  const paragraphs = value
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+/)
    .map((paragraph) => paragraph.trim())
    .filter(isVisible)
  if (paragraphs.length > MAX_BLOCKS) throw new UnreadableBody(`the text has more than ${MAX_BLOCKS} paragraphs`)
  if (paragraphs.some((paragraph) => paragraph.length > MAX_TEXT)) {
    throw new UnreadableBody(`a paragraph is longer than ${MAX_TEXT} characters`)
  }
  return paragraphs.map((text) => ({ type: 'paragraph', text: writeInline([{ text, marks: [] }]) }))
}
