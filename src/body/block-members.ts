/** Schemas of the members that blocks have in common. */
import * as z from 'zod'
import { line, prose } from '../lib/schemas.ts'
import { isVisible } from '../lib/unicode.ts'
import { MAX_CODE, MAX_NAME, MAX_ONE_LINE, MAX_TEXT, UNPRINTABLE } from './limits.ts'

const clean = <T extends z.ZodType<string>>(schema: T): T =>
  schema.refine((value) => value.search(UNPRINTABLE) === -1, 'must not hold control characters')

export const InlineText = clean(prose(MAX_TEXT))
export const InlineLine = clean(line(MAX_ONE_LINE))
export const ShortName = clean(line(MAX_NAME))
/** One line that may be empty. */
export const LineOrNothing = clean(
  z
    .string()
    .trim()
    .max(MAX_ONE_LINE)
    .regex(/^[^\r\n]*$/, 'must be a single line'),
)
export const CodeText = clean(z.string().max(MAX_CODE)).refine(isVisible, 'must not be empty')

/** The members of every block. */
const common = {
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be of letters, digits, - and _, at most 64')
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
export const caption = InlineLine.nullish().meta({ description: 'The words below it, as inline Markdown.' })
