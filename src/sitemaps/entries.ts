/** The articles of a period as entries of a sitemap, in batches, so that a large site is never held in memory. */
import { and, eq, gte, lte, type SQL, sql } from 'drizzle-orm'
import type { Article } from '../editions/article.ts'
import { imagesOf, withAbsoluteMedia } from '../editions/article-media.ts'
import { pageUrl, type Site } from '../editions/site-urls.ts'
import { recompile } from '../editions/store.ts'
import { uriOf } from '../lib/uri.ts'
import { memberOf } from '../storage/dialect.ts'
import { preparedVariants } from '../storage/prepared-statements.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { isUrlWithinLimit, MAX_IMAGES_PER_PAGE } from './limits.ts'

/** How many articles one query reads; the event loop handles other requests before the next. */
const BATCH = 200

export interface SitemapEntry {
  loc: string
  headline: string
  language: string
  publishedAt: string
  updatedAt: string
  /** The addresses of the images on the page. */
  images: string[]
}

/** A range of articles: after `from` up to the time `until`, in one direction, `maxArticles` at most. */
export interface ArticleSpan {
  from: { publishedAt: string; article: string }
  until: string
  isDescending: boolean
  maxArticles: number
}

const select = preparedVariants('sitemap_entries', (db, direction: 'asc' | 'desc') => {
  const isFalling = direction === 'desc'
  const position = sql`(${editions.publishedAt}, ${editions.article})`
  const from = sql`(${sql.placeholder('publishedAt')}, ${sql.placeholder('article')})`
  const until = sql.placeholder('until') as unknown as SQL<string>
  const order = sql.raw(direction)
  return db
    .select({
      article: editions.article,
      slug: editions.slug,
      language: editions.language,
      publishedAt: editions.publishedAt,
      updatedAt: editions.updatedAt,
      headline: memberOf(editions.document, 'headline'),
      seo: memberOf(editions.document, 'seo'),
      breadcrumbs: memberOf(editions.document, 'breadcrumbs'),
      image: memberOf(editions.document, 'image'),
      body: memberOf(editions.document, 'body'),
      stale: staleEditions.article,
    })
    .from(editions)
    .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
    .where(
      and(
        isFalling ? sql`${position} < ${from}` : sql`${position} > ${from}`,
        isFalling ? gte(editions.publishedAt, until) : lte(editions.publishedAt, until),
      ),
    )
    .orderBy(sql`${editions.publishedAt} ${order}`, sql`${editions.article} ${order}`)
    .limit(sql.placeholder('limit'))
})

/**
 * The articles of a span that search engines may list, in batches: without those with `seo.noIndex`, and those whose
 * canonical URL is on another site.
 */
export async function* articleEntries(
  db: Reader,
  site: Site,
  { from, until, isDescending: isFalling, maxArticles: most }: ArticleSpan,
): AsyncGenerator<SitemapEntry[]> {
  let [place, left] = [from, most]
  while (left > 0) {
    const limit = Math.min(BATCH, left)
    const rows = await select(db, isFalling ? 'desc' : 'asc', { ...place, until, limit })
    const stale = await recompile(
      db,
      rows.filter((row) => row.stale !== null).map(({ article }) => article),
    )
    const fresh = new Map(stale.map(({ article, document }) => [article, JSON.parse(document) as Article]))
    yield rows.flatMap((row) => {
      const article = fresh.get(row.article) ?? {
        slug: row.slug,
        headline: JSON.parse(row.headline) as Article['headline'],
        seo: JSON.parse(row.seo) as Article['seo'],
        breadcrumbs: JSON.parse(row.breadcrumbs) as Article['breadcrumbs'],
        image: JSON.parse(row.image) as Article['image'],
        body: JSON.parse(row.body) as Article['body'],
      }
      const page = pageUrl(article, site)
      if (article.seo.noIndex || !isOnSite(site, page) || !isUrlWithinLimit(page)) return []
      const { language, publishedAt, updatedAt } = row
      return [
        { loc: page, headline: article.headline, language, publishedAt, updatedAt, images: imageUrls(article, site) },
      ]
    })
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    place = { publishedAt: last.publishedAt, article: last.article }
    left -= rows.length
    await new Promise(setImmediate)
  }
}

const imageUrls = (article: Pick<Article, 'image' | 'body'>, { api }: Site): string[] => {
  const urls = imagesOf(withAbsoluteMedia(api, article)).map(({ url }) => uriOf(url))
  return [...new Set(urls.filter(isUrlWithinLimit))].slice(0, MAX_IMAGES_PER_PAGE)
}

/** A sitemap may list URLs of its own site only (https://www.sitemaps.org/protocol.html#location). */
const isOnSite = ({ url }: Site, page: string): boolean => new URL(page).origin === new URL(url).origin
