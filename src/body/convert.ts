/** A body in Markdown, HTML or plain text, converted into blocks. */
import type { BodyInput, StoredBlock, Warning } from './block.ts'
import { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { fromHtml } from './from-html.ts'
import { fromMarkdown } from './from-markdown.ts'
import { fromMdast } from './from-mdast.ts'
import { fromText } from './from-text.ts'
import { removeUnprintable } from './normalize-inline.ts'

type Foreign = Exclude<BodyInput, unknown[]>

/** The blocks of a text in its format, and what it said that blocks can't. Throws BodyNotReadable. */
export function convert({ format, value }: Foreign): { blocks: StoredBlock[]; warnings: Warning[] } {
  const clean = removeUnprintable(value.replace(/\r\n?/g, '\n'))
  if (format === 'text') return { blocks: fromText(clean), warnings: [] }
  const tally = new ConversionWarnings()
  try {
    const root = format === 'html' ? fromHtml(clean, tally) : fromMarkdown(clean)
    return { blocks: fromMdast(root, tally), warnings: tally.list() }
  } catch (error) {
    // The stack is the last limit of nesting, behind those that have a name.
    if (error instanceof RangeError) throw new UnreadableBody(`the ${format} is nested too deeply`)
    throw error
  }
}
