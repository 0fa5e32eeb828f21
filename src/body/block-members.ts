/** Schemas of the members that blocks have in common. */
import * as z from 'zod'
import { MAX_CREDIT } from '../lib/media.ts'
import { line, prose } from '../lib/schemas.ts'
import { isVisible } from '../lib/unicode.ts'
import { MAX_CODE, MAX_MEDIA_CAPTION, MAX_NAME, MAX_ONE_LINE, MAX_TEXT, UNPRINTABLE } from './limits.ts'

const clean = <T extends z.ZodType<string>>(schema: T): T =>
  schema.refine((value) => value.search(UNPRINTABLE) === -1, 'must not hold control characters')

export const InlineText = clean(prose(MAX_TEXT))
export const InlineLine = clean(line(MAX_ONE_LINE))
export const ShortName = clean(line(MAX_NAME))
/** Inline Markdown that may be empty. */
export const InlineTextOrNothing = clean(z.string().trim().max(MAX_ONE_LINE))
/** One line that may be empty. */
export const LineOrNothing = clean(
  z
    .string()
    .trim()
    .max(MAX_ONE_LINE)
    .regex(/^[^\r\n]*$/, 'must be a single line'),
)
export const CodeText = clean(z.string().max(MAX_CODE)).refine(isVisible, 'must not be empty')

const BLOCK_ID = /^[\w-]{1,64}$/
/** Whether a text may be the id of a block. */
export const isBlockId = (text: string): boolean => BLOCK_ID.test(text)

/** The members of every block. */
const common = {
  id: z
    .string()
    .regex(BLOCK_ID, 'must be of letters, digits, - and _, at most 64')
    .optional()
    .meta({
      description: 'Identifies the block within its body; given by the service if left out.',
      examples: ['b4k2m9xd'],
    }),
}
/** The type of a block, and the members of every block. */
export const typed = <T extends string>(type: T) => ({
  type: z.literal(type).meta({ description: 'The type of the block.' }),
  ...common,
})
/** Inline Markdown of a caption; hard breaks are its only line ends. */
const captionOf = (max: number) =>
  clean(prose(max)).nullish().meta({ description: 'The words below it, as inline Markdown.' })
export const caption = captionOf(MAX_ONE_LINE)
/** The caption of an image or a recording. */
export const mediaCaption = captionOf(MAX_MEDIA_CAPTION)
/** The credit of an image or a recording. */
export const CreditLine = clean(line(MAX_CREDIT))
