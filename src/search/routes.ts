import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { type Article, ArticleCard } from '../editions/article.ts'
import { documentsOf } from '../editions/cards.ts'
import { cardOf } from '../editions/compile.ts'
import { PageInfo, pageParameters, pageRequest } from '../http/pagination.ts'
import { asSent, type Sent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { enumList } from '../lib/query-parameters.ts'
import { Id, Slug } from '../lib/schemas.ts'
import type { Term } from '../lib/search-syntax.ts'
import type { BoundedRead } from '../listing/bounded-reads.ts'
import { articleParameters, filtersIn, queryText } from '../listing/filters.ts'
import { indexQueryFor, searchTermsOf } from '../listing/query.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { facetNames, facetsOf, MAX_COUNTED_HITS } from './facets.ts'
import { highlightsOf } from './highlight.ts'
import { countHits, type Hit, searchEditions } from './query.ts'
import { spellingSuggestion } from './spelling.ts'

const HighlightedText = z
  .string()
  .nullable()
  .meta({
    description: 'HTML: escaped text with `<mark>` around the words; null without a hit.',
    examples: ['<mark>Harbour</mark> bridge reopens'],
  })
const count = z.int().meta({ description: 'How many of the hits have it.', examples: [4] })
const entryFacet = (noun: string) =>
  z
    .array(z.object({ id: Id, slug: Slug, name: z.string().meta({ description: `The name of the ${noun}.` }), count }))
    .optional()
    .meta({ description: `The ten ${noun}s with the most hits.` })

const SearchHit = ArticleCard.extend({
  highlights: z
    .object({ headline: HighlightedText, summary: HighlightedText, body: HighlightedText })
    .meta({ description: 'Where the words occur.' }),
  score: z.int().meta({
    examples: [4],
    description:
      '4: the headline has the query as a phrase; 3: the headline has all its words, in any form; 2: in headline and summary; 1: anywhere.',
  }),
}).meta({ id: 'SearchHit', description: 'An article of a search, and where the words occur in it.' })

const SearchResult = z
  .object({
    data: z.array(SearchHit).meta({ description: 'The hits of this page.' }),
    facets: z
      .object({
        section: entryFacet('section'),
        author: entryFacet('author'),
        tag: entryFacet('tag'),
        year: z
          .array(z.object({ year: z.int().meta({ description: 'The year of publication.' }), count }))
          .optional()
          .meta({ description: 'The ten years with the most hits.', examples: [[{ year: 2022, count: 4 }]] }),
      })
      .meta({
        description: `How the best ${MAX_COUNTED_HITS} hits are spread; on the first page only. A section counts those below it too.`,
      }),
    didYouMean: z
      .string()
      .nullable()
      .meta({ description: 'A similar query that finds something, where this one finds nothing.' }),
    page: PageInfo,
  })
  .meta({ id: 'SearchResult', description: 'A page of hits: the best first, among equals the newest.' })

const { status: _, q: __, path: ___, ...filters } = articleParameters
const Query = z.strictObject({
  ...pageParameters,
  ...filters,
  q: queryText.meta({ ...queryText.meta(), examples: ['harbour bridge'] }),
  facets: enumList([...facetNames, 'none'], 'The facets to count; all if left out, `none` for none.').optional(),
})

interface SearchDependencies {
  storage: Storage
  boundedRead: BoundedRead
}

/** Search in live articles. */
export function registerSearch(server: FastifyInstance, { storage, boundedRead }: SearchDependencies): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/search',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'search',
        summary: 'Search articles',
        description:
          'Searches headlines, summaries and bodies of live articles, without regard to case and diacritics. The best hits come first: the phrase in the headline, all words in the headline, all in headline and summary, all anywhere; among equals the newest.',
        tags: ['Articles'],
        querystring: Query,
        replyHeaders: ['Cache-Tag'],
        response: { 200: SearchResult },
      },
    },
    (request, reply) => boundedRead(request, (bounded) => search({ db: storage.reader, bounded }, request, reply)),
  )
}

type SearchRequest = FastifyRequest & { query: z.output<typeof Query> }

/** `bounded` runs what the words of the query decide the cost of, and `db` the rest. */
interface Readers {
  db: Reader
  bounded: Reader
}

/** Handles `GET /v1/search`; sets the headers `Cache-Tag` and `Link`. Throws `invalid-cursor`. */
async function search({ db, bounded }: Readers, request: SearchRequest, reply: FastifyReply): Promise<Sent> {
  const { q, limit, count, cursor, facets = [...facetNames], ...query } = request.query
  const paging = pageRequest(request, limit)
  const isFirst = cursor === undefined
  const countedFacets = facetNames.filter((name) => isFirst && facets.includes(name))
  const indexQuery = await indexQueryFor(db, filtersIn(query))
  const terms = indexQuery ? await searchTermsOf(db, q, query) : []
  const { page, best } = await searchEditions(bounded, terms, indexQuery, {
    ...paging,
    best: countedFacets.length > 0 ? MAX_COUNTED_HITS : 0,
  })
  const total = count ? await countHits(bounded, terms, indexQuery) : undefined
  const findsAny = async (corrected: string): Promise<boolean> => {
    const paged = { limit: 1, from: null, best: 0 }
    const found = await searchEditions(bounded, await searchTermsOf(db, corrected, query), indexQuery, paged)
    return found.page.rows.length > 0
  }
  const suggestion = isFirst && page.rows.length === 0 ? await spellingSuggestion(bounded, terms) : undefined
  reply.header('cache-tag', cacheTagOf(['articles', ...page.rows.map(({ article }) => article)]))
  const result = {
    facets: await facetsOf({ db, bounded }, best, countedFacets),
    data: await searchHits(db, page.rows, terms),
    didYouMean: suggestion !== undefined && (await findsAny(suggestion)) ? suggestion : null,
    page: paging.info(reply, page, total),
  }
  return asSent(reply.send(result))
}

/** Hits as they are sent: the cards of their articles, with highlights and score. */
async function searchHits(db: Reader, hits: Hit[], terms: Term[]) {
  const documents = await documentsOf(
    db,
    hits.map(({ article }) => article),
  )
  const scores = new Map(hits.map(({ article, score }) => [article, score]))
  const found = []
  for (const { article: id, json } of documents) {
    const article = JSON.parse(json) as Article
    found.push({ ...cardOf(article), highlights: highlightsOf(article, terms), score: scores.get(id) })
    // Highlights in a long text take time: other requests run in between.
    if (json.length > LONG_TEXT) await nextEventLoopTurn()
  }
  return found
}

/** From how many characters on an article is long. */
const LONG_TEXT = 50_000
