/** The part of IPTC ninjs 3.1 (https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json) that articles use. */
import * as z from 'zod'
import { Timestamp } from '../lib/schemas.ts'

/** No media type is registered for ninjs; newswires use this one. */
export const NINJS = 'application/ninjs+json'

const Uri = z.string().meta({ format: 'uri', examples: ['urn:uuid:0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'] })
const web = z.string().meta({ description: 'What it is called.', examples: ['Harbour Office'] })

/** A text with its role. */
const Text = z.object({
  role: z
    .string()
    .optional()
    .meta({ description: 'What the text is for.', examples: ['main'] }),
  contentType: z.string().optional().meta({ description: 'The media type of the text.' }),
  value: z.string().meta({ description: 'The text.', examples: ['Harbour bridge reopens after storm repairs'] }),
})

const Web = z.object({
  type: z.literal('web').meta({ description: 'What kind of contact it is.' }),
  name: z.string().optional().meta({ description: 'The words of the link.' }),
  value: z.string().meta({ description: 'The address.', examples: ['https://site.example/'] }),
})

/** A person, organisation, place or subject that the article refers to. */
const Concept = z.object({
  name: z.string().meta({ description: 'What it is called.', examples: ['World News'] }),
  rel: z.string().meta({ description: 'How the article is tied to it.', examples: ['section'] }),
  uri: Uri.optional().meta({ description: 'What names it for good.' }),
  literal: z.string().optional().meta({ description: 'Its slug or path.' }),
})
export type Concept = z.infer<typeof Concept>

const Party = Concept.extend({ contactInfo: z.array(Web).optional().meta({ description: 'Where to find them.' }) })

const InfoSource = z.object({
  name: web,
  role: z.string().meta({ description: 'How the article uses the source.', examples: ['quoted'] }),
  uri: Uri.meta({ description: 'What names the source for good.' }),
  literal: z.string().meta({ description: 'The slug of the source.', examples: ['harbour-office'] }),
  contactInfo: z.array(Web).optional().meta({ description: 'Where to find it.' }),
})

const Rendition = z.object({
  name: z.string().meta({ description: 'What the rendition is.', examples: ['web'] }),
  href: Uri.meta({ description: 'Where it is.' }),
  contentType: z.string().optional().meta({ description: 'Its media type.' }),
  width: z.int().optional().meta({ description: 'The width of an image, in pixels.' }),
  height: z.int().optional().meta({ description: 'Its height.' }),
  sizeInBytes: z.int().optional().meta({ description: 'The size of a file.' }),
  duration: z.number().optional().meta({ description: 'The length of a recording, in seconds.' }),
})

const Association = z.object({
  name: web,
  uri: Uri.meta({ description: 'What names it.' }),
  rel: z.string().meta({ description: 'How it belongs to the article.', examples: ['related'] }),
  type: z.enum(['text', 'picture', 'audio', 'video']).meta({ description: 'What it is.' }),
  representationType: z.literal('partial').meta({ description: '`partial`: it is not shown as a whole.' }),
  by: z.string().optional().meta({ description: 'Who made it.' }),
  copyrightHolder: z.string().optional().meta({ description: 'Who owns it.' }),
  usageTerms: z.string().optional().meta({ description: 'Terms of use.' }),
  rightsInfo: z
    .object({ linkedRights: z.string().meta({ format: 'uri', description: 'Where the licence can be read.' }) })
    .optional()
    .meta({ description: 'The licence.' }),
  edNote: z.string().optional().meta({ description: 'Until when it may be used.' }),
  headlines: z.array(Text).optional().meta({ description: 'Its headlines.' }),
  descriptions: z.array(Text).optional().meta({ description: 'What it is about.' }),
  renditions: z.array(Rendition).optional().meta({ description: 'Where it is.' }),
})
export type Association = z.infer<typeof Association>

export const Ninjs = z
  .object({
    uri: Uri.meta({ description: 'The name of the article, for good: `urn:uuid:` and its id.' }),
    standard: z
      .object({
        name: z.literal('ninjs').meta({ description: '`ninjs`.' }),
        version: z.literal('3.1').meta({ description: 'The version of ninjs.' }),
        schema: Uri.meta({ description: 'The schema of that version.' }),
      })
      .meta({ description: 'The standard that it follows.' }),
    type: z.literal('text').meta({ description: 'What it is.' }),
    representationType: z.enum(['full', 'partial']).meta({ description: '`partial` once it is canceled.' }),
    version: z
      .string()
      .optional()
      .meta({ description: 'The version of the article.', examples: ['3'] }),
    pubStatus: z.enum(['usable', 'withheld', 'canceled']).meta({
      description: '`usable` while it is live, `withheld` before its release, `canceled` once it is retracted.',
    }),
    embargoedUntil: Timestamp.optional().meta({ description: 'The time before which it must not be published.' }),
    firstCreated: Timestamp.optional().meta({ description: 'When it first went live.' }),
    versionCreated: Timestamp.optional().meta({ description: 'When this version was made.' }),
    contentCreated: Timestamp.optional().meta({ description: 'When the content was made.' }),
    language: z
      .string()
      .optional()
      .meta({ description: 'The language of the article (BCP 47).', examples: ['en'] }),
    headlines: z.array(Text).meta({ description: 'The headline, and the kicker if there is one.' }),
    by: z
      .string()
      .optional()
      .meta({ description: 'The authors as one text.', examples: ['Ana Moreau'] }),
    slugline: z.string().optional().meta({ description: 'The slug of the article.' }),
    located: z.string().optional().meta({ description: 'Where the story was written.' }),
    edNote: z.string().optional().meta({ description: 'Notes to editors: corrections, or why it is canceled.' }),
    descriptions: z.array(Text).optional().meta({ description: 'Summary, standfirst and corrections.' }),
    bodies: z
      .array(
        Text.extend({
          wordCount: z.int().meta({ description: 'How many words it has.', examples: [412] }),
          charCount: z.int().optional().meta({ description: 'How many characters it has.' }),
        }),
      )
      .optional()
      .meta({ description: 'The text as HTML, and as plain text without the captions of images.' }),
    people: z.array(Party).optional().meta({ description: 'Authors who are persons.' }),
    organisations: z.array(Party).optional().meta({ description: 'Authors that are organizations.' }),
    places: z.array(Concept).optional().meta({ description: 'Where the story was written.' }),
    subjects: z.array(Concept).optional().meta({ description: 'Its sections and tags.' }),
    infoSources: z.array(InfoSource).optional().meta({ description: 'Its sources.' }),
    associations: z.array(Association).optional().meta({ description: 'Its images, recordings and related links.' }),
    renditions: z.array(Rendition).optional().meta({ description: 'Where it is on the site.' }),
    altIds: z
      .array(
        z.object({
          role: z.string().meta({ description: 'What the id is for.' }),
          value: z.string().meta({ description: 'The id.' }),
        }),
      )
      .optional()
      .meta({ description: 'Ids that other systems know it by.' }),
    copyrightHolder: z.string().optional().meta({ description: 'Who holds the copyright.' }),
    copyrightNotice: z.string().optional().meta({ description: 'The copyright notice.' }),
    usageTerms: z.string().optional().meta({ description: 'Terms of use.' }),
  })
  .meta({ id: 'Ninjs', description: 'An article as IPTC ninjs 3.1.' })
export type Ninjs = z.infer<typeof Ninjs>
