/** The content of a feed, independent of its format. */
import type { Block } from '../body/block.ts'
import { toHtml } from '../body/to-html.ts'
import { toText } from '../body/to-text.ts'
import type { Article } from '../editions/article.ts'
import { entryUrl, pageUrl, type Site } from '../editions/site-urls.ts'
import { uriOf } from '../lib/uri.ts'

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

export interface FeedItem {
  id: string
  url: string
  title: string
  summary: string | null
  /** HTML; null if the feed has summaries only. */
  content: string | null
  authors: string[]
  categories: string[]
  image: { url: string; alt: string; caption: string | null; credit: string | null } | null
  rights: string | null
  language: string
  publishedAt: string
  updatedAt: string
}

/** The item of an article. */
export function feedItem(article: Article, site: FeedSite): FeedItem {
  const { id, headline, summary, standfirst, authors, tags, section, body, corrections, language, rights } = article
  const blocks = Array.isArray(body) ? body : []
  const image = blocks.find((block) => block.type === 'image')
  const base = entryUrl(article, site)
  return {
    id,
    url: pageUrl(article, site),
    title: headline,
    summary: summary ?? standfirst,
    content: site.content === 'full' ? toHtml(blocks, base) + correctionsOf(corrections, base) : null,
    authors: authors.map(({ name }) => name),
    categories: [...(section ? [section.name] : []), ...tags.map(({ name }) => name)],
    image: image ? feedImage(image) : null,
    rights: rights.copyrightNotice,
    language,
    publishedAt: article.publishedAt ?? '',
    updatedAt: article.updatedAt ?? '',
  }
}

const feedImage = ({ url, alt, caption, credit }: Extract<Block, { type: 'image' }>): FeedItem['image'] => ({
  url: uriOf(url),
  alt,
  caption: caption && toText([{ type: 'paragraph', text: caption }]),
  credit,
})

/** The corrections as HTML, to append to the text. */
const correctionsOf = (corrections: Article['corrections'], base: string): string =>
  corrections
    .map(({ kind, text, at }) => toHtml([{ type: 'paragraph', text: `*${at.slice(0, 10)}, ${kind}:* ${text}` }], base))
    .join('')
