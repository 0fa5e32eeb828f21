/** A body in a format of texts or of an editor, converted into blocks. */
import type { StoredBlock, Warning } from './block.ts'
import type { BodyInput } from './body-input.ts'
import { cleanText } from './clean-text.ts'
import { ConversionWarnings } from './conversion-warnings.ts'
import { fromDocument } from './documents/read.ts'
import { UnreadableBody } from './errors.ts'
import { fromHtml } from './from-html.ts'
import { fromMarkdown } from './from-markdown.ts'
import { fromText } from './from-text.ts'
import { fromWordPress } from './from-wordpress.ts'

type ConvertibleBody = Exclude<BodyInput, unknown[]>
type BodyText = Extract<ConvertibleBody, { value: string }>

/** Converts a text or a document into blocks, with warnings about what blocks cannot represent. Throws `UnreadableBody`. */
export function convert(body: ConvertibleBody): { blocks: StoredBlock[]; warnings: Warning[] } {
  const warnings = new ConversionWarnings()
  try {
    const blocks = isText(body) ? fromTextFormat(body, warnings) : fromDocument(body, warnings)
    return { blocks, warnings: warnings.list() }
  } catch (error) {
    // Nesting that passes the explicit limits can still overflow the stack.
    if (error instanceof RangeError) throw new UnreadableBody(`the ${body.format} is nested too deeply`)
    throw error
  }
}

const isText = (body: ConvertibleBody): body is BodyText => typeof body.value === 'string'

function fromTextFormat({ format, value, base }: BodyText, warnings: ConversionWarnings): StoredBlock[] {
  const clean = cleanText(value.replace(/\r\n?/g, '\n'))
  switch (format) {
    case 'html':
      return fromHtml(clean, warnings, { base })
    case 'markdown':
      return fromMarkdown(clean, warnings, base)
    case 'wordpress':
      return fromWordPress(clean, warnings, base)
    case 'text':
      return fromText(clean, warnings)
  }
}
