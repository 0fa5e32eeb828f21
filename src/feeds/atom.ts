import { urnOf } from '../editions/site-urls.ts'
import { TEXT_PLACE, xmlOfMany } from '../lib/xml.ts'
import type { Feed, FeedItem, Tombstone } from './feed.ts'
import { enclosureAttributes, imageElements } from './media.ts'

/** Atom (RFC 4287), paged (RFC 5005, section 3), with tombstones (RFC 6721), in steps of one entry. */
export function atom({
  site,
  id,
  title,
  description,
  home,
  self,
  links,
  language,
  updated,
  items,
  tombstones,
}: Feed): Generator<void, string> {
  const frame = {
    feed: {
      '@_xmlns': 'http://www.w3.org/2005/Atom',
      '@_xmlns:at': 'http://purl.org/atompub/tombstones/1.0',
      '@_xmlns:media': 'http://search.yahoo.com/mrss/',
      ...(language && { '@_xml:lang': language }),
      id,
      title,
      subtitle: description,
      ...(site.logo && { logo: site.logo }),
      updated,
      author: { name: site.name },
      link: [
        { '@_rel': 'self', '@_href': self, '@_type': 'application/atom+xml' },
        { '@_rel': 'alternate', '@_href': home, '@_type': 'text/html' },
        ...links.map(({ rel, href }) => ({ '@_rel': rel, '@_href': href })),
      ],
      'at:deleted-entry': tombstones.map(tombstone),
      ...(items.length > 0 && { entry: '' }),
    },
  }
  return xmlOfMany(
    frame,
    'entry',
    items.map((item) => ({ element: entry(item), text: item.content ?? '' })),
  )
}

const tombstone = ({ id, at, reason }: Tombstone) => ({
  '@_ref': urnOf(id),
  '@_when': at,
  ...(reason !== null && { 'at:comment': reason }),
})

const entry = ({ id, url, title, summary, content, authors, categories, image, rights, ...item }: FeedItem) => ({
  '@_xml:lang': item.language,
  id: urnOf(id),
  title,
  link: [
    { '@_rel': 'alternate', '@_href': url },
    ...item.recordings.map((recording) => ({
      '@_rel': 'enclosure',
      ...enclosureAttributes(recording, { url: 'href', type: 'type', length: 'length' }),
    })),
  ],
  published: item.publishedAt,
  updated: item.updatedAt,
  author: authors.map((name) => ({ name })),
  category: categories.map((term) => ({ '@_term': term })),
  ...(rights !== null && { rights }),
  ...(summary !== null && { summary }),
  ...(content !== null && { content: { '@_type': 'html', ...(content && TEXT_PLACE) } }),
  ...imageElements(image),
})
