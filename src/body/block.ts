/** Schemas of an article's body: typed blocks in requests, in the database and in replies. */
import * as z from 'zod'
import type { Crop } from '../lib/media.ts'
import { Id } from '../lib/schemas.ts'
import { DefinitionListBlock, ListBlock } from './list-blocks.ts'
import {
  AudioBlock,
  AudioBlockInput,
  EmbedBlockInput,
  GalleryBlock,
  GalleryBlockInput,
  ImageBlock,
  ImageBlockInput,
  VideoBlock,
  VideoBlockInput,
} from './media-blocks.ts'
import { TableBlock } from './table-block.ts'
import {
  CodeBlockInput,
  DividerBlock,
  FootnotesBlock,
  HeadingBlock,
  ParagraphBlock,
  QuoteBlockInput,
} from './text-blocks.ts'

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
  .required({ attribution: true })
  .meta({ id: 'QuoteBlock', description: 'A quotation with its source.' })
export const EmbedBlock = EmbedBlockInput.required({ provider: true }).meta({
  id: 'EmbedBlock',
  description: 'A page elsewhere.',
})
export const CodeBlock = CodeBlockInput.required({ language: true }).meta({ id: 'CodeBlock', description: 'Code.' })

/** The blocks that are the same in requests and in replies. */
const alike = [
  ParagraphBlock,
  HeadingBlock,
  ListBlock,
  DefinitionListBlock,
  DividerBlock,
  TableBlock,
  FootnotesBlock,
] as const

/** A block in a request: a quote's source and media are references; optional members may be left out. */
export const BlockInput = z
  .discriminatedUnion('type', [
    ...alike,
    QuoteBlockInput,
    ImageBlockInput,
    GalleryBlockInput,
    AudioBlockInput,
    VideoBlockInput,
    EmbedBlockInput,
    CodeBlockInput,
  ])
  .meta({ id: 'BlockInput', description: 'A block of an article as it is sent.' })
export type BlockInput = z.infer<typeof BlockInput>

/** A block in a reply: a quote's source is shown. Blocks that were saved before they had an `id` are without. */
export const Block = z
  .discriminatedUnion('type', [
    ...alike,
    QuoteBlock,
    ImageBlock,
    GalleryBlock,
    AudioBlock,
    VideoBlock,
    EmbedBlock,
    CodeBlock,
  ])
  .meta({ id: 'Block', description: 'A block of an article.' })
export type Block = z.infer<typeof Block>

type QuoteBlock = z.infer<typeof QuoteBlock>

/** What is shown, as it is stored: media by its id, or a file elsewhere by its address. */
type StoredSource = { media: string; url?: never } | { media?: never; url: string }

interface StoredWords {
  caption?: string | null | undefined
  credit?: string | null | undefined
}

/** A picture as it is stored. With media, `alt`, `caption` and `credit` that are absent or null are those of the media. */
export type StoredPicture = StoredSource & StoredWords & { alt?: string | null | undefined; crop?: Crop }

type StoredMediaBlock = { id?: string | undefined } & (
  | ({ type: 'image' } & StoredPicture)
  | { type: 'gallery'; images: StoredPicture[]; caption?: string | null | undefined }
  | ({ type: 'audio' } & StoredSource & StoredWords)
  | ({ type: 'video'; poster?: string | null | undefined } & StoredSource & StoredWords)
)

/**
 * A block as it is stored: a quote's source is an id, and so is media. In the result of `readBody` they are still the
 * references of the request.
 */
export type StoredBlock =
  | Exclude<Block, QuoteBlock | { type: StoredMediaBlock['type'] }>
  | (Omit<QuoteBlock, 'source'> & { source: string | null })
  | StoredMediaBlock

/** A stored block of one type. */
export type BlockOf<T extends StoredBlock['type']> = Extract<StoredBlock, { type: T }>

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
        description:
          'JSON pointers: with `earlier-changes-published` to what went live beside the change, with `unknown-node` and `unknown-mark` to the first of them, with what is said of media to where it is shown.',
        examples: [['/summary']],
      }),
  })
  .meta({
    id: 'Warning',
    description:
      'What was changed or left out when a text was converted or a revision restored, or went live beside what was sent.',
  })
export type Warning = z.infer<typeof Warning>
