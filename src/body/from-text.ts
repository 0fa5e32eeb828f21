/** Plain text to blocks: a paragraph at every blank line, a hard break at every other line end, no character markup. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { MAX_BLOCKS } from './limits.ts'
import { paragraphs } from './text-writer.ts'

/**
 * Converts plain text; all characters are preserved, except whitespace around paragraphs. Throws `UnreadableBody`.
 */
export function fromText(value: string, warnings: ConversionWarnings): StoredBlock[] {
  const texts = value
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+/)
    .map((paragraph) => paragraph.trim())
    .filter(isVisible)
  if (texts.length > MAX_BLOCKS) throw new UnreadableBody(`the text has more than ${MAX_BLOCKS} paragraphs`)
  return texts.flatMap((text) => paragraphs([{ text, marks: [] }], warnings))
}
