import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { lastPosition } from '../changes/log.ts'
import type { Site } from '../editions/site-urls.ts'
import { etagOfChange } from '../http/caching.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { matchesEtag, notModified } from '../http/conditional-requests.ts'
import { acceptedCoding, codedEtag, compress, compressed } from '../http/content-coding.ts'
import { mediaTypeText } from '../http/media-type.ts'
import { asSent, type Sent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { Clock } from '../lib/clock.ts'
import { digest } from '../lib/etag.ts'
import { notFound } from '../lib/problem.ts'
import { elements, XML_DECLARATION, xml } from '../lib/xml.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { catalogueEntries, cataloguePages, catalogueSpan } from './catalogue.ts'
import { articleEntries, type SitemapEntry } from './entries.ts'
import { imageBytes, MAX_IMAGE_BYTES } from './limits.ts'
import { monthPages, monthSpan } from './pages.ts'

const SITEMAP = 'http://www.sitemaps.org/schemas/sitemap/0.9'
/** https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap */
const NEWS = 'http://www.google.com/schemas/sitemap-news/0.9'
/** https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps */
const IMAGE = 'http://www.google.com/schemas/sitemap-image/1.1'
/** How old news may be, in milliseconds, and how many articles the news sitemap may list. */
const MAX_NEWS_AGE = 2 * 86_400_000
const MAX_NEWS = 1_000

const XML = 'application/xml'
const CONTENT_TYPE = `${XML}; charset=utf-8`

const ByPage = z.strictObject({
  page: z
    .string()
    .max(50)
    .meta({ description: 'The page, as the index names it.', examples: ['2030-01.xml', 'sections.xml'] }),
})

const tags = ['Sitemaps']

/**
 * The routes of the sitemaps (https://www.sitemaps.org/protocol.html): the index, one sitemap for each month and each kind
 * of catalogue entries, and the news of two days.
 */
export function registerSitemaps(
  server: FastifyInstance,
  { storage, clock, site }: { storage: Storage; clock: Clock; site: Site },
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader

  app.get(
    '/sitemap.xml',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'getSitemapIndex',
        summary: 'Get the sitemap index',
        description: 'Lists the sitemaps of live articles, one or more for each month.',
        tags,
        querystring: NoQuery,
        replyHeaders: ['Cache-Tag'],
        response: {
          200: mediaTypeText(
            XML,
            'The sitemaps there are: of the articles of each month, and of sections, authors and tags.',
          ),
        },
      },
    },
    async (_request, reply) => {
      const ofEntries = (await cataloguePages(db, site)).map((name) => ({ name, updatedAt: undefined }))
      const sitemap = [...(await monthPages(db)), ...ofEntries].map(({ name, updatedAt }) => ({
        loc: `${site.api}/sitemaps/${name}.xml`,
        ...(updatedAt && { lastmod: updatedAt }),
      }))
      reply.headers({ 'content-type': CONTENT_TYPE, 'cache-tag': 'articles' })
      return xml({ sitemapindex: { '@_xmlns': SITEMAP, sitemap } })
    },
  )

  app.get(
    '/sitemaps/:page',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'getSitemap',
        summary: 'Get a sitemap',
        description: 'The articles first published in a month.',
        tags,
        params: ByPage,
        querystring: NoQuery,
        replyHeaders: ['Cache-Tag'],
        response: {
          200: mediaTypeText(
            XML,
            'The articles first published in a month with their images, or the pages of sections, authors or tags; 10,000 at most.',
          ),
        },
      },
    },
    async (request, reply) => {
      const [, name = ''] = /^(.+)\.xml$/.exec(request.params.page) ?? []
      const etag = await etagOf(db, request)
      const entries = await entriesIn(db, site, name)
      if (!entries) throw notFound('sitemap')
      return sendUncached(request, reply, etag, Readable.from(urlset(entries), { objectMode: false }))
    },
  )

  app.get(
    '/news-sitemap.xml',
    {
      config: { access: 'live:read', dependsOnTime: true },
      schema: {
        operationId: 'getNewsSitemap',
        summary: 'Get the news sitemap',
        description: 'The articles of the last two days, for Google News.',
        tags,
        querystring: NoQuery,
        replyHeaders: ['Cache-Tag'],
        response: { 200: mediaTypeText(XML, 'The articles of the last two days, the newest first; 1,000 at most.') },
      },
    },
    async (request, reply) => {
      const news = await newsOf(db, site, clock.now())
      const url = news.map((entry) => newsUrl(entry, site))
      const text = xml({ urlset: { '@_xmlns': SITEMAP, '@_xmlns:news': NEWS, '@_xmlns:image': IMAGE, url } })
      return sendUncached(request, reply, `"${digest(text)}"`, text)
    },
  )
}

/** Sends a sitemap that no cache holds, and so compresses it each time; 304 to a client that has it. */
async function sendUncached(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  etag: string,
  text: string | Readable,
): Promise<Sent> {
  if (matchesEtag(headers, etag)) return notModified(reply, etag)
  reply.headers({ 'content-type': CONTENT_TYPE, 'cache-tag': 'articles', etag })
  const coding = acceptedCoding(headers['accept-encoding'])
  if (coding === undefined) return asSent(reply.send(text))
  reply.headers({ 'content-encoding': coding, etag: codedEtag(etag, coding) })
  const isWhole = typeof text === 'string'
  return asSent(reply.send(isWhole ? await compress(Buffer.from(text), coding) : compressed(text, coding)))
}

/** The newest articles that may be in the news sitemap at a time. */
async function newsOf(db: Reader, site: Site, now: Date): Promise<SitemapEntry[]> {
  const from = { publishedAt: new Date(now.getTime() + 1).toISOString(), article: '' }
  const until = new Date(now.getTime() - MAX_NEWS_AGE).toISOString()
  const span = { from, until, isDescending: true, maxArticles: Number.POSITIVE_INFINITY }
  const news: SitemapEntry[] = []
  for await (const entries of articleEntries(db, site, span)) {
    news.push(...entries)
    if (news.length >= MAX_NEWS) break
  }
  return news.slice(0, MAX_NEWS)
}

/** The ETag, from the last change: it is known before the sitemap, which takes long to write. */
async function etagOf(db: Reader, { changeToken, url }: FastifyRequest): Promise<string> {
  if (changeToken) return etagOfChange(changeToken, url)
  const { seq, at } = await lastPosition(db)
  return etagOfChange(`${seq} ${at}`, url)
}

/** What a sitemap lists, in batches: the articles of a month, or the entries of a kind; undefined if there is none. */
async function entriesIn(db: Reader, site: Site, name: string): Promise<AsyncIterable<SitemapUrl[]> | undefined> {
  const span = await monthSpan(db, name)
  if (span) return articleEntries(db, site, span)
  const catalogue = await catalogueSpan(db, site, name)
  return catalogue && catalogueEntries(db, site, catalogue)
}

type SitemapUrl = Pick<SitemapEntry, 'loc' | 'updatedAt'> & { images?: string[] }

async function* urlset(batches: AsyncIterable<SitemapUrl[]>): AsyncGenerator<string> {
  yield `${XML_DECLARATION}<urlset xmlns="${SITEMAP}" xmlns:image="${IMAGE}">`
  let bytesLeft = MAX_IMAGE_BYTES
  for await (const entries of batches) {
    const url = entries.map(({ loc, updatedAt, images = [] }) => {
      const bytes = imageBytes(images)
      const fits = bytes <= bytesLeft
      if (fits) bytesLeft -= bytes
      return { loc, lastmod: updatedAt, ...(fits && imagesOf(images)) }
    })
    yield elements({ url })
  }
  yield '</urlset>'
}

const imagesOf = (images: string[]) => ({ 'image:image': images.map((url) => ({ 'image:loc': url })) })

const newsUrl = ({ loc, headline, language, publishedAt, images }: SitemapEntry, { name }: Site) => ({
  loc,
  'news:news': {
    'news:publication': { 'news:name': name, 'news:language': newsLanguage(language) },
    'news:publication_date': publishedAt,
    'news:title': headline,
  },
  ...imagesOf(images),
})

/** A language as Google News expects it: two or three letters; Chinese by its script. */
function newsLanguage(tag: string): string {
  const { language, script } = new Intl.Locale(tag).maximize()
  if (language !== 'zh') return language
  return script === 'Hant' ? 'zh-tw' : 'zh-cn'
}
