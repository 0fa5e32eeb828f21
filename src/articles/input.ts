/** The shapes of what editors send. */
import * as z from 'zod'
import { BodyInput } from '../body/block.ts'
import { relations } from '../editions/content.ts'
import { Country, Id, Language, line, Moment, prose, Reference, Slug, WebUrl } from '../lib/shapes.ts'

const MAX_AUTHORS = 50
const MAX_TAGS = 100
const MAX_CITATIONS = 500
const MAX_RELATED_LINKS = 100
/** A place in a list; past its end means at the end. */
const Position = z.int().min(0).max(10_000).optional().meta({ description: 'Its place; at the end if left out.' })

const citation = {
  source: Reference,
  relation: z.enum(relations).meta({ description: '`origin` is where the whole story comes from.' }),
  quote: prose(5_000).nullish(),
  note: prose(5_000).nullish(),
  url: WebUrl.nullish(),
  accessedAt: Moment.nullish(),
}

/** A citation inside an article; an `id` keeps one that is there. */
export const CitationInput = z
  .strictObject({ id: Id.optional(), ...citation, position: Position })
  .meta({ id: 'CitationInput', description: "An article's tie to a source; an `id` keeps the one that has it." })

export const NewCitation = z.strictObject({ ...citation, position: Position }).meta({
  id: 'NewCitation',
  description: 'A citation to be made.',
  examples: [{ source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' }],
})
export type NewCitation = z.infer<typeof NewCitation>

export const CitationPatch = NewCitation.partial().meta({
  id: 'CitationPatch',
  description: 'What to change about a citation.',
  examples: [{ note: 'Confirmed by telephone.' }],
})

const relatedLink = {
  article: Reference.nullish().meta({ description: 'The article here that it leads to; else give `url` and `title`.' }),
  url: WebUrl.nullish(),
  title: line(300).nullish().meta({ description: 'For an article here, its headline is shown if this is left out.' }),
  teaser: prose(2_000)
    .nullish()
    .meta({ description: 'For an article here, its summary is shown if this is left out.' }),
  publisher: line(200).nullish(),
  label: line(100)
    .nullish()
    .meta({ examples: ['Check also'] }),
}

/** A link leads to one of two places, and one elsewhere cannot be without a title. */
function oneTarget({
  value,
  issues,
}: z.core.ParsePayload<{ article?: unknown; url?: unknown; title?: unknown }>): void {
  const here = value.article !== undefined && value.article !== null
  const elsewhere = value.url !== undefined && value.url !== null
  const fault = (path: string, message: string) => issues.push({ code: 'custom', message, path: [path], input: value })
  if (here && elsewhere) fault('url', 'must not be given beside `article`: a link leads to one place')
  if (!here && !elsewhere) fault('article', 'is required, or `url`')
  if (!here && elsewhere && (value.title === undefined || value.title === null))
    fault('title', 'is required for a page elsewhere')
}

/** A related link inside an article; an `id` keeps one that is there. */
export const RelatedLinkInput = z
  .strictObject({ id: Id.optional(), ...relatedLink, position: Position })
  .check(oneTarget)
  .meta({ id: 'RelatedLinkInput', description: 'A related link; an `id` keeps the one that has it.' })

export const NewRelatedLink = z
  .strictObject({ ...relatedLink, position: Position })
  .check(oneTarget)
  .meta({
    id: 'NewRelatedLink',
    description: 'A related link to be made.',
    examples: [{ article: 'storm-closes-harbour', label: 'Check also' }],
  })

export type NewRelatedLink = z.infer<typeof NewRelatedLink>

export const RelatedLinkPatch = z.strictObject({ ...relatedLink, position: Position }).meta({
  id: 'RelatedLinkPatch',
  description: 'What to change about a related link.',
  examples: [{ label: 'See too' }],
})

const content = {
  headline: line(300),
  kicker: line(200).nullish().meta({ description: 'The line above the headline.' }),
  standfirst: prose(1_000).nullish().meta({ description: 'The paragraph below the headline.' }),
  summary: prose(2_000).nullish(),
  dateline: z
    .strictObject({ city: line(200), country: Country.nullish() })
    .nullish()
    .meta({ description: 'Where the story was written.' }),
  section: Reference.nullish(),
  authors: z.array(Reference).max(MAX_AUTHORS).optional(),
  tags: z.array(Reference).max(MAX_TAGS).optional(),
  citations: z.array(CitationInput).max(MAX_CITATIONS).optional(),
  relatedLinks: z.array(RelatedLinkInput).max(MAX_RELATED_LINKS).optional(),
  language: Language.optional().meta({ description: '`en` if left out.' }),
  seo: z
    .strictObject({
      title: line(300).nullish(),
      description: prose(1_000).nullish(),
      canonicalUrl: WebUrl.nullish(),
      noIndex: z.boolean().optional(),
    })
    .optional(),
  rights: z
    .strictObject({
      usage: prose(2_000).nullish(),
      copyrightHolder: line(300).nullish(),
      copyrightNotice: prose(1_000).nullish(),
    })
    .optional(),
  externalId: line(200).nullish().meta({ description: 'The id that another system knows it by; unique.' }),
}

const slug = Slug.optional().meta({ description: 'Made from the headline if left out.' })

/** The dates of an article that was published before it came here. */
const dates = {
  publishedAt: Moment.nullish().meta({
    description:
      'When it was first published, if that was elsewhere; never in the future. For admins, and for editors where `EDITORS_MAY_BACKDATE` is set.',
  }),
  updatedAt: Moment.nullish().meta({
    description:
      'When what is published was last changed elsewhere; not before `publishedAt`, which it is if left out. Once the article was live, only with `publish=true` or `changes`.',
  }),
}

const note = prose(2_000).nullish().meta({ description: 'Why; kept with the revision.' })

/** An article without its body, whose blocks have been checked before. */
export const ArticleWithoutBody = z.strictObject({ ...content, slug })
export type ArticleWithoutBody = z.infer<typeof ArticleWithoutBody>

export const NewArticle = z.strictObject({ ...content, slug, ...dates, body: BodyInput.optional(), note }).meta({
  id: 'NewArticle',
  description: 'An article to be made. Only `headline` is required; references are ids or slugs.',
  examples: [
    {
      headline: 'Harbour bridge reopens after storm repairs',
      dateline: { city: 'Port Ellery', country: 'NZ' },
      section: 'world-news',
      authors: ['ana-moreau'],
      summary: 'Traffic returned on Thursday.',
      body: [
        { type: 'paragraph', text: 'The bridge **reopened** on Thursday.' },
        { type: 'quote', text: 'We checked every bolt.', source: 'harbour-office' },
      ],
      citations: [{ source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' }],
      relatedLinks: [{ url: 'https://example.org/tides', title: 'Tides this week', label: 'Check also' }],
    },
  ],
})
export type NewArticle = z.infer<typeof NewArticle>

/** Objects inside an article are patched member by member. */
export const ArticlePatch = z
  .strictObject({
    ...content,
    slug,
    ...dates,
    note,
    body: BodyInput,
    dateline: z
      .strictObject({ city: line(200), country: Country.nullish() })
      .partial()
      .nullish(),
  })
  .partial()
  .meta({
    id: 'ArticlePatch',
    description: 'What to change about an article.',
    examples: [{ summary: 'Traffic returned on Thursday morning.', kicker: null }],
  })
export type ArticlePatch = z.infer<typeof ArticlePatch>
