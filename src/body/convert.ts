/** A body in Markdown, HTML or plain text, converted into blocks. */
import type { BodyInput, StoredBlock, Warning } from './block.ts'
import { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { fromHtml } from './from-html.ts'
import { fromMarkdown } from './from-markdown.ts'
import { fromMdast } from './from-mdast.ts'
import { fromText } from './from-text.ts'
import { removeUnprintable } from './normalize-inline.ts'

type ConvertibleBody = Exclude<BodyInput, unknown[]>

/** Converts a text into blocks, with warnings about what blocks cannot represent. Throws `UnreadableBody`. */
export function convert({ format, value }: ConvertibleBody): { blocks: StoredBlock[]; warnings: Warning[] } {
  const clean = removeUnprintable(value.replace(/\r\n?/g, '\n'))
  if (format === 'text') return { blocks: fromText(clean), warnings: [] }
  const warnings = new ConversionWarnings()
  try {
    const root = format === 'html' ? fromHtml(clean, warnings) : fromMarkdown(clean)
    return { blocks: fromMdast(root, warnings), warnings: warnings.list() }
  } catch (error) {
    // Nesting that passes the explicit limits can still overflow the stack.
    if (error instanceof RangeError) throw new UnreadableBody(`the ${format} is nested too deeply`)
    throw error
  }
}
