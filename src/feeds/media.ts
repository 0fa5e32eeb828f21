/** The media of an item, in the elements of RSS and Media RSS (https://www.rssboard.org/media-rss). */
import type { FeedImage, FeedItem } from './feed.ts'

/** The image of an item as elements: the image itself, and a small one of it. */
export const imageElements = (image: FeedImage | null) =>
  image === null
    ? {}
    : {
        'media:content': mediaContent(image),
        ...(image.thumbnail && {
          'media:thumbnail': {
            '@_url': image.thumbnail.url,
            '@_width': image.thumbnail.width,
            '@_height': image.thumbnail.height,
          },
        }),
      }

const mediaContent = ({ url, mimeType, width, height, alt, caption, credit, copyright }: FeedImage) => ({
  '@_url': url,
  '@_medium': 'image',
  ...(mimeType && { '@_type': mimeType }),
  ...(width && height && { '@_width': width, '@_height': height }),
  ...(alt && { 'media:title': alt }),
  ...(caption && { 'media:description': caption }),
  ...(credit && { 'media:credit': credit }),
  ...(copyright && { 'media:copyright': copyright }),
})

/** The recordings of an item as links to files, with the names of attributes that the format has. */
export const enclosureAttributes = (
  { url, mimeType, byteSize }: FeedItem['recordings'][number],
  names: { url: string; type: string; length: string },
) => ({ [`@_${names.url}`]: url, [`@_${names.type}`]: mimeType, [`@_${names.length}`]: byteSize })
