/** The schemas of the requests that create and change articles. */

import * as z from 'zod'
import { BodyInput } from '../body/body-input.ts'
import { relations } from '../editions/content.ts'
import { MAX_CAPTION, MAX_CREDIT } from '../lib/media.ts'
import { ImageCrop, imageFacts } from '../lib/media-schemas.ts'
import { patchOf } from '../lib/merge-patch.ts'
import { Country, Id, Language, line, MAX_URL, Moment, prose, Reference, Slug, WebUrl } from '../lib/schemas.ts'

const MAX_AUTHORS = 50
const MAX_TAGS = 100
const MAX_CITATIONS = 500
const MAX_RELATED_LINKS = 100
/** An index in a list; any after the last means the end. */
const Position = z
  .int()
  .min(0)
  .max(10_000)
  .optional()
  .meta({ description: 'The place in the list, from 0; at the end unless set.' })

const citation = {
  source: Reference.meta({ description: 'The source, by id or slug.', examples: ['harbour-office'] }),
  relation: z
    .enum(relations)
    .meta({ description: 'How the article uses the source: `origin` is where the whole story comes from.' }),
  quote: prose(5_000).nullish().meta({ description: 'What the source said.' }),
  note: prose(5_000).nullish().meta({ description: 'A note on the citation.' }),
  url: WebUrl.nullish().meta({ description: 'Where it can be read.' }),
  accessedAt: Moment.nullish().meta({ description: 'When it was read there.' }),
}

/** A citation within an article; with an `id`, it replaces the existing one. */
export const CitationInput = z.strictObject({ id: Id.optional(), ...citation, position: Position }).meta({
  id: 'CitationInput',
  description: 'A citation to set; one with the `id` of an existing citation replaces it.',
})

export const NewCitation = z.strictObject({ ...citation, position: Position }).meta({
  id: 'NewCitation',
  description: 'A citation to add.',
  examples: [{ source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' }],
})
export type NewCitation = z.infer<typeof NewCitation>

export const CitationPatch = patchOf({ ...citation, position: Position }).meta({
  id: 'CitationPatch',
  description: 'The changes to a citation.',
  examples: [{ note: 'Confirmed by telephone.' }],
})

const relatedLink = {
  article: Reference.nullish().meta({
    description: 'The article of this site that it leads to; otherwise give `url` and `title`.',
  }),
  url: z
    .string()
    .max(MAX_URL)
    .nullish()
    .meta({
      description:
        'The address of a page elsewhere, http or https. Beside `article` the path that replies have may be sent back: it is not read.',
      examples: ['https://wire.example/1'],
    }),
  title: line(300).nullish().meta({ description: 'The words of the link; the headline of the article unless set.' }),
  teaser: prose(2_000)
    .nullish()
    .meta({ description: 'A sentence below the title; the summary of the article unless set.' }),
  publisher: line(200).nullish().meta({ description: 'Whose page it is, elsewhere.' }),
  label: line(100)
    .nullish()
    .meta({ description: 'A word before the title.', examples: ['Check also'] }),
}

/** A link has either `article` or `url`, and one with a `url` needs a title. */
function checkTarget({
  value,
  issues,
}: z.core.ParsePayload<{ article?: unknown; url?: unknown; title?: unknown }>): void {
  const hasArticle = value.article !== undefined && value.article !== null
  const hasUrl = value.url !== undefined && value.url !== null
  const addIssue = (path: string, message: string) =>
    issues.push({ code: 'custom', message, path: [path], input: value })
  if (hasArticle && hasUrl && !String(value.url).startsWith('/'))
    addIssue('url', 'must not be given beside `article`: a link leads to one place')
  if (!hasArticle && !hasUrl) addIssue('article', 'is required, or `url`')
  if (!hasArticle && hasUrl)
    for (const { message } of WebUrl.safeParse(value.url).error?.issues ?? []) addIssue('url', message)
  if (!hasArticle && hasUrl && (value.title === undefined || value.title === null))
    addIssue('title', 'is required for a page elsewhere')
}

/** A related link within an article; with an `id`, it replaces the existing one. */
export const RelatedLinkInput = z
  .strictObject({ id: Id.optional(), ...relatedLink, position: Position })
  .check(checkTarget)
  .meta({
    id: 'RelatedLinkInput',
    description: 'A related link to set; one with the `id` of an existing link replaces it.',
  })

export const NewRelatedLink = z
  .strictObject({ ...relatedLink, position: Position })
  .check(checkTarget)
  .meta({
    id: 'NewRelatedLink',
    description: 'A related link to add.',
    examples: [{ article: 'storm-closes-harbour', label: 'Check also' }],
  })

export type NewRelatedLink = z.infer<typeof NewRelatedLink>

export const RelatedLinkPatch = patchOf({ ...relatedLink, position: Position }).meta({
  id: 'RelatedLinkPatch',
  description: 'The changes to a related link.',
  examples: [{ label: 'See too' }],
})

/** One line that may be empty. */
const lineOrNothing = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^[^\r\n]*$/, 'must be a single line')
    .nullish()

const dateline = {
  city: line(200).meta({ description: 'The town.' }),
  country: Country.nullish().meta({ description: 'The country (ISO 3166-1 alpha-2).' }),
}

/** What replies add to an image. Requests may have it as replies do: it is not read. */
const shownOfImage = Object.fromEntries(
  ['focalPoint', 'url', ...Object.keys(imageFacts), 'rights'].map((name) => [
    name,
    z.unknown().optional().meta({ description: 'As replies have it; it is not read.' }),
  ]),
)

/** What names an image. One of the two is required; in a patch neither takes null. */
const imageName = {
  media: Reference.meta({ description: 'The image, by id.' }),
  id: Id.meta({ description: 'The same as replies have it, in place of `media`.' }),
}

const image = {
  media: imageName.media.optional().meta({ description: 'The image, by id.' }),
  id: imageName.id.optional().meta({ description: 'The same as replies have it, in place of `media`.' }),
  alt: lineOrNothing(2_000).meta({
    description: 'What it shows, for those who do not see it; that of the media unless set, empty for none.',
  }),
  caption: prose(MAX_CAPTION)
    .nullish()
    .meta({ description: 'The words below it, as plain text; those of the media unless set.' }),
  credit: line(MAX_CREDIT).nullish().meta({ description: 'Who made it; that of the media unless set.' }),
  crop: ImageCrop.nullish().meta({ description: 'The part that the article shows; all unless set.' }),
  ...shownOfImage,
}

/** An image is named by `media`, or by `id` as in replies. */
function checkImage({ value, issues }: z.core.ParsePayload<{ media?: string | undefined; id?: string | undefined }>) {
  const { media, id } = value
  const addIssue = (name: string, message: string, code: string) =>
    issues.push({ code: 'custom', message, path: [name], input: value, params: { code } })
  if (media === undefined && id === undefined) addIssue('media', 'is required', 'required')
  if (media !== undefined && id !== undefined && media !== id) addIssue('id', 'must be that of `media`', 'other_id')
}

const content = {
  headline: line(300).meta({ description: 'The headline.' }),
  kicker: line(200).nullish().meta({ description: 'The line above the headline.' }),
  standfirst: prose(1_000).nullish().meta({ description: 'The paragraph below the headline.' }),
  summary: prose(2_000).nullish().meta({ description: 'What lists and feeds say of it.' }),
  dateline: z.strictObject(dateline).nullish().meta({ description: 'Where the story was written.' }),
  image: z
    .strictObject(image)
    .check(checkImage)
    .nullish()
    .meta({ description: 'The lead image, which cards show, too.' }),
  section: Reference.nullish().meta({ description: 'The section it belongs to, by id or slug.' }),
  authors: z
    .array(Reference)
    .max(MAX_AUTHORS)
    .optional()
    .meta({ description: 'Who wrote it, by id or slug, in their order.' }),
  tags: z.array(Reference).max(MAX_TAGS).optional().meta({ description: 'What it is about, by id or slug.' }),
  citations: z
    .array(CitationInput)
    .max(MAX_CITATIONS)
    .optional()
    .meta({ description: 'All citations; they replace the present ones.' }),
  relatedLinks: z
    .array(RelatedLinkInput)
    .max(MAX_RELATED_LINKS)
    .optional()
    .meta({ description: 'All related links; they replace the present ones.' }),
  language: Language.optional().meta({ description: 'The language of the article (BCP 47); `en` unless set.' }),
  seo: z
    .strictObject({
      title: line(300).nullish().meta({ description: 'The title for search engines, in place of the headline.' }),
      description: prose(1_000).nullish().meta({ description: 'The description for search engines.' }),
      canonicalUrl: WebUrl.nullish().meta({ description: 'The address of the original, if that is elsewhere.' }),
      noIndex: z.boolean().optional().meta({ description: 'Whether search engines should leave the article out.' }),
    })
    .optional()
    .meta({ description: 'What search engines read.' }),
  rights: z
    .strictObject({
      usage: prose(2_000).nullish().meta({ description: 'Terms of use.' }),
      copyrightHolder: line(300).nullish().meta({ description: 'Who holds the copyright.' }),
      copyrightNotice: prose(1_000).nullish().meta({ description: 'The copyright notice.' }),
    })
    .optional()
    .meta({ description: 'Who may use the article, and how.' }),
  externalId: line(200)
    .nullish()
    .meta({ description: 'The id that another system knows it by; no two live articles share one.' }),
}

const slug = Slug.optional().meta({
  description: 'The slug, for editors to choose; derived from the headline unless set.',
})

/** The dates of an article that was published elsewhere before. */
const dates = {
  publishedAt: Moment.nullish().meta({
    description:
      'When it was first published, if that was elsewhere; never in the future. For admins, and for editors where `EDITORS_MAY_BACKDATE` is set.',
  }),
  updatedAt: Moment.nullish().meta({
    description:
      'When what is published was last changed elsewhere; not before `publishedAt`, which it is unless set. Once the article was live, only with `publish=true` or `changes`.',
  }),
}

const note = prose(2_000).nullish().meta({ description: 'Why; stored with the revision.' })

/** An article without its body, which is validated and converted before. */
export const ArticleWithoutBody = z.strictObject({ ...content, slug })
export type ArticleWithoutBody = z.infer<typeof ArticleWithoutBody>

export const NewArticle = z.strictObject({ ...content, slug, ...dates, body: BodyInput.optional(), note }).meta({
  id: 'NewArticle',
  description: 'An article to create. Only `headline` is required; references are ids or slugs.',
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

/** A merge patch of an article, which always has a slug. */
export const ArticlePatch = patchOf({
  ...content,
  slug: Slug.meta({ description: 'The slug, for editors to choose.' }),
  ...dates,
  note,
  body: BodyInput.optional().meta({ description: 'The whole text, in place of the present one.' }),
  image: z
    .strictObject({ ...image, ...imageName })
    .nullish()
    .meta({
      description: 'The lead image. Another `media` comes without the words and the crop of the one before.',
    }),
}).meta({
  id: 'ArticlePatch',
  description:
    'The changes to an article: `null` clears, what is absent stays, arrays replace. What is cleared is as in a new article without it.',
  examples: [{ summary: 'Traffic returned on Thursday morning.', kicker: null }],
})
export type ArticlePatch = z.infer<typeof ArticlePatch>
