/** The shapes in which articles are shown: one for the live edition and for the working copy. */
import * as z from 'zod'
import { Block, Warning } from '../body/block.ts'
import { Breadcrumb } from '../catalogue/sections.ts'
import { Id, Link, Slug, Timestamp } from '../lib/shapes.ts'
import { relations } from './content.ts'

/** States of an article. */
export const statuses = ['draft', 'in-review', 'scheduled', 'published', 'unpublished', 'retracted'] as const
export const ArticleStatus = z
  .enum(statuses)
  .meta({ id: 'ArticleStatus', description: '`published` while it is live.', examples: ['published'] })
export type ArticleStatus = z.infer<typeof ArticleStatus>

export const Dateline = z
  .object({ city: z.string(), country: z.string().nullable() })
  .meta({ id: 'Dateline', description: 'Where the story was written: PORT ELLERY —' })

export const SectionRef = z
  .object({ id: Id, slug: Slug, name: z.string(), path: z.string() })
  .meta({ id: 'SectionRef', description: 'The section an article stands in.' })

export const Byline = z
  .object({
    id: Id,
    slug: Slug,
    name: z.string(),
    kind: z.enum(['person', 'organization']),
    jobTitle: z.string().nullable(),
    bio: z.string().nullable(),
    avatar: z.string().nullable(),
    links: z.array(Link),
  })
  .meta({ id: 'Byline', description: 'An author as an article shows them: the box about the author.' })

export const TagRef = z
  .object({ id: Id, slug: Slug, name: z.string() })
  .meta({ id: 'TagRef', description: 'A tag of an article.' })

export const AuthorRef = z
  .object({ id: Id, slug: Slug, name: z.string() })
  .meta({ id: 'AuthorRef', description: 'An author of an article in a list.' })

export const Citation = z
  .object({
    id: Id,
    relation: z.enum(relations),
    quote: z.string().nullable(),
    note: z.string().nullable(),
    url: z.string().nullable(),
    accessedAt: Timestamp.nullable(),
    position: z.int(),
    source: z.object({
      id: Id,
      slug: Slug,
      name: z.string(),
      kind: z.string(),
      description: z.string().nullable(),
      url: z.string().nullable(),
    }),
  })
  .meta({ id: 'Citation', description: "An article's tie to a source." })

export const correctionKinds = ['correction', 'clarification', 'update', 'editors-note', 'retraction'] as const

export const Correction = z
  .object({ id: Id, kind: z.enum(correctionKinds), text: z.string(), at: Timestamp })
  .meta({ id: 'Correction', description: 'What was put right, in public, and when.' })
export type Correction = z.infer<typeof Correction>

export const RelatedLink = z
  .object({
    id: Id,
    label: z.string().nullable(),
    title: z.string(),
    teaser: z.string().nullable(),
    url: z.string().meta({ description: 'The address of the page; for an article here its path.' }),
    publisher: z.string().nullable(),
    article: z.object({ id: Id, slug: Slug }).nullable().meta({ description: 'The article here that it leads to.' }),
    position: z.int(),
  })
  .meta({
    id: 'RelatedLink',
    description: 'A link beside the article. One to an article here vanishes while that article is not live.',
  })

const Seo = z.object({
  title: z.string().nullable(),
  description: z.string().nullable(),
  canonicalUrl: z.string().nullable(),
  noIndex: z.boolean(),
})

const Rights = z.object({
  usage: z.string().nullable(),
  copyrightHolder: z.string().nullable(),
  copyrightNotice: z.string().nullable(),
})

const shown = {
  id: Id,
  slug: Slug,
  status: ArticleStatus,
  headline: z.string(),
  kicker: z.string().nullable().meta({ description: 'The line above the headline.' }),
  standfirst: z.string().nullable().meta({ description: 'The paragraph below the headline.' }),
  summary: z.string().nullable(),
  dateline: Dateline.nullable(),
  section: SectionRef.nullable(),
  language: z.string().meta({ description: 'A BCP 47 language tag.', examples: ['en'] }),
  publishedAt: Timestamp.nullable().meta({
    description: 'When it first went live, or the date it was given for that; null only in a draft.',
  }),
  updatedAt: Timestamp.nullable().meta({ description: 'When the live edition last changed; null only in a draft.' }),
  readingTimeMinutes: z.int(),
}

const detail = {
  version: z.int().meta({ description: 'The number of the revision that is shown.' }),
  breadcrumbs: z.array(Breadcrumb),
  body: z.array(Block).meta({ description: 'The text, block by block.' }),
  citations: z.array(Citation),
  relatedLinks: z.array(RelatedLink),
  corrections: z.array(Correction).meta({ description: 'Newest first.' }),
  seo: Seo,
  rights: Rights,
  externalId: z.string().nullable(),
  wordCount: z.int(),
}

/** Members that only the working copy has. */
const internal = {
  liveVersion: z.int().nullable().optional().meta({ description: 'The revision that is live. Only in a draft.' }),
  hasUnpublishedChanges: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the working copy differs from what is live. Only in a draft.' }),
  publishAt: Timestamp.nullable().optional().meta({ description: 'When it goes live. Only in a draft.' }),
  embargoUntil: Timestamp.nullable()
    .optional()
    .meta({ description: 'Before then it is seen by nobody. Only in a draft.' }),
  createdAt: Timestamp.optional().meta({ description: 'Only in a draft.' }),
  createdBy: z
    .object({ id: z.string(), name: z.string() })
    .optional()
    .meta({ description: 'The key that made it. Only in a draft.' }),
  editedAt: Timestamp.optional().meta({ description: 'When the working copy was last saved. Only in a draft.' }),
  warnings: z
    .array(Warning)
    .optional()
    .meta({ description: 'What the writer should know of what was done. Only in the reply to a write.' }),
}

export const Article = z
  .object({ ...shown, ...detail, authors: z.array(Byline), tags: z.array(TagRef), ...internal })
  .meta({
    id: 'Article',
    description: 'An article: its live edition, or with `version=draft` its working copy.',
  })
export type Article = z.infer<typeof Article>

export const ArticleCard = z
  .object({
    ...shown,
    authors: z.array(AuthorRef).meta({ description: 'The authors by name; `fields=authors` gives whole bylines.' }),
    tags: z.array(TagRef),
    ...z.object(detail).partial().shape,
    ...internal,
  })
  .meta({ id: 'ArticleCard', description: 'An article in a list; `include` and `fields` add what else is wanted.' })
export type ArticleCard = z.infer<typeof ArticleCard>

const { warnings: _, ...asked } = Article.shape

/** Attributes that `fields` can name. */
export const articleFields = Object.keys(asked)

export const ArticleFields = z
  .object({
    ...asked,
    body: z.union([z.array(Block), z.string()]).meta({
      description: 'Blocks; one text with `body=html`, `markdown` or `text`; absent with `body=none`.',
    }),
  })
  .partial()
  .meta({
    id: 'ArticleFields',
    description: 'What was asked for of an article, by `fields` or by another form of the body than blocks.',
  })

/** Relations that `include` can add to the cards of a list. */
export const includable = ['body', 'citations', 'relatedLinks', 'corrections', 'breadcrumbs'] as const
