/** The URLs of the feeds: a path for each format, and the filters in the query. */

/** The formats of the feeds, each at a path of its own. */
export const feedForms = [
  { file: 'rss.xml', type: 'application/rss+xml', title: 'RSS' },
  { file: 'atom.xml', type: 'application/atom+xml', title: 'Atom' },
  { file: 'feed.json', type: 'application/feed+json', title: 'JSON Feed' },
] as const
export type FeedFile = (typeof feedForms)[number]['file']

/** The query parameters by which feeds are filtered. */
export const feedFilters = ['section', 'author', 'tag', 'source', 'language'] as const
/** For each filter a comma-separated list of values, any of which matches; of several lists each has to match. */
export type FeedFilters = { [K in (typeof feedFilters)[number]]?: string | string[] | undefined }

type FeedQuery = FeedFilters & { cursor?: string | undefined }

/** The path and the query of a feed, or of one page of it if there is a `cursor`. */
export const feedPath = (file: FeedFile, filters: FeedQuery): string =>
  `/feeds/${file}${queryOf(filters, [...feedFilters, 'cursor'])}`

function queryOf(filters: FeedQuery, names: readonly (keyof FeedQuery)[]): string {
  const pairs = names.flatMap((name) => {
    return [filters[name] ?? []].flat().map((value): [string, string] => [name, value])
  })
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
}

/** Links (RFC 8288) to the feeds with these filters, for `<link rel="alternate">` in a page of the site. */
export function feedLinks(filters: FeedFilters): string[] {
  // Without the cursor of the page: it belongs to another query.
  const query = queryOf(filters, feedFilters)
  return feedForms.map(
    ({ file, type, title }) => `</feeds/${file}${query}>; rel="alternate"; type="${type}"; title="${title}"`,
  )
}

/** The path prefixes that feed readers and search engines request, with the names of the real query parameters of each. */
export const readerParameters = {
  '/feeds/': [...feedFilters, 'cursor'],
  '/sitemap.xml': [],
  '/sitemaps/': [],
  '/news-sitemap.xml': [],
}
