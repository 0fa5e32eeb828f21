/** Runs as the texts of blocks. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { divided, dividedCode } from './divide.ts'
import { UnreadableBody } from './errors.ts'
import { type Run, tidyRuns } from './inline.ts'
import { MAX_CODE, MAX_TEXT } from './limits.ts'
import { writeInline } from './write-inline.ts'

export const asText = (runs: Run[]): string => writeInline(tidyRuns(runs))

/** Texts of lines that have words. */
export function texts(lines: Run[][]): string[] {
  const written = lines.map(asText).filter(isVisible)
  if (written.reduce((sum, text) => sum + text.length + 2, 0) > MAX_TEXT + 2) throw tooLong()
  return written
}

export const tooLong = () => new UnreadableBody(`a text is longer than ${MAX_TEXT} characters`)

/** A text as a paragraph, or as several where it is too long for one. */
export function paragraphs(runs: Run[], warnings: ConversionWarnings): StoredBlock[] {
  const parts = divided(runs)
  if (parts === null) throw tooLong()
  if (parts.length > 1) warnings.add('text-divided', 'paragraph that is too long', 'divided')
  const texts = parts.map((part) => writeInline(part)).filter(isVisible)
  return texts.map((text) => ({ type: 'paragraph', text }))
}

/** Code as a block, or as several where it is too long for one. */
export function codeBlocks(value: string, language: string | null, warnings: ConversionWarnings): StoredBlock[] {
  const parts = dividedCode(value)?.filter(isVisible)
  if (!parts) throw new UnreadableBody(`a code has more than ${MAX_CODE} characters without a space`)
  if (parts.length > 1) warnings.add('text-divided', 'code that is too long', 'divided')
  return parts.map((text) => ({ type: 'code', text, language }))
}
