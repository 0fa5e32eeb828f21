import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { type Article, ArticleCard } from '../editions/article.ts'
import { documentsOf } from '../editions/cards.ts'
import { cardOf } from '../editions/compile.ts'
import { didYouMean } from '../editions/did-you-mean.ts'
import { COUNTED, facetNames, facetsOf } from '../editions/facets.ts'
import { articleParameters, filtersIn, queryText } from '../editions/filters.ts'
import { highlightsOf } from '../editions/highlight.ts'
import { soughtFor } from '../editions/plan.ts'
import { countHits, type Hit, search } from '../editions/search.ts'
import { PageInfo, pageParameters, pageRequest } from '../http/paging.ts'
import type { ZodTypes } from '../http/zod.ts'
import { namesOf } from '../lib/names.ts'
import { termsIn } from '../lib/query.ts'
import { Id, Slug } from '../lib/shapes.ts'
import type { Storage } from '../storage/storage.ts'

const Marked = z.string().nullable().meta({ description: 'HTML: escaped text with `<mark>`; null without a hit.' })
const Named = z.array(z.object({ id: Id, slug: Slug, name: z.string(), count: z.int() })).optional()

const SearchHit = ArticleCard.extend({
  highlights: z.object({ headline: Marked, summary: Marked, body: Marked }),
  score: z.int().meta({
    description:
      '4: the query stands as a phrase in the headline; 3: all of it in the headline; 2: in headline and summary; 1: anywhere.',
  }),
}).meta({ id: 'SearchHit', description: 'A card, and where in the article the words stand.' })

const SearchResult = z
  .object({
    data: z.array(SearchHit),
    facets: z
      .object({
        section: Named,
        author: Named,
        tag: Named,
        year: z.array(z.object({ year: z.int(), count: z.int() })).optional(),
      })
      .meta({ description: `Of the best ${COUNTED} hits; on the first page only. A section counts what is below it.` }),
    didYouMean: z.string().nullable().meta({ description: 'A query that finds something, where this one does not.' }),
    page: PageInfo,
  })
  .meta({ id: 'SearchResult', description: 'A page of hits: the best first, among equals the newest.' })

const { sort: _, status: __, q: ___, path: ____, ...filters } = articleParameters
const Query = z.strictObject({
  ...pageParameters,
  ...filters,
  q: queryText,
  facets: namesOf(
    [...facetNames, 'none'],
    'The facets wanted, separated by commas; all if left out, `none` for none.',
  ).optional(),
})

/** Search in what is live. */
export function registerSearch(server: FastifyInstance, { storage }: { storage: Storage }): void {
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader

  app.get(
    '/search',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'search',
        summary: 'Search',
        description:
          'In headlines, summaries and bodies of what is live, without regard to case and diacritics. The best hits come first: the phrase in the headline, all words there, all in headline and summary, all anywhere; among equals the newest.',
        tags: ['Articles'],
        querystring: Query,
        replyHeaders: ['Cache-Tag'],
        response: { 200: SearchResult },
      },
    },
    async (request, reply) => {
      const { q, limit, count, cursor, facets = [...facetNames], ...query } = request.query
      const paging = pageRequest(request, limit)
      const sought = await soughtFor(db, filtersIn(query))
      const terms = sought ? termsIn(q) : []
      const page = await search(db, terms, sought, paging)
      const isFirst = cursor === undefined
      const wanted = facetNames.filter((name) => isFirst && facets.includes(name))
      const best = wanted.length > 0 ? await bestHits(page.rows, page.next !== null) : []
      const total = count ? await countHits(db, terms, sought) : undefined
      const meant = isFirst && page.rows.length === 0 ? await didYouMean(db, terms) : undefined
      reply.header('cache-tag', ['articles', ...page.rows.map(({ article }) => article)].join(','))
      return {
        data: await shown(page.rows),
        facets: await facetsOf(db, best, wanted),
        didYouMean: meant ?? null,
        page: paging.info(reply, page, total),
      } as never

      async function bestHits(rows: Hit[], hasMore: boolean): Promise<Hit[]> {
        if (!hasMore) return rows
        return (await search(db, terms, sought, { limit: COUNTED, from: null })).rows
      }

      async function shown(hits: Hit[]) {
        const listed = await documentsOf(
          db,
          hits.map((hit) => hit.article),
        )
        const scores = new Map(hits.map(({ article, score }) => [article, score]))
        return listed.map(({ article: id, json }) => {
          const article = JSON.parse(json) as Article
          return { ...cardOf(article), highlights: highlightsOf(article, terms), score: scores.get(id) }
        })
      }
    },
  )
}
