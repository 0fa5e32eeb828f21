import * as z from 'zod'
import { urnOf } from '../editions/site-urls.ts'
import { Timestamp } from '../lib/schemas.ts'
import type { Feed, FeedRecording } from './feed.ts'

const FeedAuthor = z.object({
  name: z.string().meta({ description: 'The name of the author.', examples: ['Ana Moreau'] }),
})

export const JsonFeed = z
  .object({
    version: z.literal('https://jsonfeed.org/version/1.1').meta({ description: 'The version of the format.' }),
    title: z.string().meta({ description: 'The title of the feed.', examples: ['The Port Ellery Courier'] }),
    description: z
      .string()
      .meta({ description: 'What the feed holds.', examples: ['The latest articles of The Port Ellery Courier.'] }),
    icon: z
      .string()
      .optional()
      .meta({ description: 'The logo of the site.', examples: ['https://site.example/logo.png'] }),
    home_page_url: z
      .string()
      .meta({ description: 'The page that the feed belongs to.', examples: ['https://site.example'] }),
    feed_url: z
      .string()
      .meta({ description: 'The address of the feed.', examples: ['https://api.site.example/feeds/feed.json'] }),
    next_url: z.string().optional().meta({ description: 'The address of the next page; absent on the last.' }),
    language: z.string().optional().meta({ description: 'The language of the feed (BCP 47), if it has one alone.' }),
    hubs: z
      .array(
        z.object({
          type: z.string().meta({ description: 'The protocol.' }),
          url: z.string().meta({ description: 'The address of the hub.' }),
        }),
      )
      .optional()
      .meta({ description: 'Hubs that announce changes.' }),
    items: z
      .array(
        z.object({
          id: z.string().meta({
            description: 'What names the article for good.',
            examples: ['urn:uuid:0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'],
          }),
          url: z.string().meta({
            description: 'Where the article is read.',
            examples: ['https://site.example/world-news/harbour-bridge-reopens'],
          }),
          title: z
            .string()
            .meta({ description: 'The headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
          summary: z.string().optional().meta({ description: 'The summary.' }),
          content_html: z.string().optional().meta({ description: 'The text as HTML.' }),
          content_text: z.string().optional().meta({ description: 'The summary, where the feed has no texts.' }),
          image: z.string().optional().meta({ description: 'The address of the lead image, or of the first image.' }),
          banner_image: z.string().optional().meta({ description: 'The address of the lead image, cut wide.' }),
          date_published: Timestamp.meta({ description: 'When it first went live.' }),
          date_modified: Timestamp.meta({ description: 'When it last changed.' }),
          authors: z.array(FeedAuthor).meta({ description: 'Who wrote it.' }),
          tags: z.array(z.string()).meta({ description: 'Names of its section and tags.', examples: [['World News']] }),
          language: z.string().meta({ description: 'The language of the article (BCP 47).', examples: ['en'] }),
          attachments: z
            .array(
              z.object({
                url: z.string().meta({ description: 'The address of the file.' }),
                mime_type: z.string().meta({ description: 'Its type.', examples: ['audio/mpeg'] }),
                size_in_bytes: z.int().meta({ description: 'Its size.' }),
                duration_in_seconds: z.number().optional().meta({ description: 'How long it is.' }),
              }),
            )
            .optional()
            .meta({ description: 'The recordings in the article.' }),
        }),
      )
      .meta({ description: 'The articles, newest first.' }),
  })
  .meta({ id: 'JsonFeed', description: 'A page of a JSON Feed.' })

const attachment = ({ url, mimeType, byteSize, duration }: FeedRecording) => ({
  url,
  mime_type: mimeType,
  size_in_bytes: byteSize,
  ...(duration !== null && { duration_in_seconds: duration }),
})

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
export function jsonFeed({ site, title, description, home, self, links, language, items }: Feed): string {
  const hrefOf = (relation: string) => links.find(({ rel }) => rel === relation)?.href
  const [next, hub] = [hrefOf('next'), hrefOf('hub')]
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    description,
    ...(site.logo && { icon: site.logo }),
    home_page_url: home,
    feed_url: self,
    ...(next && { next_url: next }),
    ...(language && { language }),
    ...(hub && { hubs: [{ type: 'WebSub', url: hub }] }),
    items: items.map(({ id, url, content, ...item }) => ({
      id: urnOf(id),
      url,
      title: item.title,
      ...(item.summary !== null && { summary: item.summary }),
      // The format requires content_html or content_text.
      ...(content === null ? { content_text: item.summary ?? item.title } : { content_html: content }),
      ...(item.image !== null && { image: item.image.url }),
      ...(item.image?.banner && { banner_image: item.image.banner.url }),
      date_published: item.publishedAt,
      date_modified: item.updatedAt,
      authors: item.authors.map((name) => ({ name })),
      tags: item.categories,
      language: item.language,
      ...(item.recordings.length > 0 && { attachments: item.recordings.map(attachment) }),
    })),
  })
}
