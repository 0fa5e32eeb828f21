/** The schemas of the parts of an article beside its text. */
import * as z from 'zod'
import { Image } from '../lib/media-schemas.ts'
import { Id, Link, Slug, Timestamp } from '../lib/schemas.ts'
import { relations } from './content.ts'

export const Dateline = z
  .object({
    city: z.string().meta({ description: 'The town.', examples: ['Port Ellery'] }),
    country: z
      .string()
      .nullable()
      .meta({ description: 'The country (ISO 3166-1 alpha-2).', examples: ['NZ'] }),
  })
  .meta({ id: 'Dateline', description: 'Where the story was written: PORT ELLERY —' })

export const SectionRef = z
  .object({
    id: Id,
    slug: Slug.meta({ description: 'The slug of the section.', examples: ['world-news'] }),
    name: z.string().meta({ description: 'The name of the section.', examples: ['World News'] }),
    path: z.string().meta({ description: 'The path of the section on the site.', examples: ['/world-news'] }),
  })
  .meta({ id: 'SectionRef', description: 'The section of an article.' })

const author = {
  id: Id,
  slug: Slug.meta({ description: 'The slug of the author.', examples: ['ana-moreau'] }),
  name: z.string().meta({ description: 'The name of the author.', examples: ['Ana Moreau'] }),
}

export const Byline = z
  .object({
    ...author,
    kind: z.enum(['person', 'organization']).meta({ description: 'Whether it is a person or a desk.' }),
    jobTitle: z
      .string()
      .nullable()
      .meta({ description: 'What the author does.', examples: ['Foreign correspondent'] }),
    bio: z
      .string()
      .nullable()
      .meta({ description: 'A few words about the author.', examples: ['Covers the southern coast.'] }),
    avatar: z.string().nullable().meta({ description: 'The address of a portrait elsewhere.' }),
    image: Image.nullable().meta({ description: 'A portrait; null for none.' }),
    links: z.array(Link).meta({ description: 'Where else to find the author.', examples: [[]] }),
  })
  .meta({ id: 'Byline', description: 'An author as an article shows them.' })

export const AuthorRef = z.object(author).meta({ id: 'AuthorRef', description: 'An author of an article in a list.' })

export const TagRef = z
  .object({
    id: Id,
    slug: Slug.meta({ description: 'The slug of the tag.', examples: ['infrastructure'] }),
    name: z.string().meta({ description: 'The name of the tag.', examples: ['Infrastructure'] }),
  })
  .meta({ id: 'TagRef', description: 'A tag of an article.' })

const CitedSource = z
  .object({
    id: Id,
    slug: Slug.meta({ description: 'The slug of the source.', examples: ['harbour-office'] }),
    name: z.string().meta({ description: 'The name of the source.', examples: ['Harbour Office'] }),
    kind: z.string().meta({ description: 'The kind of source.', examples: ['organization'] }),
    description: z
      .string()
      .nullable()
      .meta({ description: 'What the source is.', examples: ['the port authority of Port Ellery'] }),
    url: z.string().nullable().meta({ description: 'The site of the source.' }),
  })
  .meta({ description: 'The source.' })

export const Citation = z
  .object({
    id: Id,
    relation: z.enum(relations).meta({
      description: 'How the article uses the source: `origin` is where the whole story comes from.',
      examples: ['quoted'],
    }),
    quote: z
      .string()
      .nullable()
      .meta({ description: 'What the source said.', examples: ['We checked every bolt.'] }),
    note: z.string().nullable().meta({ description: 'A note on the citation.' }),
    url: z.string().nullable().meta({ description: 'Where it can be read.' }),
    accessedAt: Timestamp.nullable().meta({ description: 'When it was read there.' }),
    position: z.int().meta({ description: 'The place in the list, from 0.', examples: [0] }),
    source: CitedSource,
  })
  .meta({ id: 'Citation', description: "An article's tie to a source." })

export const correctionKinds = ['correction', 'clarification', 'update', 'editors-note', 'retraction'] as const

export const Correction = z
  .object({
    id: Id,
    kind: z.enum(correctionKinds).meta({ description: 'What kind of note it is.' }),
    text: z.string().meta({
      description: 'What was wrong, and what is right.',
      examples: ['An earlier version gave the wrong year.'],
    }),
    at: Timestamp.meta({ description: 'When it was created.' }),
  })
  .meta({ id: 'Correction', description: 'A public note of what was put right, and when.' })
export type Correction = z.infer<typeof Correction>

export const RelatedLink = z
  .object({
    id: Id,
    label: z
      .string()
      .nullable()
      .meta({ description: 'A word before the title.', examples: ['Check also'] }),
    title: z.string().meta({ description: 'The words of the link.', examples: ['Storm closes harbour'] }),
    teaser: z
      .string()
      .nullable()
      .meta({ description: 'A sentence below the title.', examples: ['Ferries stay in port until Monday.'] }),
    url: z.string().meta({
      description: 'The address of the page; the path of an article of this site.',
      examples: ['/world-news/storm-closes-harbour'],
    }),
    publisher: z.string().nullable().meta({ description: 'Whose page it is, elsewhere.' }),
    article: z
      .object({ id: Id, slug: Slug })
      .nullable()
      .meta({ description: 'The article of this site that it leads to; null for a page elsewhere.' }),
    position: z.int().meta({ description: 'The place in the list, from 0.', examples: [0] }),
  })
  .meta({
    id: 'RelatedLink',
    description:
      'A link beside the article. One to an article of this site is left out while that article is not live.',
  })

export const PlacedRelatedLink = RelatedLink.extend({
  parent: z
    .object({
      id: Id,
      slug: Slug,
      headline: z
        .string()
        .meta({ description: 'Its headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
    })
    .meta({ description: 'The article it belongs to.' }),
}).meta({ id: 'PlacedRelatedLink', description: 'A related link with the article it belongs to.' })
export type PlacedRelatedLink = z.infer<typeof PlacedRelatedLink>

export const Seo = z.object({
  title: z.string().nullable().meta({ description: 'The title for search engines, in place of the headline.' }),
  description: z.string().nullable().meta({ description: 'The description for search engines.' }),
  canonicalUrl: z.string().nullable().meta({ description: 'The address of the original, if that is elsewhere.' }),
  noIndex: z.boolean().meta({ description: 'Whether search engines should leave the article out.' }),
})

export const Rights = z.object({
  usage: z.string().nullable().meta({ description: 'Terms of use.' }),
  copyrightHolder: z.string().nullable().meta({ description: 'Who holds the copyright.' }),
  copyrightNotice: z.string().nullable().meta({ description: 'The copyright notice.' }),
})

/** The key that did something. */
export const actor = {
  id: z.string().meta({ description: 'The id of the key.', examples: ['01a20b7c-44cd-7353-9e2f-d39000b30c60'] }),
  name: z.string().meta({ description: 'The name of the key.', examples: ['Night desk'] }),
}
