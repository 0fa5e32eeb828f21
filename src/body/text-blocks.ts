/** Schemas of the blocks of plain text. */
import * as z from 'zod'
import { Reference } from '../lib/schemas.ts'
import { CodeText, InlineLine, InlineText, ShortName, typed } from './block-members.ts'
import { MAX_FOOTNOTES } from './limits.ts'

export const ParagraphBlock = z
  .strictObject({
    ...typed('paragraph'),
    text: InlineText.meta({
      description: 'The text, as inline Markdown.',
      examples: ['The bridge **reopened** on Thursday.'],
    }),
  })
  .meta({ id: 'ParagraphBlock', description: 'A paragraph of inline Markdown.' })

export const HeadingBlock = z
  .strictObject({
    ...typed('heading'),
    level: z.literal([2, 3, 4]).meta({ description: 'How deep it stands; level 1 is the headline.' }),
    text: InlineLine.meta({
      description: 'The words of the heading, as inline Markdown.',
      examples: ['What happens next'],
    }),
  })
  .meta({ id: 'HeadingBlock', description: 'A heading inside the article; level 1 is the headline.' })

export const DividerBlock = z
  .strictObject(typed('divider'))
  .meta({ id: 'DividerBlock', description: 'A break between two parts of the article.' })

export const FootnotesBlock = z
  .strictObject({
    ...typed('footnotes'),
    items: z
      .array(
        z.strictObject({
          label: z
            .string()
            .regex(/^[\w-]{1,40}$/, 'must be of letters, digits, - and _, at most 40')
            .meta({ description: 'The name by which `[^label]` in a text refers to it.', examples: ['1'] }),
          text: InlineText.meta({ description: 'The note, as inline Markdown.', examples: ['Port statistics, 2021.'] }),
        }),
      )
      .min(1)
      .max(MAX_FOOTNOTES)
      .meta({ description: 'The notes.' }),
  })
  .meta({ id: 'FootnotesBlock', description: 'The notes to which texts refer.' })

export const QuoteBlockInput = z
  .strictObject({
    ...typed('quote'),
    kind: z.literal('pull').optional().meta({ description: 'A pull quote: words of the article, shown large.' }),
    text: InlineText.meta({ description: 'The words, as inline Markdown.', examples: ['We checked every bolt.'] }),
    source: Reference.nullish().meta({ description: 'Who is quoted, as a source.' }),
    attribution: ShortName.nullish().meta({ description: 'Who is quoted, in words.' }),
  })
  .meta({ id: 'QuoteBlockInput', description: 'A quotation; a blank line parts its paragraphs.' })

export const CodeBlockInput = z
  .strictObject({
    ...typed('code'),
    text: CodeText.meta({ description: 'The code as it stands.', examples: ['const bolts = 412'] }),
    language: z
      .string()
      .regex(/^[\w+#.-]{1,40}$/, 'must be the name of a language')
      .nullish()
      .meta({ description: 'The programming language.' }),
  })
  .meta({ id: 'CodeBlockInput', description: 'Code, or any text whose spaces and lines matter.' })
