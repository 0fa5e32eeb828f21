import type { Feed, Item } from './feed.ts'
import { nameOf } from './feed.ts'
import { xml } from './xml.ts'

/** RSS 2.0 (https://www.rssboard.org/rss-specification), with content, dc, media and atom elements. */
export const rss = ({ site, title, self, first, next, updated, items }: Feed): string =>
  xml({
    rss: {
      '@_version': '2.0',
      '@_xmlns:atom': 'http://www.w3.org/2005/Atom',
      '@_xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      '@_xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      '@_xmlns:media': 'http://search.yahoo.com/mrss/',
      channel: {
        title,
        link: site.url,
        description: title,
        lastBuildDate: httpDate(updated),
        'atom:link': [
          { '@_rel': 'self', '@_href': self, '@_type': 'application/rss+xml' },
          { '@_rel': 'first', '@_href': first },
          ...(next ? [{ '@_rel': 'next', '@_href': next }] : []),
        ],
        item: items.map(element),
      },
    },
  })

const element = ({ id, url, title, summary, content, authors, categories, image, publishedAt }: Item) => ({
  title,
  link: url,
  guid: { '@_isPermaLink': 'false', '#text': nameOf(id) },
  pubDate: httpDate(publishedAt),
  ...(summary !== null && { description: summary }),
  ...(content !== null && { 'content:encoded': content }),
  'dc:creator': authors,
  category: categories,
  ...(image !== null && { 'media:content': { '@_url': image, '@_medium': 'image' } }),
})

/** A date as RFC 822 has it, with four digits of the year. */
const httpDate = (time: string): string => new Date(time).toUTCString()
