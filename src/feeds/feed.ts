/** The content of a feed, independent of its format. */
import type { Block } from '../body/block.ts'
import { toHtml } from '../body/to-html.ts'
import type { Article } from '../editions/article.ts'
import { imagesOf, type ShownImage, withAbsoluteMedia, withMediaFor } from '../editions/article-media.ts'
import { entryUrl, pageUrl, type Site } from '../editions/site-urls.ts'
import type { Rendition } from '../lib/media-schemas.ts'
import { uriOf } from '../lib/uri.ts'
import { wholeOf } from '../media/image.ts'

/** The site that the feeds are of. */
export interface FeedSite extends Site {
  /** Whether items have the full text, or the summary only. */
  content: 'full' | 'summary'
  /** The WebSub hub that is notified of changes; undefined for none. */
  hub: string | undefined
}

export interface Feed {
  site: Site
  /** A permanent id, which does not change when a section, author, tag or source is renamed. */
  id: string
  /** The name of the site, followed by those of the section, author, tag or source that the feed is limited to. */
  title: string
  /** The description of the section, author, tag, source or site; the title if there is none. */
  description: string
  /** The page of the site that shows the same: of the section, the author, the tag or the source, or the first page. */
  home: string
  /** The address of this page of the feed. */
  self: string
  /** The neighbouring pages (RFC 5005, section 3), and the hub that the feed is published to. */
  links: { rel: 'first' | 'previous' | 'next' | 'hub'; href: string }[]
  /** The language that the feed is limited to, or that of the site. */
  language: string | undefined
  updated: string
  items: FeedItem[]
  tombstones: Tombstone[]
}

/** An article that has left the feed: when, and why if it was retracted. */
export interface Tombstone {
  id: string
  at: string
  reason: string | null
}

/** A size of an image. */
interface FeedRendition {
  url: string
  width: number
  height: number
}

export interface FeedImage {
  url: string
  alt: string
  /** Plain text. */
  caption: string | null
  credit: string | null
  copyright: string | null
  mimeType: string | null
  width: number | null
  height: number | null
  /** Cut to the width of a banner, and to a square. */
  banner: FeedRendition | null
  thumbnail: FeedRendition | null
}

export interface FeedRecording {
  url: string
  mimeType: string
  byteSize: number
  /** In seconds; null if it is not known. */
  duration: number | null
}

export interface FeedItem {
  id: string
  url: string
  title: string
  summary: string | null
  /** HTML; null if the feed has summaries only. */
  content: string | null
  authors: string[]
  categories: string[]
  image: FeedImage | null
  /** The recordings that are media of this service. */
  recordings: FeedRecording[]
  rights: string | null
  language: string
  publishedAt: string
  updatedAt: string
}

/** An article as feeds show it: with the media that everyone may have. */
export const feedArticle = (whole: Article, site: FeedSite): Article =>
  withAbsoluteMedia(site.api, withMediaFor('allowed', whole))

/** The item of an article of `feedArticle`, with its body as HTML. */
export function feedItem(article: Article, html: string, site: FeedSite): FeedItem {
  const { id, headline, summary, standfirst, authors, tags, section, body, corrections, language, rights } = article
  const blocks = Array.isArray(body) ? body : []
  const [image] = imagesOf(article)
  const base = entryUrl(article, site)
  return {
    id,
    url: pageUrl(article, site),
    title: headline,
    summary: summary ?? standfirst,
    content: site.content === 'full' ? html + correctionsOf(corrections, base) : null,
    authors: authors.map(({ name }) => name),
    categories: [...(section ? [section.name] : []), ...tags.map(({ name }) => name)],
    image: image ? feedImage(image) : null,
    recordings: blocks.flatMap(recordingOf),
    rights: rights.copyrightNotice,
    language,
    publishedAt: article.publishedAt ?? '',
    updatedAt: article.updatedAt ?? '',
  }
}

function feedImage({ url, alt, caption, credit, renditions, rights }: ShownImage): FeedImage {
  const whole = wholeOf(renditions)
  const cut = (crop: string) => renditions.find((one) => one.crop === crop) ?? null
  return {
    url: uriOf(url),
    alt,
    caption,
    credit,
    copyright: rights?.holder ?? null,
    mimeType: whole?.mimeType ?? null,
    width: whole?.width ?? null,
    height: whole?.height ?? null,
    banner: cut('wide'),
    thumbnail: smallestOf(cut('square')),
  }
}

/** The smallest size of a rendition: the first that its `srcset` has. */
function smallestOf(rendition: Rendition | null): FeedRendition | null {
  if (!rendition) return null
  const [url = rendition.url, size] = rendition.srcset.split(', ')[0]?.split(' ') ?? []
  const width = Number.parseInt(size ?? '', 10) || rendition.width
  return { url, width, height: Math.round((width * rendition.height) / rendition.width) }
}

function recordingOf(block: Block): FeedRecording[] {
  if (block.type !== 'audio' && block.type !== 'video') return []
  const { url, mimeType, byteSize, duration = null } = block
  return mimeType === undefined || byteSize === undefined ? [] : [{ url: uriOf(url), mimeType, byteSize, duration }]
}

/** The corrections as HTML, to append to the text. */
const correctionsOf = (corrections: Article['corrections'], base: string): string =>
  corrections
    .map(({ kind, text, at }) => toHtml([{ type: 'paragraph', text: `*${at.slice(0, 10)}, ${kind}:* ${text}` }], base))
    .join('')
