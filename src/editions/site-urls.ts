/** The site that shows the articles, and what things are called outside of this service. */
import { uriOf } from '../lib/uri.ts'
import type { Article } from './article.ts'

export interface Site {
  name: string
  /** What the site is about, in a sentence; undefined if nothing is said. */
  description?: string | undefined
  /** The language of the site as a BCP 47 tag; undefined if nothing is said. */
  language?: string | undefined
  /** The address of the publisher's logo; undefined for none. */
  logo?: string | undefined
  /** Where the site is, without a slash at the end: addresses of articles begin with it. */
  url: string
  /** Where this service is reached, without a slash at the end: addresses of feeds begin with it. */
  api: string
  /** Paths of the pages of entries, with `{slug}` in them; undefined for a kind that has no pages. */
  paths: { author: string | undefined; tag: string | undefined; source: string | undefined }
}

/** The name of an article, or of anything else that has an id, for good: RFC 9562, section 4. */
export const urnOf = (id: string): string => `urn:uuid:${id}`

/** What tells where an article is read. */
type Placed = Pick<Article, 'seo' | 'breadcrumbs' | 'slug'>

/** Where the site has an article, wherever its canonical address may be. */
export const entryUrl = ({ breadcrumbs, slug }: Placed, { url }: Pick<Site, 'url'>): string =>
  url + (breadcrumbs.at(-1)?.path ?? `/${slug}`)

/** Where an article is read, as a URI: at its canonical address, or at its path on the site. */
export const pageUrl = (article: Placed, site: Pick<Site, 'url'>): string =>
  uriOf(article.seo.canonicalUrl ?? entryUrl(article, site))

/** Where the site has the page of an author, a tag, a source or a section; undefined if it has none. */
export function pageOfEntry(
  kind: string,
  { slug, path }: { slug: string; path?: string | undefined },
  { url, paths }: Pick<Site, 'url' | 'paths'>,
): string | undefined {
  const own = kind === 'section' ? path : paths[kind as keyof Site['paths']]?.replaceAll('{slug}', slug)
  return own === undefined ? undefined : uriOf(url + own)
}
