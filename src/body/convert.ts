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
import type { MediaAddresses } from './own-media.ts'

type ConvertibleBody = Exclude<BodyInput, unknown[]>
type BodyText = Extract<ConvertibleBody, { value: string }>

/**
 * Converts a text or a document into blocks, with warnings about what blocks cannot represent. What it shows at an address in
 * `own` is media of this service. Throws `UnreadableBody`.
 */
export function convert(body: ConvertibleBody, own?: MediaAddresses): { blocks: StoredBlock[]; warnings: Warning[] } {
  const warnings = new ConversionWarnings()
  try {
    const blocks = isText(body) ? fromTextFormat(body, warnings, own) : fromDocument(body, warnings, own)
    return { blocks, warnings: warnings.list() }
  } catch (error) {
    // Nesting that passes the explicit limits can still overflow the stack.
    if (error instanceof RangeError) throw new UnreadableBody(`the ${body.format} is nested too deeply`)
    throw error
  }
}

const isText = (body: ConvertibleBody): body is BodyText => typeof body.value === 'string'

function fromTextFormat(
  { format, value, base }: BodyText,
  warnings: ConversionWarnings,
  own: MediaAddresses | undefined,
): StoredBlock[] {
  const options = { base, own }
  const clean = cleanText(value.replace(/\r\n?/g, '\n'))
  switch (format) {
    case 'html':
      return fromHtml(clean, warnings, options)
    case 'markdown':
      return fromMarkdown(clean, warnings, options)
    case 'wordpress':
      return fromWordPress(clean, warnings, options)
    case 'text':
      return fromText(clean, warnings)
  }
}
