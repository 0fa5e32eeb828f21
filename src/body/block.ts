/** An article's body: typed blocks, as a request sends them, as they are stored, and as a reply shows them. */
import * as z from 'zod'
import { Id, line, prose, Reference, WebUrl } from '../lib/shapes.ts'
import { unsafeLinks } from './links.ts'

export const MAX_BLOCKS = 2_000
export const MAX_TEXT = 20_000
export const MAX_CODE = 50_000
export const MAX_ITEMS = 1_000
export const MAX_COLUMNS = 50
export const MAX_ROWS = 1_000
/** Longest body that is sent as Markdown, HTML or plain text, in characters. */
export const MAX_VALUE = 500_000
const MAX_LINE = 2_000
const MAX_NAME = 200

/** Control characters, halves of surrogate pairs and non-characters: XML and JSON readers choke on them. */
export const UNPRINTABLES = /[\p{Cs}\uFFFE\uFFFF]|[^\P{Cc}\t\n\r]/gu

const clean = <T extends z.ZodType<string>>(schema: T): T =>
  schema.refine((value) => value.search(UNPRINTABLES) === -1, 'must not hold control characters')

const Text = clean(prose(MAX_TEXT))
const Line = clean(line(MAX_LINE))
const Name = clean(line(MAX_NAME))
const Blank = clean(
  z
    .string()
    .trim()
    .max(MAX_LINE)
    .regex(/^[^\r\n]*$/, 'must be a single line'),
)
const Code = clean(z.string().max(MAX_CODE)).refine((value) => value.trim() !== '', 'must not be empty')

export const ParagraphBlock = z
  .strictObject({ type: z.literal('paragraph'), text: Text })
  .meta({ id: 'ParagraphBlock', description: 'A paragraph of inline Markdown.' })

export const HeadingBlock = z
  .strictObject({ type: z.literal('heading'), level: z.literal([2, 3, 4]), text: Line })
  .meta({ id: 'HeadingBlock', description: 'A heading inside the article; level 1 is the headline.' })

export const ListBlock = z
  .strictObject({ type: z.literal('list'), ordered: z.boolean(), items: z.array(Text).min(1).max(MAX_ITEMS) })
  .meta({ id: 'ListBlock', description: 'A list of one level; its items are inline Markdown.' })

export const DividerBlock = z
  .strictObject({ type: z.literal('divider') })
  .meta({ id: 'DividerBlock', description: 'A break between two parts of the article.' })

export const TableBlock = z
  .strictObject({
    type: z.literal('table'),
    header: z.array(Blank).min(1).max(MAX_COLUMNS),
    rows: z.array(z.array(Blank)).max(MAX_ROWS),
  })
  .check(evenRows)
  .meta({ id: 'TableBlock', description: 'A table; every row has as many cells as the header.' })

const QuoteBlockInput = z
  .strictObject({
    type: z.literal('quote'),
    text: Text,
    source: Reference.nullish(),
    attribution: Name.nullish(),
  })
  .meta({ id: 'QuoteBlockInput', description: 'A quotation; a blank line parts its paragraphs.' })

const ImageBlockInput = z
  .strictObject({
    type: z.literal('image'),
    url: WebUrl,
    alt: Blank,
    caption: Line.nullish(),
    credit: Name.nullish(),
  })
  .meta({ id: 'ImageBlockInput', description: 'An image; its caption is inline Markdown, `alt` plain words.' })

const EmbedBlockInput = z
  .strictObject({ type: z.literal('embed'), url: WebUrl, provider: Name.nullish() })
  .meta({ id: 'EmbedBlockInput', description: 'A page elsewhere (a video, a post, a chart) shown in the article.' })

const CodeBlockInput = z
  .strictObject({
    type: z.literal('code'),
    text: Code,
    language: z
      .string()
      .regex(/^[\w+#.-]{1,40}$/, 'must be the name of a language')
      .nullish(),
  })
  .meta({ id: 'CodeBlockInput', description: 'Code, or any text whose spaces and lines matter.' })

/** The source of a quote, as a reply shows it. */
export const BlockSource = z
  .strictObject({ id: Id, slug: z.string(), name: z.string(), kind: z.string() })
  .meta({ id: 'BlockSource', description: 'Who is quoted.' })
export type BlockSource = z.infer<typeof BlockSource>

export const QuoteBlock = QuoteBlockInput.extend({ source: BlockSource.nullable() })
  .required()
  .meta({ id: 'QuoteBlock', description: 'A quotation with its source.' })
export const ImageBlock = ImageBlockInput.required().meta({ id: 'ImageBlock', description: 'An image.' })
export const EmbedBlock = EmbedBlockInput.required().meta({ id: 'EmbedBlock', description: 'A page elsewhere.' })
export const CodeBlock = CodeBlockInput.required().meta({ id: 'CodeBlock', description: 'Code.' })

/** A block in a request: a quote's source is a reference; optional members may be left out. */
export const BlockInput = z
  .discriminatedUnion('type', [
    ParagraphBlock,
    HeadingBlock,
    QuoteBlockInput,
    ListBlock,
    ImageBlockInput,
    EmbedBlockInput,
    DividerBlock,
    CodeBlockInput,
    TableBlock,
  ])
  .meta({ id: 'BlockInput', description: 'A block of an article as it is sent.' })
export type BlockInput = z.infer<typeof BlockInput>

/** A block in a reply: a quote's source is shown; every member is present. */
export const Block = z
  .discriminatedUnion('type', [
    ParagraphBlock,
    HeadingBlock,
    QuoteBlock,
    ListBlock,
    ImageBlock,
    EmbedBlock,
    DividerBlock,
    CodeBlock,
    TableBlock,
  ])
  .meta({ id: 'Block', description: 'A block of an article.' })
export type Block = z.infer<typeof Block>

type QuoteBlock = z.infer<typeof QuoteBlock>

/** A block as it is stored: a quote's source is an id (straight from `readBody`: the reference that was sent). */
export type StoredBlock = Exclude<Block, QuoteBlock> | (Omit<QuoteBlock, 'source'> & { source: string | null })

/** A stored block of one type. */
export type BlockOf<T extends StoredBlock['type']> = Extract<StoredBlock, { type: T }>

/** A body in a request: blocks, or a text that is converted into blocks. */
export const BodyInput = z
  .union(
    [
      z.array(BlockInput).max(MAX_BLOCKS).check(safeLinks),
      z.strictObject({ format: z.enum(['markdown', 'html', 'text']), value: z.string().max(MAX_VALUE) }),
    ],
    { error: 'must be an array of blocks, or { "format": …, "value": … }' },
  )
  .meta({ id: 'BodyInput', description: 'Blocks; or Markdown, HTML or plain text, which become blocks.' })
export type BodyInput = z.infer<typeof BodyInput>

/** What a conversion could not keep. */
export const Warning = z
  .strictObject({ code: z.string(), message: z.string() })
  .meta({ id: 'Warning', description: 'What was changed or left out when a text was converted.' })
export type Warning = z.infer<typeof Warning>

function evenRows(ctx: z.core.ParsePayload<{ header: string[]; rows: string[][] }>): void {
  const { header, rows } = ctx.value
  rows.forEach((row, index) => {
    if (row.length === header.length) return
    const message = `must have ${header.length} cells, as the header has`
    ctx.issues.push({ code: 'custom', message, path: ['rows', index], input: row })
  })
}

function safeLinks(ctx: z.core.ParsePayload<BlockInput[]>): void {
  for (const { path, message } of unsafeLinks(ctx.value)) {
    ctx.issues.push({ code: 'custom', message, path, input: ctx.value })
  }
}
