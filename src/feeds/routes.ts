import { desc } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Article } from '../editions/article.ts'
import { documentsOf } from '../editions/cards.ts'
import { articleParameters, filtersIn } from '../editions/filters.ts'
import { list } from '../editions/list.ts'
import { ofType, textOf } from '../http/media-type.ts'
import { pageParameters, pageRequest } from '../http/paging.ts'
import type { ZodTypes } from '../http/zod.ts'
import { retractions } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import { atom } from './atom.ts'
import { type Feed, itemOf, type Site } from './feed.ts'
import { JsonFeed, jsonFeed } from './json-feed.ts'
import { rss } from './rss.ts'

/** How many items a page of a feed has, and how many of the last retractions it tells. */
const ITEMS = 50

const RSS = 'application/rss+xml'
const ATOM = 'application/atom+xml'
const JSON_FEED = 'application/feed+json'

const forms = [
  { file: 'rss.xml', id: 'Rss', title: 'RSS 2.0', type: RSS, reply: textOf(RSS, 'The feed, as RSS 2.0.'), render: rss },
  { file: 'atom.xml', id: 'Atom', title: 'Atom', type: ATOM, reply: textOf(ATOM, 'The feed, as Atom.'), render: atom },
  {
    file: 'feed.json',
    id: 'JsonFeed',
    title: 'JSON Feed 1.1',
    type: JSON_FEED,
    reply: ofType(JsonFeed, JSON_FEED),
    render: jsonFeed,
  },
]

const { section, author, source, tag, language } = articleParameters
const Query = z.strictObject({ section, author, source, tag, language, cursor: pageParameters.cursor })

/** The feeds: of the whole site, or of what a filter lets through. */
export function registerFeeds(server: FastifyInstance, { storage, site }: { storage: Storage; site: Site }): void {
  const app = server.withTypeProvider<ZodTypes>()
  for (const { file, id, title, type, reply: shape, render } of forms)
    app.get(
      `/feeds/${file}`,
      {
        config: { access: 'live:read' },
        schema: {
          operationId: `get${id}`,
          summary: `Read the feed as ${title}`,
          description: `The newest ${ITEMS} articles, of all or of a section, an author, a tag, a source or a language; older ones by its \`next\` link.`,
          tags: ['Feeds'],
          querystring: Query,
          response: { 200: shape },
        },
      },
      async (request, reply) => {
        const { query } = request
        const paging = pageRequest(request, ITEMS)
        const wanted = { filters: filtersIn(query), sort: '-publishedAt' } as const
        const page = await list(storage.reader, wanted, paging)
        const documents = await documentsOf(storage.reader, page.rows)
        const { next } = paging.info(reply, page)
        const items = documents.map(({ json }) => itemOf(JSON.parse(json) as Article, site))
        const retracted = await storage.reader.select().from(retractions).orderBy(desc(retractions.at)).limit(ITEMS)
        const times = [...items.map(({ updatedAt }) => updatedAt), ...retracted.map(({ at }) => at)]
        const updated = times.reduce((latest, time) => (time > latest ? time : latest), EPOCH)
        const feed: Feed = {
          site,
          title: titleOf(site, query),
          self: site.api + request.url,
          first: addressOf(site, file, { ...query, cursor: undefined }),
          next: next && addressOf(site, file, { ...query, cursor: next }),
          updated,
          items,
          retracted: retracted.map(({ article, at, reason }) => ({ id: article, at, reason })),
        }
        reply.headers({
          'content-type': `${type}; charset=utf-8`,
          'last-modified': new Date(updated).toUTCString(),
          'cache-tag': ['articles', ...page.rows].join(','),
        })
        return reply.send(render(feed))
      },
    )
}

const EPOCH = '1970-01-01T00:00:00.000Z'

/** The name of the site, and what the feed is limited to. */
function titleOf({ name }: Site, query: z.output<typeof Query>): string {
  const limits = [query.section, query.author, query.tag, query.source, query.language].filter(Boolean)
  return limits.length > 0 ? `${name}: ${limits.join(', ')}` : name
}

function addressOf({ api }: Site, file: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = new URLSearchParams(given).toString()
  return `${api}/feeds/${file}${search && `?${search}`}`
}
