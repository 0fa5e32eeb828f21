/** Runs as the texts of blocks. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
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

export const paragraphs = (lines: Run[][]): StoredBlock[] => texts(lines).map((text) => ({ type: 'paragraph', text }))

export function codeBlock(value: string, language: string | null): StoredBlock[] {
  if (!isVisible(value)) return []
  if (value.length > MAX_CODE) throw new UnreadableBody(`a code is longer than ${MAX_CODE} characters`)
  return [{ type: 'code', text: value, language }]
}
