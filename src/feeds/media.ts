import type { FeedItem } from './feed.ts'

/** The image of an item as a Media RSS element (https://www.rssboard.org/media-rss). */
export const mediaContent = ({ url, alt, caption, credit }: NonNullable<FeedItem['image']>) => ({
  '@_url': url,
  '@_medium': 'image',
  ...(alt && { 'media:title': alt }),
  ...(caption && { 'media:description': caption }),
  ...(credit && { 'media:credit': credit }),
})
