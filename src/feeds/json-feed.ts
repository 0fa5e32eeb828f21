import * as z from 'zod'
import { urnOf } from '../editions/site.ts'
import { Timestamp } from '../lib/shapes.ts'
import type { Feed } from './feed.ts'

const Named = z.object({ name: z.string() })

export const JsonFeed = z
  .object({
    version: z.literal('https://jsonfeed.org/version/1.1'),
    title: z.string(),
    home_page_url: z.string(),
    feed_url: z.string(),
    next_url: z.string().optional(),
    language: z.string().optional(),
    hubs: z.array(z.object({ type: z.string(), url: z.string() })).optional(),
    items: z.array(
      z.object({
        id: z.string(),
        url: z.string(),
        title: z.string(),
        summary: z.string().optional(),
        content_html: z.string().optional(),
        content_text: z.string().optional(),
        image: z.string().optional(),
        date_published: Timestamp,
        date_modified: Timestamp,
        authors: z.array(Named),
        tags: z.array(z.string()),
        language: z.string(),
      }),
    ),
  })
  .meta({ id: 'JsonFeed', description: 'A page of a JSON Feed.' })

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
export function jsonFeed({ site, title, self, links, language, items }: Feed): string {
  const linked = (wanted: string) => links.find(({ rel }) => rel === wanted)?.href
  const [next, hub] = [linked('next'), linked('hub')]
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: site.url,
    feed_url: self,
    ...(next && { next_url: next }),
    ...(language && { language }),
    ...(hub && { hubs: [{ type: 'WebSub', url: hub }] }),
    items: items.map(({ id, url, content, ...item }) => ({
      id: urnOf(id),
      url,
      title: item.title,
      ...(item.summary !== null && { summary: item.summary }),
      // An item has to have a text of one kind.
      ...(content === null ? { content_text: item.summary ?? item.title } : { content_html: content }),
      ...(item.image !== null && { image: item.image.url }),
      date_published: item.publishedAt,
      date_modified: item.updatedAt,
      authors: item.authors.map((name) => ({ name })),
      tags: item.categories,
      language: item.language,
    })),
  })
}
