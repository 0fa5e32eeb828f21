/** What a list of articles can be filtered and sorted by: this, and nothing else. */
import * as z from 'zod'
import { type FeedFilters, feedFilters, feedLinks } from '../lib/feed-links.ts'
import { separated } from '../lib/names.ts'
import { termsIn } from '../lib/query.ts'
import { Moment, SitePath } from '../lib/shapes.ts'
import { statuses } from './article.ts'

const several = z.string().min(1).max(1_000)
const texts = separated({ type: 'string' })
const references = (noun: string) =>
  several.optional().meta({ description: `Ids or slugs: articles of any ${noun} among them.`, ...texts })

/** How many words and phrases can be searched for at once. */
const MOST_TERMS = 32

/** The query parameter with what is searched for. */
export const queryText = z
  .string()
  .max(500)
  .refine((text) => termsIn(text).length <= MOST_TERMS, `must have at most ${MOST_TERMS} words`)
  .meta({
    description:
      'Words that all have to be there; `"phrases"`; beginnings of words, as in `harb*`. All else is literal.',
  })

const operators = ['gte', 'gt', 'lte', 'lt'] as const
type Operator = (typeof operators)[number]

const time = <N extends string>(name: N) =>
  Object.fromEntries(operators.map((op) => [`${name}[${op}]`, Moment.optional()])) as Record<
    `${N}[${Operator}]`,
    z.ZodOptional<typeof Moment>
  >

export const articleSorts = ['-publishedAt', 'publishedAt', '-updatedAt', 'updatedAt', '-headline', 'headline'] as const
export type ArticleSort = (typeof articleSorts)[number]

/** The query parameters that filter and sort articles. */
export const articleParameters = {
  section: several.optional().meta({
    description: 'Ids, slugs or paths: articles of any section among them or below.',
    ...texts,
  }),
  author: references('author'),
  source: references('source'),
  tag: references('tag'),
  language: several.optional().meta({ description: 'Language tags: articles in any of them.', ...texts }),
  status: several
    .refine((list) => list.split(',').every((one) => (statuses as readonly string[]).includes(one)), {
      message: `must be of ${statuses.join(', ')}`,
    })
    .optional()
    .meta({
      description: 'Articles in any of these states; of use with `version=draft`.',
      ...separated({ type: 'string', enum: statuses }),
    }),
  externalId: z.string().max(200).optional(),
  path: SitePath.optional().meta({
    description: 'The one article that is read at this path of the site, or was.',
    examples: ['/world-news/harbour-bridge-reopens'],
  }),
  q: queryText.optional(),
  ...time('publishedAt'),
  ...time('updatedAt'),
  sort: z.enum(articleSorts).default('-publishedAt').meta({ description: 'The order; `-` is descending.' }),
}

export type TimeFilter = [Operator, string][]

export interface ArticleFilters {
  section?: string | undefined
  author?: string | undefined
  source?: string | undefined
  tag?: string | undefined
  language?: string | undefined
  status?: string | undefined
  externalId?: string | undefined
  path?: string | undefined
  q?: string | undefined
  publishedAt: TimeFilter
  updatedAt: TimeFilter
}

/** The filters among the parameters of a request. */
export function filtersIn(
  query: { [K in keyof typeof articleParameters]?: z.output<(typeof articleParameters)[K]> },
): ArticleFilters {
  const { section, author, source, tag, language, status, externalId, path, q } = query
  const times = (name: 'publishedAt' | 'updatedAt') => {
    const filter: TimeFilter = []
    for (const op of operators) {
      const value = query[`${name}[${op}]`]
      if (value !== undefined) filter.push([op, value])
    }
    return filter
  }
  return {
    section,
    author,
    source,
    tag,
    language,
    status,
    externalId,
    path,
    q,
    publishedAt: times('publishedAt'),
    updatedAt: times('updatedAt'),
  }
}

/** What lists can be limited to and feeds cannot. */
const others = Object.keys(articleParameters).filter((name) => !['sort', ...feedFilters].includes(name))

/** Links to the feeds that show what a list shows: by nothing but what feeds are limited to, the newest first. */
export function feedsOf(query: FeedFilters & { sort: ArticleSort }): string[] {
  const isFeed = query.sort === '-publishedAt' && others.every((name) => query[name as keyof FeedFilters] === undefined)
  return isFeed ? feedLinks(query) : []
}
