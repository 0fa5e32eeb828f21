/** The site that shows the articles, and what things are called outside of this service. */
import type { Article } from './article.ts'

export interface Site {
  name: string
  /** Where the site is, without a slash at the end: addresses of articles begin with it. */
  url: string
  /** Where this service is reached, without a slash at the end: addresses of feeds begin with it. */
  api: string
}

/** The name of an article, or of anything else that has an id, for good: RFC 9562, section 4. */
export const urnOf = (id: string): string => `urn:uuid:${id}`

/** Where an article is read: at its canonical address, or at its path on the site. */
export const pageOf = (
  { seo, breadcrumbs, slug }: Pick<Article, 'seo' | 'breadcrumbs' | 'slug'>,
  { url }: Pick<Site, 'url'>,
): string => seo.canonicalUrl ?? url + (breadcrumbs.at(-1)?.path ?? `/${slug}`)
