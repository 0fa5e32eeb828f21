import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { anonymous } from '../access/roles.ts'
import type { BodyTasksOf } from '../body-tasks/tasks.ts'
import { articleCache } from '../cache/article-cache.ts'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { lastPosition } from '../changes/log.ts'
import type { Article } from '../editions/article.ts'
import { type ArticleJson, documentsOf } from '../editions/cards.ts'
import { entryUrl } from '../editions/site-urls.ts'
import { etagOfChange } from '../http/caching.ts'
import { isUnmodified, notModified } from '../http/conditional-requests.ts'
import { addLinks } from '../http/link-header.ts'
import { mediaTypeText, withMediaType } from '../http/media-type.ts'
import { type PageInfo, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { type FeedFile, feedForms, feedPath } from '../lib/feed-urls.ts'
import { inSlices } from '../lib/slices.ts'
import { articleParameters, filtersIn } from '../listing/filters.ts'
import { listPage } from '../listing/page.ts'
import { pageBySize } from '../listing/page-by-size.ts'
import { dependenciesOf, resolveFilters } from '../listing/query.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { atom } from './atom.ts'
import { type Feed, type FeedItem, type FeedSite, feedArticle, feedItem } from './feed.ts'
import { JsonFeed, jsonFeed } from './json-feed.ts'
import { feedMetadata } from './metadata.ts'
import { rss } from './rss.ts'
import { feedScope } from './scope.ts'
import { tombstonesOf } from './tombstones.ts'

/** How many items a page of a feed has. */
const ITEMS = 50
/** How many bytes of feed items are cached. */
const MAX_CACHE_BYTES = 8 * 1024 * 1024

const [{ type: RSS }, { type: ATOM }, { type: JSON_FEED }] = feedForms

const forms: Record<FeedFile, { id: string; reply: z.ZodType; render: (feed: Feed) => string | Promise<string> }> = {
  'rss.xml': { id: 'Rss', reply: mediaTypeText(RSS, 'The feed, as RSS 2.0.'), render: (feed) => inSlices(rss(feed)) },
  'atom.xml': { id: 'Atom', reply: mediaTypeText(ATOM, 'The feed, as Atom.'), render: (feed) => inSlices(atom(feed)) },
  'feed.json': { id: 'JsonFeed', reply: withMediaType(JsonFeed, JSON_FEED), render: jsonFeed },
}

const { section, author, source, tag, language } = articleParameters
const Query = z.strictObject({ section, author, source, tag, language, cursor: pageParameters.cursor })

export interface FeedDeps {
  storage: Storage
  clock: Clock
  follower: ChangeFollower
  site: FeedSite
  bodyTasksOf: BodyTasksOf
}

/** The routes of the feeds: of the whole site, or of the articles that a filter matches. */
export function registerFeeds(server: FastifyInstance, deps: FeedDeps): void {
  const { storage, follower, clock, site } = deps
  // Items are rendered once for all who read the feed.
  const { renderHtml } = deps.bodyTasksOf(anonymous)
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader
  // Settings that feeds show may have changed with the start.
  const started = timestamp(clock)
  // Rendering the body as HTML costs more than all the rest of a feed.
  const itemCache = articleCache<FeedItem>({ follower }, MAX_CACHE_BYTES, ({ content }) => content?.length ?? 0)

  async function buildItems(missing: string[]) {
    const articles = await inSlices(articlesIn(await documentsOf(db, missing)))
    const bodies = articles.map((article) => ({ blocks: article.body, base: entryUrl(article, site) }))
    const htmls = site.content === 'full' ? await renderHtml(bodies) : []
    return articles.map((article, i) => [article.id, feedItem(article, htmls[i] ?? '', site)] as const)
  }
  function* articlesIn(documents: ArticleJson[]): Generator<void, Article[]> {
    const articles: Article[] = []
    for (const { json } of documents) {
      articles.push(feedArticle(JSON.parse(json) as Article, site))
      yield
    }
    return articles
  }
  const itemsOf = (ids: string[]): Promise<FeedItem[]> => itemCache(ids, buildItems)

  for (const { file, type, title } of feedForms) {
    const { id, reply: schema, render } = forms[file]
    app.get(
      `/feeds/${file}`,
      {
        config: { access: 'live:read', handlesIfModifiedSince: true },
        schema: {
          operationId: `get${id}`,
          summary: `Get the feed as ${title}`,
          description: `The newest ${ITEMS} live articles: all, or those of a section, an author, a tag, a source or a language. Its \`next\` link leads to older ones. Parameters that readers append, such as \`utm_source\`, are ignored.`,
          tags: ['Feeds'],
          querystring: Query,
          replyHeaders: ['Last-Modified', 'Cache-Tag'],
          response: { 200: schema },
        },
      },
      async (request, reply) => {
        const { query, changeToken, url } = request
        const { at } = await lastPosition(db)
        const lastModified = new Date(at > started ? at : started)
        if (isUnmodified(request, reply, lastModified, clock.now()) && changeToken)
          return notModified(reply, etagOfChange(changeToken, url)) as never
        const paging = pageRequest(request, ITEMS)
        const criteria = await resolveFilters(db, filtersIn(query))
        reply.dependsOn = dependenciesOf(criteria)
        const { page, items } = await pageBySize(paging, {
          read: (request) => listPage(db, { criteria, sort: '-publishedAt' }, request),
          load: itemsOf,
          // Escaped for XML, HTML is about twice as long.
          sizeOf: ({ content }) => 2 * (content?.length ?? 0),
        })
        const cursors = paging.info(reply, page)
        const feed = await feedOf({ db, site }, { file, query, cursors, items })
        const hub = feed.links.find(({ rel }) => rel === 'hub')
        // Subscribers look for the hub in the headers first (WebSub, https://www.w3.org/TR/websub/#discovery).
        if (hub) addLinks(reply, [`<${hub.href}>; rel="hub"`, `<${feed.self}>; rel="self"`])
        reply.headers({
          'content-type': `${type}; charset=utf-8`,
          'cache-tag': cacheTagOf(['articles', ...page.rows]),
        })
        return reply.send(await render(feed))
      },
    )
  }
}

/** A page of a feed. The first one has the articles that have left the feed, and the hub if it is published to one. */
async function feedOf(
  { db, site }: { db: Reader; site: FeedSite },
  {
    file,
    query,
    cursors,
    items,
  }: { file: FeedFile; query: z.output<typeof Query>; cursors: Pick<PageInfo, 'next' | 'previous'>; items: FeedItem[] },
): Promise<Feed> {
  const scope = await feedScope(db, query)
  const isFirst = query.cursor === undefined
  const tombstones = isFirst ? await tombstonesOf(db, scope.limits) : []
  const pageUrl = (cursor?: string) => site.api + feedPath(file, { ...query, cursor })
  const link = (rel: Feed['links'][number]['rel'], href: string | null | undefined) => (href ? [{ rel, href }] : [])
  const times = [...items.map(({ updatedAt }) => updatedAt), ...tombstones.map(({ at }) => at)]
  return {
    site,
    id: site.api + feedPath(file, scope.byId),
    ...(await feedMetadata(db, scope, site)),
    self: isFirst ? site.api + feedPath(file, scope.bySlug) : pageUrl(query.cursor),
    links: [
      ...link('first', pageUrl()),
      ...link('previous', cursors.previous && pageUrl(cursors.previous)),
      ...link('next', cursors.next && pageUrl(cursors.next)),
      ...link('hub', isFirst && scope.isPublishedToHub ? site.hub : undefined),
    ],
    updated: times.reduce((latest, time) => (time > latest ? time : latest), EPOCH),
    items,
    tombstones,
  }
}

const EPOCH = '1970-01-01T00:00:00.000Z'
