/** The schemas of articles in replies. The live edition and the working copy have the same schema. */
import * as z from 'zod'
import { Block, Warning } from '../body/block.ts'
import { PortableText, ProseMirrorDocument } from '../body/documents/schemas.ts'
import { RichBlock } from '../body/to-rich.ts'
import { Breadcrumb } from '../catalogue/breadcrumb.ts'
import { Image } from '../lib/media-schemas.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'
import {
  AuthorRef,
  actor,
  Byline,
  Citation,
  Correction,
  Dateline,
  RelatedLink,
  Rights,
  SectionRef,
  Seo,
  TagRef,
} from './article-parts.ts'

/** The statuses of an article. */
export const articleStatuses = ['draft', 'in-review', 'scheduled', 'published', 'unpublished', 'retracted'] as const
export const ArticleStatus = z
  .enum(articleStatuses)
  .meta({ id: 'ArticleStatus', description: '`published` while it is live.', examples: ['published'] })
export type ArticleStatus = z.infer<typeof ArticleStatus>

const summaryFields = {
  id: Id,
  slug: Slug,
  status: ArticleStatus,
  headline: z.string().meta({ description: 'The headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
  kicker: z
    .string()
    .nullable()
    .meta({ description: 'The line above the headline.', examples: ['Transport'] }),
  standfirst: z.string().nullable().meta({ description: 'The paragraph below the headline.' }),
  summary: z
    .string()
    .nullable()
    .meta({ description: 'What lists and feeds say of it.', examples: ['Traffic returned on Thursday.'] }),
  dateline: Dateline.nullable().meta({
    description: 'Where the story was written.',
    examples: [{ city: 'Port Ellery', country: 'NZ' }],
  }),
  image: Image.nullable().meta({
    description:
      'The lead image; null for none. In a list it has the crops `wide` and `square` alone, and no rights: `fields=image` gives all.',
  }),
  section: SectionRef.nullable().meta({
    description: 'The section that the article stands in.',
    examples: [
      { id: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b01', slug: 'world-news', name: 'World News', path: '/world-news' },
    ],
  }),
  language: z.string().meta({ description: 'The language of the article (BCP 47).', examples: ['en'] }),
  publishedAt: Timestamp.nullable().meta({
    description: 'When it first went live, or the date it was given for that; null only in a draft without one.',
    examples: ['2022-01-06T09:30:00.000Z'],
  }),
  updatedAt: Timestamp.nullable().meta({
    description: 'When the live edition last changed; null only in a working copy without one.',
    examples: ['2022-01-06T10:05:00.000Z'],
  }),
  readingTimeMinutes: z.int().meta({ description: 'How long reading takes, in minutes.', examples: [2] }),
}

const detailFields = {
  version: z.int().meta({ description: 'The number of the revision that is shown.', examples: [3] }),
  breadcrumbs: z.array(Breadcrumb).meta({
    description: 'The way from the front page to the section.',
    examples: [
      [
        { name: 'Home', path: '/' },
        { name: 'World News', path: '/world-news' },
      ],
    ],
  }),
  body: z.array(Block).meta({
    description: 'The text, block by block.',
    examples: [[{ type: 'paragraph', text: 'The bridge **reopened** on Thursday.' }]],
  }),
  citations: z.array(Citation).meta({ description: 'What the article rests on.' }),
  relatedLinks: z.array(RelatedLink).meta({ description: 'Links beside the article.', examples: [[]] }),
  corrections: z.array(Correction).meta({ description: 'What was put right, newest first.', examples: [[]] }),
  seo: Seo.meta({ description: 'What search engines read.' }),
  rights: Rights.meta({ description: 'Who may use the article, and how.' }),
  externalId: z
    .string()
    .nullable()
    .meta({ description: 'The id that another system knows it by.', examples: ['wire-1'] }),
  wordCount: z.int().meta({ description: 'How many words the body has.', examples: [412] }),
}

/** Members that only working copies have. */
const workingCopyFields = {
  liveVersion: z
    .int()
    .nullable()
    .optional()
    .meta({ description: 'The revision that is live; null if none is. Only in a working copy.' }),
  hasUnpublishedChanges: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the working copy has revisions that are not live. Only in a working copy.' }),
  publishAt: Timestamp.nullable()
    .optional()
    .meta({ description: 'When it is scheduled to go live. Only in a working copy.' }),
  embargoUntil: Timestamp.nullable()
    .optional()
    .meta({ description: 'The time before which it must not go live. Only in a working copy.' }),
  createdAt: Timestamp.optional().meta({ description: 'When the article was created. Only in a working copy.' }),
  createdBy: z.object(actor).optional().meta({ description: 'The key that created it. Only in a working copy.' }),
  editedAt: Timestamp.optional().meta({ description: 'When the working copy was last saved. Only in a working copy.' }),
  warnings: z
    .array(Warning)
    .optional()
    .meta({ description: 'What the writer should know of what was done. Only in the reply to a write.' }),
}

export const Article = z
  .object({
    ...summaryFields,
    ...detailFields,
    authors: z.array(Byline).meta({ description: 'Who wrote it, in their order.' }),
    tags: z.array(TagRef).meta({ description: 'What it is about.' }),
    ...workingCopyFields,
  })
  .meta({
    id: 'Article',
    description: 'An article: its live edition, or with `version=draft` its working copy.',
  })
export type Article = z.infer<typeof Article>

export const ArticleCard = z
  .object({
    ...summaryFields,
    authors: z.array(AuthorRef).meta({ description: 'The authors by name; `fields=authors` gives whole bylines.' }),
    tags: z.array(TagRef).meta({ description: 'What it is about.' }),
    ...z.object(detailFields).partial().shape,
    ...workingCopyFields,
  })
  .meta({ id: 'ArticleCard', description: 'An article in a list; `include` and `fields` add further members.' })
export type ArticleCard = z.infer<typeof ArticleCard>

const { warnings: _, ...selectable } = Article.shape

/** Members that the parameter `fields` can name. */
export const articleFields = Object.keys(selectable)

export const ArticleFields = z
  .object({
    ...selectable,
    body: z.union([z.array(Block), z.array(RichBlock), z.string(), ProseMirrorDocument, PortableText]).meta({
      description:
        'Blocks; with `body=rich` blocks whose texts are runs; one text with `body=html`, `markdown` or `text`; a document of an editor with `prosemirror` or `portable-text`; absent with `body=none`.',
    }),
  })
  .partial()
  .meta({
    id: 'ArticleFields',
    description: 'The requested members of an article, with `fields` or another format of the body than blocks.',
  })

/** An article in a reply to a request that may select what it has. */
export const ArticleOrFields = z.union([Article, ArticleFields])

/** Members that the parameter `include` can add to the cards of a list. */
export const includable = ['body', 'citations', 'relatedLinks', 'corrections', 'breadcrumbs'] as const

export const ByArticle = z.strictObject({
  article: z
    .string()
    .max(200)
    .meta({ description: 'The id or slug of the article.', examples: ['storm-closes-harbour'] }),
})
