/** The part of IPTC ninjs 3.1 (https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json) that articles are told in. */
import * as z from 'zod'
import { Timestamp } from '../lib/shapes.ts'

/** There is no registered media type of ninjs; this one is what newswires use. */
export const NINJS = 'application/ninjs+json'

const Uri = z.string().meta({ format: 'uri' })

/** A text with its role. */
const Text = z.object({
  role: z.string().optional(),
  contentType: z.string().optional(),
  value: z.string(),
})

const Web = z.object({ type: z.literal('web'), name: z.string().optional(), value: z.string() })

/** Somebody or something that the text is tied to. */
const Concept = z.object({ name: z.string(), rel: z.string(), uri: Uri.optional(), literal: z.string().optional() })
export type Concept = z.infer<typeof Concept>

const Party = Concept.extend({ contactInfo: z.array(Web).optional() })

const InfoSource = z.object({
  name: z.string(),
  role: z.string(),
  uri: Uri,
  literal: z.string(),
  contactInfo: z.array(Web).optional(),
})

const Rendition = z.object({ name: z.string(), href: Uri, contentType: z.string().optional() })

const Association = z.object({
  name: z.string(),
  uri: Uri,
  rel: z.string(),
  type: z.enum(['text', 'picture']),
  representationType: z.literal('partial'),
  by: z.string().optional(),
  headlines: z.array(Text).optional(),
  descriptions: z.array(Text).optional(),
  renditions: z.array(Rendition).optional(),
})
export type Association = z.infer<typeof Association>

export const Ninjs = z
  .object({
    uri: Uri.meta({ description: 'The name of the article, for good: `urn:uuid:` and its id.' }),
    standard: z.object({ name: z.literal('ninjs'), version: z.literal('3.1'), schema: Uri }),
    type: z.literal('text'),
    representationType: z.enum(['full', 'partial']),
    version: z.string().optional(),
    pubStatus: z.enum(['usable', 'withheld', 'canceled']).meta({
      description: '`usable` while it is live, `withheld` before its release, `canceled` once it is retracted.',
    }),
    embargoedUntil: Timestamp.optional(),
    firstCreated: Timestamp.optional(),
    versionCreated: Timestamp.optional(),
    contentCreated: Timestamp.optional(),
    language: z.string().optional(),
    headlines: z.array(Text),
    by: z.string().optional(),
    slugline: z.string().optional(),
    located: z.string().optional(),
    edNote: z.string().optional(),
    descriptions: z.array(Text).optional(),
    bodies: z
      .array(Text.extend({ wordCount: z.int(), charCount: z.int().optional() }))
      .optional()
      .meta({ description: 'As HTML, and as text without the captions of images.' }),
    people: z.array(Party).optional(),
    organisations: z.array(Party).optional(),
    places: z.array(Concept).optional(),
    subjects: z.array(Concept).optional(),
    infoSources: z.array(InfoSource).optional(),
    associations: z.array(Association).optional(),
    renditions: z.array(Rendition).optional(),
    altIds: z.array(z.object({ role: z.string(), value: z.string() })).optional(),
    copyrightHolder: z.string().optional(),
    copyrightNotice: z.string().optional(),
    usageTerms: z.string().optional(),
  })
  .meta({ id: 'Ninjs', description: 'An article as IPTC ninjs 3.1.' })
export type Ninjs = z.infer<typeof Ninjs>
