import { type Feed, type Item, nameOf, type Retracted } from './feed.ts'
import { xml } from './xml.ts'

/** Atom (RFC 4287), paged (RFC 5005, section 3), with what was taken back (RFC 6721). */
export const atom = ({ site, title, self, first, next, updated, items, retracted }: Feed): string =>
  xml({
    feed: {
      '@_xmlns': 'http://www.w3.org/2005/Atom',
      '@_xmlns:at': 'http://purl.org/atompub/tombstones/1.0',
      id: first,
      title,
      updated,
      author: { name: site.name },
      link: [
        { '@_rel': 'self', '@_href': self, '@_type': 'application/atom+xml' },
        { '@_rel': 'alternate', '@_href': site.url, '@_type': 'text/html' },
        { '@_rel': 'first', '@_href': first },
        ...(next ? [{ '@_rel': 'next', '@_href': next }] : []),
      ],
      'at:deleted-entry': retracted.map(tombstone),
      entry: items.map(entry),
    },
  })

const tombstone = ({ id, at, reason }: Retracted) => ({ '@_ref': nameOf(id), '@_when': at, 'at:comment': reason })

const entry = ({ id, url, title, summary, content, authors, categories, language, publishedAt, updatedAt }: Item) => ({
  '@_xml:lang': language,
  id: nameOf(id),
  title,
  link: { '@_rel': 'alternate', '@_href': url },
  published: publishedAt,
  updated: updatedAt,
  author: authors.map((name) => ({ name })),
  category: categories.map((term) => ({ '@_term': term })),
  ...(summary !== null && { summary }),
  ...(content !== null && { content: { '@_type': 'html', '#text': content } }),
})
