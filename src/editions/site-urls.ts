/** The site that shows the articles, and the public URLs and URNs of articles and entries. */
import { uriOf } from '../lib/uri.ts'
import type { Article } from './article.ts'

export interface Site {
  name: string
  /** What the site is about, in a sentence; undefined if it is not configured. */
  description?: string | undefined
  /** The language of the site as a BCP 47 tag; undefined if it is not configured. */
  language?: string | undefined
  /** The URL of the publisher's logo; undefined for none. */
  logo?: string | undefined
  /** The URL of the page on how to license what the site publishes; undefined for none. */
  licensingPage?: string | undefined
  /** The base URL of the site, without a slash at the end. */
  url: string
  /** The base URL of this service, without a slash at the end; feeds have their URLs below it. */
  api: string
  /** Paths of the pages of entries, with `{slug}` in them; undefined for a kind that has no pages. */
  paths: { author: string | undefined; tag: string | undefined; source: string | undefined }
}

/** The URN of an article, or of anything else with an id: permanent, unlike its URL (RFC 9562, section 4). */
export const urnOf = (id: string): string => `urn:uuid:${id}`

/** The members of an article that its URL depends on. */
type Addressable = Pick<Article, 'seo' | 'breadcrumbs' | 'slug'>

/** The URL of an article on the site, whatever its canonical URL is. */
export const entryUrl = ({ breadcrumbs, slug }: Addressable, { url }: Pick<Site, 'url'>): string =>
  url + (breadcrumbs.at(-1)?.path ?? `/${slug}`)

/** The URI of an article: its canonical URL, or else its URL on the site. */
export const pageUrl = (article: Addressable, site: Pick<Site, 'url'>): string =>
  uriOf(article.seo.canonicalUrl ?? entryUrl(article, site))

/** The URI of the page of an author, a tag, a source or a section on the site; undefined if it has no page. */
export function pageOfEntry(
  kind: string,
  { slug, path }: { slug: string; path?: string | undefined },
  { url, paths }: Pick<Site, 'url' | 'paths'>,
): string | undefined {
  const pagePath = kind === 'section' ? path : paths[kind as keyof Site['paths']]?.replaceAll('{slug}', slug)
  return pagePath === undefined ? undefined : uriOf(url + pagePath)
}
