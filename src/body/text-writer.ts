/** Runs as the texts of blocks. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { divided } from './divide.ts'
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

export function codeBlock(value: string, language: string | null): StoredBlock[] {
  if (!isVisible(value)) return []
  if (value.length > MAX_CODE) throw new UnreadableBody(`a code is longer than ${MAX_CODE} characters`)
  return [{ type: 'code', text: value, language }]
}
