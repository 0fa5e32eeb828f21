import { urnOf } from '../editions/site-urls.ts'
import { TEXT_PLACE, xmlOfMany } from '../lib/xml.ts'
import type { Feed, FeedItem } from './feed.ts'
import { enclosureAttributes, imageElements } from './media.ts'

/** RSS 2.0 (https://www.rssboard.org/rss-specification), with content, dc, media and atom elements, in steps of one item. */
export function rss({ site, home, self, links, language, updated, items, ...feed }: Feed): Generator<void, string> {
  const title = asHtml(feed.title)
  const frame = {
    rss: {
      '@_version': '2.0',
      '@_xmlns:atom': 'http://www.w3.org/2005/Atom',
      '@_xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      '@_xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      '@_xmlns:media': 'http://search.yahoo.com/mrss/',
      channel: {
        title,
        link: home,
        description: asHtml(feed.description),
        ...(language && { language }),
        ...(site.logo && { image: { url: site.logo, title, link: home } }),
        lastBuildDate: rfc822(updated),
        'atom:link': [
          { '@_rel': 'self', '@_href': self, '@_type': 'application/rss+xml' },
          ...links.map(({ rel, href }) => ({ '@_rel': rel, '@_href': href })),
        ],
        ...(items.length > 0 && { item: '' }),
      },
    },
  }
  return xmlOfMany(
    frame,
    'item',
    items.map((item) => ({ element: element(item), text: item.content ?? '' })),
  )
}

/**
 * Plain text as HTML. Feed readers interpret titles and descriptions of RSS 2.0 as HTML, although the specification
 * leaves it open: so `p<0.05` has to be escaped for HTML first, and then for XML. Quotation marks need no escaping.
 */
const asHtml = (text: string): string => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const element = ({ id, url, title, summary, content, authors, categories, image, rights, ...item }: FeedItem) => ({
  title: asHtml(title),
  link: url,
  guid: { '@_isPermaLink': 'false', '#text': urnOf(id) },
  pubDate: rfc822(item.publishedAt),
  ...(summary !== null && { description: asHtml(summary) }),
  ...(content !== null && { 'content:encoded': content && TEXT_PLACE }),
  'dc:creator': authors,
  'dc:language': item.language,
  ...(rights !== null && { 'dc:rights': rights }),
  category: categories,
  // An item of RSS has one enclosure: readers of podcasts take the first only.
  ...(item.recordings[0] && {
    enclosure: enclosureAttributes(item.recordings[0], { url: 'url', type: 'type', length: 'length' }),
  }),
  ...imageElements(image),
})

/** A date according to RFC 822, with a year of four digits. */
const rfc822 = (time: string): string => new Date(time).toUTCString()
