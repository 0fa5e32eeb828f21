import { urnOf } from '../editions/site.ts'
import { xml } from '../lib/xml.ts'
import type { Feed, Item } from './feed.ts'
import { media } from './media.ts'

/** RSS 2.0 (https://www.rssboard.org/rss-specification), with content, dc, media and atom elements. */
export const rss = ({ site, title, self, links, language, updated, items }: Feed): string =>
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
        ...(language && { language }),
        lastBuildDate: rfc822(updated),
        'atom:link': [
          { '@_rel': 'self', '@_href': self, '@_type': 'application/rss+xml' },
          ...links.map(({ rel, href }) => ({ '@_rel': rel, '@_href': href })),
        ],
        item: items.map(element),
      },
    },
  })

const element = ({ id, url, title, summary, content, authors, categories, image, rights, ...item }: Item) => ({
  title,
  link: url,
  guid: { '@_isPermaLink': 'false', '#text': urnOf(id) },
  pubDate: rfc822(item.publishedAt),
  ...(summary !== null && { description: summary }),
  ...(content !== null && { 'content:encoded': content }),
  'dc:creator': authors,
  'dc:language': item.language,
  ...(rights !== null && { 'dc:rights': rights }),
  category: categories,
  ...(image !== null && { 'media:content': media(image) }),
})

/** A date as RFC 822 has it, with four digits of the year. */
const rfc822 = (time: string): string => new Date(time).toUTCString()
