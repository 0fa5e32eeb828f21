/** The query parameters that filter and sort lists of articles, and the filters that are parsed from them. */
import * as z from 'zod'
import { NONE } from '../access/references.ts'
import { articleStatuses } from '../editions/article.ts'
import { timeOperators as operators, type TimeFilter } from '../editions/index-key.ts'
import { type FeedFilters, feedFilters, feedLinks } from '../lib/feed-urls.ts'
import { commaSeparated, repeated } from '../lib/query-parameters.ts'
import { Moment } from '../lib/schemas.ts'
import { parseTerms } from '../lib/search-syntax.ts'

const list = z.string().min(1).max(1_000)
const listOfTexts = commaSeparated({ type: 'string' })
/** How often a filter can be repeated. */
const MAX_REPETITIONS = 10
/** A filter by reference: an article must have one reference of each of the lists. */
const anyOf = (description: string, item: z.ZodType<string> = list) =>
  z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).min(1).max(MAX_REPETITIONS))
    .optional()
    .meta({
      description: `${description} Separated by commas, any of them; given several times, each of them.`,
      ...repeated,
    })
/** A list without `none`: which articles show no media is not stored. */
const named = list.refine((value) => !value.split(',').some((one) => one.trim() === NONE), 'must not be `none`')
const references = (description: string) => {
  const filter = anyOf(description)
  return filter.meta({ ...filter.meta(), description: `${filter.description} \`none\` finds articles without.` })
}

/** How many words a search can have, those in phrases included, and how many beginnings of words. */
const MAX_WORDS = 32
const MAX_PREFIXES = 4

/** The query parameter with the text of a search. */
export const queryText = z
  .string()
  .max(500)
  .superRefine((text, { addIssue }) => {
    const terms = parseTerms(text)
    const words = terms.reduce((sum, term) => sum + term.words.length, 0)
    if (words > MAX_WORDS) addIssue(`must have at most ${MAX_WORDS} words, those in phrases included; it has ${words}`)
    const prefixes = terms.filter(({ prefix }) => prefix).length
    if (prefixes > MAX_PREFIXES) addIssue(`must have at most ${MAX_PREFIXES} beginnings of words; it has ${prefixes}`)
  })
  .meta({
    description: `Words that must all occur; \`"phrases"\`; beginnings of words, as in \`harb*\`. Everything else is literal. At most ${MAX_WORDS} words, those in phrases included, and ${MAX_PREFIXES} beginnings.`,
  })

type Operator = (typeof operators)[number]

const comparisons = { gte: 'at or after', gt: 'after', lte: 'at or before', lt: 'before' }

const time = <N extends string>(name: N) =>
  Object.fromEntries(
    operators.map((op) => [
      `${name}[${op}]`,
      Moment.optional().meta({ description: `Articles with \`${name}\` ${comparisons[op]} this time.` }),
    ]),
  ) as Record<`${N}[${Operator}]`, z.ZodOptional<typeof Moment>>

export const articleSorts = ['-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt', '-headline', 'headline'] as const
export type ArticleSort = (typeof articleSorts)[number]

/** Sort orders that only lists of working copies have. */
export const draftSorts = ['publishAt', '-publishAt'] as const
export type DraftSort = ArticleSort | (typeof draftSorts)[number]

const yesOrNo = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .meta({ description, type: 'boolean' })

/** The query parameters that only lists of working copies have. */
export const draftParameters = {
  scheduled: yesOrNo('Whether something is scheduled: a first publication or an update.'),
  hasUnpublishedChanges: yesOrNo('Whether the working copy has revisions that are not live.'),
  createdBy: list
    .optional()
    .meta({ description: 'Ids of keys that created it; `me` is the key of the request.', ...listOfTexts }),
  ...time('publishAt'),
}

/** The query parameters that all lists of articles have. */
export const articleParameters = {
  section: references('Ids, slugs or paths of sections; each with all sections below it.'),
  author: references('Ids or slugs of authors.'),
  source: references('Ids or slugs of sources.'),
  tag: references('Ids or slugs of tags.'),
  media: anyOf('Ids of media that the articles show.', named),
  language: list.optional().meta({
    description: 'Language tags: articles in any of them. `fr` finds `fr-CA` too (RFC 4647, basic filtering).',
    ...listOfTexts,
  }),
  status: list
    .refine(
      (statuses) => statuses.split(',').every((status) => (articleStatuses as readonly string[]).includes(status)),
      {
        message: `must be of ${articleStatuses.join(', ')}`,
      },
    )
    .optional()
    .meta({
      description: 'Articles in any of these states; of use with `version=draft`.',
      ...commaSeparated({ type: 'string', enum: articleStatuses }),
    }),
  externalId: z.string().max(200).optional().meta({ description: 'The article that another system knows by this id.' }),
  path: z
    .string()
    .max(8_000)
    .optional()
    .meta({
      description: 'The one article that is or was at this path of the site; none for a text that is no path.',
      examples: ['/world-news/harbour-bridge-reopens'],
    }),
  q: queryText.optional(),
  ...time('publishedAt'),
  ...time('updatedAt'),
}

/** The filters of a list of articles. Lists are separated by commas. */
export interface ArticleFilters {
  section?: string[] | undefined
  author?: string[] | undefined
  source?: string[] | undefined
  tag?: string[] | undefined
  media?: string[] | undefined
  language?: string | undefined
  status?: string | undefined
  externalId?: string | undefined
  path?: string | undefined
  q?: string | undefined
  publishedAt: TimeFilter
  updatedAt: TimeFilter
}

/** The filters of a list of working copies. */
export interface DraftFilters extends ArticleFilters {
  scheduled?: boolean | undefined
  hasUnpublishedChanges?: boolean | undefined
  createdBy?: string | undefined
  publishAt: TimeFilter
}

type Values<P extends Record<string, z.ZodType>> = { [K in keyof P]?: z.output<P[K]> }

function timesIn<N extends string>(query: { [K in `${N}[${Operator}]`]?: string | undefined }, name: N): TimeFilter {
  return operators.flatMap((op): TimeFilter => {
    const value = query[`${name}[${op}]`]
    return value === undefined ? [] : [[op, value]]
  })
}

/** The filters of a list of working copies, from the parameters of a request. */
export const draftFiltersIn = (
  query: Values<typeof articleParameters> & Values<typeof draftParameters>,
): DraftFilters => ({
  ...filtersIn(query),
  scheduled: query.scheduled,
  hasUnpublishedChanges: query.hasUnpublishedChanges,
  createdBy: query.createdBy,
  publishAt: timesIn(query, 'publishAt'),
})

/** The filters of a list of articles, from the parameters of a request. */
export function filtersIn(query: Values<typeof articleParameters>): ArticleFilters {
  const { section, author, source, tag, media, language, status, externalId, path, q } = query
  return {
    section,
    author,
    source,
    tag,
    media,
    language,
    status,
    externalId,
    path,
    q,
    publishedAt: timesIn(query, 'publishedAt'),
    updatedAt: timesIn(query, 'updatedAt'),
  }
}

/** The filters that lists have and feeds do not. */
const otherFilters = Object.keys(articleParameters).filter((name) => !(feedFilters as readonly string[]).includes(name))

/**
 * Links to the feeds with the articles of a list; none if the list has another order than feeds, or filters that feeds do
 * not have.
 */
export function feedsOf(query: FeedFilters & { sort: DraftSort }): string[] {
  const isFeed =
    query.sort === '-publishedAt' && otherFilters.every((name) => query[name as keyof FeedFilters] === undefined)
  return isFeed ? feedLinks(query) : []
}
