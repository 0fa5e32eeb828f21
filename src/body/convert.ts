/** A body in Markdown, HTML or plain text, converted into blocks. */
import type { StoredBlock, Warning } from './block.ts'
import type { BodyInput } from './body-input.ts'
import { cleanText } from './clean-text.ts'
import { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { fromHtml } from './from-html.ts'
import { fromMarkdown } from './from-markdown.ts'
import { fromText } from './from-text.ts'
import { fromWordPress } from './from-wordpress.ts'

type ConvertibleBody = Exclude<BodyInput, unknown[]>

/** Converts a text into blocks, with warnings about what blocks cannot represent. Throws `UnreadableBody`. */
export function convert({ format, value, base }: ConvertibleBody): { blocks: StoredBlock[]; warnings: Warning[] } {
  const clean = cleanText(value.replace(/\r\n?/g, '\n'))
  const warnings = new ConversionWarnings()
  const read = () => {
    switch (format) {
      case 'html':
        return fromHtml(clean, warnings, { base })
      case 'markdown':
        return fromMarkdown(clean, warnings, base)
      case 'wordpress':
        return fromWordPress(clean, warnings, base)
      case 'text':
        return fromText(clean)
    }
  }
  try {
    return { blocks: read(), warnings: warnings.list() }
  } catch (error) {
    // Nesting that passes the explicit limits can still overflow the stack.
    if (error instanceof RangeError) throw new UnreadableBody(`the ${format} is nested too deeply`)
    throw error
  }
}
