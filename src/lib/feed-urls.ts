/** Where the feeds are: what they are of is in the query. */

/** The forms of the feeds, each a file of its own. */
export const feedForms = [
  { file: 'rss.xml', type: 'application/rss+xml', title: 'RSS' },
  { file: 'atom.xml', type: 'application/atom+xml', title: 'Atom' },
  { file: 'feed.json', type: 'application/feed+json', title: 'JSON Feed' },
] as const
export type FeedFile = (typeof feedForms)[number]['file']

/** What feeds can be limited to. */
export const feedFilters = ['section', 'author', 'tag', 'source', 'language'] as const
/** For each filter a comma-separated list, any of which has to hold; of several lists each. */
export type FeedFilters = { [K in (typeof feedFilters)[number]]?: string | string[] | undefined }

type FeedQuery = FeedFilters & { cursor?: string | undefined }

/** The path and the query of a feed; of one page of it with a cursor. */
export const feedPath = (file: FeedFile, filters: FeedQuery): string =>
  `/feeds/${file}${queryOf(filters, [...feedFilters, 'cursor'])}`

function queryOf(filters: FeedQuery, names: readonly (keyof FeedQuery)[]): string {
  const given = names.flatMap((name) => {
    return [filters[name] ?? []].flat().map((value): [string, string] => [name, value])
  })
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

/** Links (RFC 8288) to the feeds of what a page is about, for `<link rel="alternate">` in a site's head. */
export function feedLinks(filters: FeedFilters): string[] {
  // Not with the cursor that the page may have: it is one of another query.
  const query = queryOf(filters, feedFilters)
  return feedForms.map(
    ({ file, type, title }) => `</feeds/${file}${query}>; rel="alternate"; type="${type}"; title="${title}"`,
  )
}

/** Beginnings of the paths that feed readers and search engines ask for, with the parameters that count there. */
export const readerParameters = {
  '/feeds/': [...feedFilters, 'cursor'],
  '/sitemap.xml': [],
  '/sitemaps/': [],
  '/news-sitemap.xml': [],
}
