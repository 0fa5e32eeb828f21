/** Schemas of documents of editors in JSON: their published shapes, as far as they are the same in all schemas of an editor. */
import * as z from 'zod'
import { WebUrl } from '../../lib/schemas.ts'

const members = z.record(z.string(), z.unknown())
const typeName = z.string().meta({ description: 'The name of its type.', examples: ['paragraph'] })
const words = z.string().meta({ description: 'The words.', examples: ['The bridge reopened.'] })

const ProseMirrorMark = z
  .looseObject({
    type: z.string().meta({ description: 'The name of its type.', examples: ['strong'] }),
    attrs: members.nullish().meta({ description: 'Its attributes.' }),
  })
  .meta({ id: 'ProseMirrorMark', description: 'What a text is, beside its words.' })

interface ProseMirrorNode {
  type: string
  attrs?: Record<string, unknown> | null | undefined
  content?: ProseMirrorNode[] | null | undefined
  marks?: z.infer<typeof ProseMirrorMark>[] | null | undefined
  text?: string | undefined
  [name: string]: unknown
}
const content = z
  .array(z.lazy(() => ProseMirrorNode))
  .nullish()
  .meta({ description: 'The nodes in it.' })
const ProseMirrorNode: z.ZodType<ProseMirrorNode> = z
  .looseObject({
    type: typeName,
    attrs: members.nullish().meta({ description: 'Its attributes.' }),
    content,
    marks: z.array(ProseMirrorMark).nullish().meta({ description: 'The marks of a text.' }),
    text: words.optional(),
  })
  .meta({ id: 'ProseMirrorNode', description: 'A node of a document of ProseMirror.' })

/** A document of ProseMirror or TipTap. */
export const ProseMirrorDocument = z
  .looseObject({ type: z.literal('doc').meta({ description: 'The type of the root.' }), content })
  .meta({ id: 'ProseMirrorDocument', description: 'A document of ProseMirror or TipTap.' })
export type ProseMirrorDocument = z.infer<typeof ProseMirrorDocument>

const key = z
  .string()
  .optional()
  .meta({ description: 'Identifies it in its array.', examples: ['b4k2m9xd'] })
const PortableTextChild = z
  .looseObject({
    _type: z.string().meta({ description: '`span`, or the name of a custom type.', examples: ['span'] }),
    _key: key,
    text: words.optional(),
    marks: z
      .array(z.string())
      .nullish()
      .meta({ description: 'Decorators, and keys of `markDefs`.', examples: [['strong']] }),
  })
  .meta({ id: 'PortableTextChild', description: 'A text with the same marks throughout, or an object within a text.' })

const PortableTextBlock = z
  .looseObject({
    _type: z.literal('block').meta({ description: 'The type of a text.' }),
    _key: key,
    style: z
      .string()
      .nullish()
      .meta({ description: 'What the text is: `normal`, `h2`, `blockquote` and the like.', examples: ['normal'] }),
    listItem: z
      .string()
      .nullish()
      .meta({ description: 'The kind of list of which it is an item: `bullet` or `number`.', examples: ['bullet'] }),
    level: z
      .number()
      .nullish()
      .meta({ description: 'How deep the item stands.', examples: [1] }),
    children: z.array(PortableTextChild).nullish().meta({ description: 'The parts of the text.' }),
    markDefs: z
      .array(z.looseObject({ _type: z.string().meta({ description: 'The type.', examples: ['link'] }), _key: key }))
      .nullish()
      .meta({ description: 'Marks with members of their own, such as links.' }),
  })
  .meta({ id: 'PortableTextBlock', description: 'A text: a paragraph, a heading, a quote or an item of a list.' })

const PortableTextObject = z
  .looseObject({
    _type: z
      .string()
      .refine((type) => type !== 'block', { error: 'must be a custom type', abort: true })
      .meta({ description: 'The name of the type.', examples: ['image'] }),
    _key: key,
  })
  .meta({ id: 'PortableTextObject', description: 'A block of a custom type, such as an image or a table.' })

/** A document in Portable Text. */
export const PortableText = z
  .array(z.union([PortableTextBlock, PortableTextObject]))
  .meta({ id: 'PortableText', description: 'A document in Portable Text.' })
export type PortableText = z.infer<typeof PortableText>

interface LexicalNode {
  type: string
  children?: LexicalNode[] | null | undefined
  text?: string | null | undefined
  [name: string]: unknown
}
const children = z
  .array(z.lazy(() => LexicalNode))
  .nullish()
  .meta({ description: 'The nodes in it.' })
const LexicalNode: z.ZodType<LexicalNode> = z
  .looseObject({ type: typeName, children, text: words.nullish() })
  .meta({ id: 'LexicalNode', description: 'A node of Lexical.' })

const LexicalState = z
  .looseObject({
    root: z
      .looseObject({ type: z.literal('root').meta({ description: 'The type of the root.' }), children })
      .meta({ description: 'The root.' }),
  })
  .meta({ id: 'LexicalState', description: 'An editor state of Lexical, as Ghost stores its posts.' })

const EditorJsOutput = z
  .looseObject({
    blocks: z
      .array(
        z.looseObject({
          id: z
            .string()
            .optional()
            .meta({ description: 'Identifies it in the document.', examples: ['mhTl6ghSkV'] }),
          type: typeName,
          data: members.meta({ description: 'Its members.' }),
        }),
      )
      .meta({ description: 'The blocks.' }),
  })
  .meta({ id: 'EditorJsOutput', description: 'The output of Editor.js.' })

const documentOf = <F extends string, T extends z.ZodType>(id: string, format: F, value: T) =>
  z
    .strictObject({
      format: z.literal(format).meta({ description: 'The format of the document.' }),
      value: value.meta({ description: 'The document.' }),
      base: WebUrl.optional().meta({ description: 'The address of the page, by which relative ones are resolved.' }),
    })
    .meta({ id, description: 'A document of an editor, which becomes blocks.' })

/** A document of an editor in a request, by its format. */
export const documentBodies = [
  documentOf('ProseMirrorBody', 'prosemirror', ProseMirrorDocument),
  documentOf('PortableTextBody', 'portable-text', PortableText),
  documentOf('LexicalBody', 'lexical', LexicalState),
  documentOf('EditorJsBody', 'editorjs', EditorJsOutput),
] as const
export type DocumentBody = z.infer<(typeof documentBodies)[number]>
