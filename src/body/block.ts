/** Schemas of an article's body: typed blocks in requests, in the database and in replies. */
import * as z from 'zod'
import { Id, line, prose, Reference, WebUrl } from '../lib/schemas.ts'
import { isVisible } from '../lib/unicode.ts'
import { unsafeLinks } from './links.ts'

export const MAX_BLOCKS = 2_000
export const MAX_TEXT = 20_000
export const MAX_CODE = 50_000
export const MAX_ITEMS = 1_000
export const MAX_COLUMNS = 50
export const MAX_ROWS = 1_000
/** Longest body in Markdown, HTML or plain text, in characters. */
export const MAX_VALUE = 500_000
const MAX_LINE = 2_000
const MAX_NAME = 200

/** Control characters, lone surrogates and non-characters, which XML and JSON parsers reject. */
export const UNPRINTABLE = /[\p{Cs}\uFFFE\uFFFF]|[^\P{Cc}\t\n\r]/gu

const clean = <T extends z.ZodType<string>>(schema: T): T =>
  schema.refine((value) => value.search(UNPRINTABLE) === -1, 'must not hold control characters')

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
const Code = clean(z.string().max(MAX_CODE)).refine(isVisible, 'must not be empty')

export const ParagraphBlock = z
  .strictObject({
    type: z.literal('paragraph').meta({ description: 'The type of the block.' }),
    text: Text.meta({
      description: 'The text, as inline Markdown.',
      examples: ['The bridge **reopened** on Thursday.'],
    }),
  })
  .meta({ id: 'ParagraphBlock', description: 'A paragraph of inline Markdown.' })

export const HeadingBlock = z
  .strictObject({
    type: z.literal('heading').meta({ description: 'The type of the block.' }),
    level: z.literal([2, 3, 4]).meta({ description: 'How deep it stands; level 1 is the headline.' }),
    text: Line.meta({ description: 'The words of the heading, as inline Markdown.', examples: ['What happens next'] }),
  })
  .meta({ id: 'HeadingBlock', description: 'A heading inside the article; level 1 is the headline.' })

export const ListBlock = z
  .strictObject({
    type: z.literal('list').meta({ description: 'The type of the block.' }),
    ordered: z.boolean().meta({ description: 'Whether the items are numbered.' }),
    items: z
      .array(Text)
      .min(1)
      .max(MAX_ITEMS)
      .meta({ description: 'The items, as inline Markdown.', examples: [['Cars', 'Trams']] }),
  })
  .meta({ id: 'ListBlock', description: 'A list of one level; its items are inline Markdown.' })

export const DividerBlock = z
  .strictObject({ type: z.literal('divider').meta({ description: 'The type of the block.' }) })
  .meta({ id: 'DividerBlock', description: 'A break between two parts of the article.' })

export const TableBlock = z
  .strictObject({
    type: z.literal('table').meta({ description: 'The type of the block.' }),
    header: z
      .array(Blank)
      .min(1)
      .max(MAX_COLUMNS)
      .meta({ description: 'The names of the columns.', examples: [['Year', 'Crossings']] }),
    rows: z
      .array(z.array(Blank))
      .max(MAX_ROWS)
      .meta({ description: 'The rows, cell by cell.', examples: [[['2021', '1,204,000']]] }),
  })
  .check(evenRows)
  .meta({ id: 'TableBlock', description: 'A table; every row has as many cells as the header.' })

const QuoteBlockInput = z
  .strictObject({
    type: z.literal('quote').meta({ description: 'The type of the block.' }),
    text: Text.meta({ description: 'The words, as inline Markdown.', examples: ['We checked every bolt.'] }),
    source: Reference.nullish().meta({ description: 'Who is quoted, as a source.' }),
    attribution: Name.nullish().meta({ description: 'Who is quoted, in words.' }),
  })
  .meta({ id: 'QuoteBlockInput', description: 'A quotation; a blank line parts its paragraphs.' })

const ImageBlockInput = z
  .strictObject({
    type: z.literal('image').meta({ description: 'The type of the block.' }),
    url: WebUrl.meta({ description: 'The address of the image.' }),
    alt: Blank.meta({
      description: 'What the image shows, for those who do not see it.',
      examples: ['The bridge at dawn'],
    }),
    caption: Line.nullish().meta({ description: 'The words below it, as inline Markdown.' }),
    credit: Name.nullish().meta({ description: 'Who made it.' }),
  })
  .meta({ id: 'ImageBlockInput', description: 'An image; its caption is inline Markdown, `alt` plain words.' })

const EmbedBlockInput = z
  .strictObject({
    type: z.literal('embed').meta({ description: 'The type of the block.' }),
    url: WebUrl.meta({ description: 'The address of the page.' }),
    provider: Name.nullish().meta({ description: 'Whose page it is.' }),
  })
  .meta({ id: 'EmbedBlockInput', description: 'A page elsewhere (a video, a post, a chart) shown in the article.' })

const CodeBlockInput = z
  .strictObject({
    type: z.literal('code').meta({ description: 'The type of the block.' }),
    text: Code.meta({ description: 'The code as it stands.', examples: ['const bolts = 412'] }),
    language: z
      .string()
      .regex(/^[\w+#.-]{1,40}$/, 'must be the name of a language')
      .nullish()
      .meta({ description: 'The programming language.' }),
  })
  .meta({ id: 'CodeBlockInput', description: 'Code, or any text whose spaces and lines matter.' })

/** The source of a quote, as a reply shows it. */
export const BlockSource = z
  .strictObject({
    id: Id,
    slug: z.string().meta({ description: 'The slug of the source.', examples: ['harbour-office'] }),
    name: z.string().meta({ description: 'The name of the source.', examples: ['Harbour Office'] }),
    kind: z.string().meta({ description: 'The kind of source.', examples: ['organization'] }),
  })
  .meta({ id: 'BlockSource', description: 'Who is quoted.' })
export type BlockSource = z.infer<typeof BlockSource>

export const QuoteBlock = QuoteBlockInput.extend({
  source: BlockSource.nullable().meta({ description: 'Who is quoted, as a source.' }),
})
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

/** A block as it is stored: a quote's source is an id. In the result of `readBody` it is still the reference of the request. */
export type StoredBlock = Exclude<Block, QuoteBlock> | (Omit<QuoteBlock, 'source'> & { source: string | null })

/** A stored block of one type. */
export type BlockOf<T extends StoredBlock['type']> = Extract<StoredBlock, { type: T }>

/** A body in a request: blocks, or a text that is converted into blocks. */
export const BodyInput = z
  .union(
    [
      z.array(BlockInput).max(MAX_BLOCKS).check(safeLinks),
      z
        .strictObject({
          format: z.enum(['markdown', 'html', 'text']).meta({ description: 'What the text is written in.' }),
          value: z
            .string()
            .max(MAX_VALUE)
            .meta({ description: 'The text.', examples: ['The bridge **reopened** on Thursday.'] }),
        })
        .meta({ id: 'BodyText', description: 'A text that becomes blocks.' }),
    ],
    { error: 'must be an array of blocks, or { "format": …, "value": … }' },
  )
  .meta({ id: 'BodyInput', description: 'Blocks; or Markdown, HTML or plain text, which become blocks.' })
export type BodyInput = z.infer<typeof BodyInput>

/** What a successful write changed or left out, for the client. */
export const Warning = z
  .strictObject({
    code: z.string().meta({ description: 'What happened, for programs.', examples: ['link-dropped'] }),
    message: z
      .string()
      .meta({ description: 'What happened, in words.', examples: ['a link to a forbidden address was left out'] }),
    pointers: z
      .array(z.string())
      .optional()
      .meta({
        description: 'With `earlier-changes-published`: JSON pointers to what went live beside the change.',
        examples: [['/summary']],
      }),
  })
  .meta({
    id: 'Warning',
    description: 'What was changed or left out when a text was converted, or went live beside what was sent.',
  })
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
