/** Schema of a body in a request. */
import * as z from 'zod'
import { matchesInSteps } from '../lib/count-matches.ts'
import { WebUrl } from '../lib/schemas.ts'
import { atOnce } from '../lib/slices.ts'
import { BlockInput } from './block.ts'
import { type BlockText, textsIn } from './block-texts.ts'
import { documentBodies } from './documents/schemas.ts'
import { MAX_BLOCKS, MAX_BODY, MAX_MARKUP, MAX_PICTURES, MAX_TEXTS } from './limits.ts'
import { unsafeLinks } from './links.ts'
import { colspanOf } from './table-grid.ts'

/** What a text of a body may be written in. */
export const textFormats = ['markdown', 'html', 'wordpress', 'text'] as const

const BodyText = z
  .strictObject({
    format: z.enum(textFormats).meta({
      description: 'What the text is written in; `wordpress` is the content of a post as it is stored.',
    }),
    value: z
      .string()
      .max(MAX_BODY)
      .meta({ description: 'The text.', examples: ['The bridge **reopened** on Thursday.'] }),
    base: WebUrl.optional().meta({
      description: 'The address of the page, by which relative ones are resolved.',
    }),
  })
  .meta({ id: 'BodyText', description: 'A text that becomes blocks.' })

/** The blocks of a body together, each of which has been validated before. */
export const WholeBody = z.array(z.custom<BlockInput>()).max(MAX_BLOCKS).check(texts).check(ownNames)

/** A body in a request: blocks, or a text or document that is converted into blocks. */
export const BodyInput = z
  .union(
    [
      z.array(BlockInput).max(MAX_BLOCKS).check(texts).check(ownNames),
      z.discriminatedUnion('format', [BodyText, ...documentBodies]),
    ],
    { error: 'must be an array of blocks, or { "format": …, "value": … }' },
  )
  .meta({
    id: 'BodyInput',
    description:
      'Blocks; or what becomes blocks: Markdown, HTML, the content of a WordPress post, plain text, or the JSON of an editor (ProseMirror, TipTap, Portable Text, Lexical, Editor.js).',
  })
export type BodyInput = z.infer<typeof BodyInput>

/** Checks the amount of text and of markup, and only if these are within their limits the links. */
function texts(ctx: z.core.ParsePayload<BlockInput[]>): void {
  const addIssue = ({ path, message }: Issue) => ctx.issues.push({ code: 'custom', message, path, input: ctx.value })
  const parts = ctx.value.map((block) => ({ block, texts: textsIn(block) }))
  const excess = excessIn(parts)
  if (excess) addIssue(excess)
  else for (const issue of unsafeLinks(parts.map(({ texts }) => texts))) addIssue(issue)
}

/** A sign that may be inline markup; a run of the same one counts once. */
const MARKUP = /\*+|_+|~+|`+|[[\]<&\\]/g

/** How much a body may have of what takes time. */
const LIMITS = { texts: MAX_TEXTS, characters: MAX_BODY, 'signs of markup': MAX_MARKUP, pictures: MAX_PICTURES }
type Amounts = Record<keyof typeof LIMITS, number>
const amounts = Object.keys(LIMITS) as (keyof typeof LIMITS)[]

interface Issue {
  path: PropertyKey[]
  message: string
}

/** The first place at which the blocks have more than a body may have. */
function excessIn(parts: { block: BlockInput; texts: BlockText[] }[]): Issue | undefined {
  const total: Amounts = { texts: 0, characters: 0, 'signs of markup': 0, pictures: 0 }
  const excess = (path: PropertyKey[]): Issue | undefined => {
    const name = amounts.find((amount) => total[amount] > LIMITS[amount])
    return name && { path, message: `is where the body has more than ${LIMITS[name]} ${name}` }
  }
  for (const [index, { block, texts }] of parts.entries()) {
    const own = excess([index, ...addOwn(total, block)])
    if (own) return own
    for (const { path, text } of texts) {
      total.texts += 1
      total.characters += text.length
      total['signs of markup'] += atOnce(matchesInSteps(text, MARKUP))
      const here = excess([index, ...path])
      if (here) return here
    }
  }
  return undefined
}

/** Adds what a block has beside its texts; gives the path to it. */
function addOwn(total: Amounts, block: BlockInput): PropertyKey[] {
  switch (block.type) {
    case 'table':
      total.texts += spannedIn(block)
      return []
    case 'image':
      total.pictures += 1
      return []
    case 'gallery':
      total.pictures += block.images.length
      return ['images']
    case 'code':
      total.texts += 1
      total.characters += block.text.length
      return ['text']
    default:
      return []
  }
}

/** How many places of a table have no cell of their own, as another spans them: in some forms each is a cell. */
function spannedIn({ header, rows }: Extract<BlockInput, { type: 'table' }>): number {
  const [first = [], ...more] = header.length > 0 ? [header, ...rows] : rows
  const width = first.reduce((sum, cell) => sum + colspanOf(cell), 0)
  return [first, ...more].reduce((sum, cells) => sum + width - cells.length, 0)
}

/** No two blocks may have the same id, and no two footnotes the same label. */
function ownNames(ctx: z.core.ParsePayload<BlockInput[]>): void {
  const seen = new Set<string>()
  const check = (name: string, path: PropertyKey[]) => {
    if (seen.has(name)) ctx.issues.push({ code: 'custom', message: 'must not occur twice', path, input: ctx.value })
    seen.add(name)
  }
  for (const [i, block] of ctx.value.entries()) {
    if (block.id !== undefined) check(`block ${block.id}`, [i, 'id'])
    if (block.type !== 'footnotes') continue
    for (const [j, { label }] of block.items.entries()) check(`footnote ${label}`, [i, 'items', j, 'label'])
  }
}
