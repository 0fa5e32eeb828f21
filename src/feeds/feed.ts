/** What a feed shows, whatever its form. */
import type { Block } from '../body/block.ts'
import { toHtml } from '../body/to-html.ts'
import { toText } from '../body/to-text.ts'
import type { Article } from '../editions/article.ts'
import { entryUrl, pageUrl, type Site } from '../editions/site-urls.ts'
import { uriOf } from '../lib/uri.ts'

/** The site whose feeds they are. */
export interface FeedSite extends Site {
  /** Whether items have the whole text, or the summary alone. */
  content: 'full' | 'summary'
  /** The WebSub hub that is told of changes; undefined for none. */
  hub: string | undefined
}

export interface Feed {
  site: Site
  /** The name of the feed for good, whatever the things it is of are called. */
  id: string
  /** What the feed is of: the site, or a section, an author, a tag or a source of it. */
  title: string
  /** What the section, the author, the tag, the source or the site is about; the title where nothing is said. */
  description: string
  /** The page of the site that shows the same: of the section, the author, the tag or the source, or the first page. */
  home: string
  /** The address of this page of the feed. */
  self: string
  /** The pages around it (RFC 5005, section 3), and the hub where one tells of the feed. */
  links: { rel: 'first' | 'previous' | 'next' | 'hub'; href: string }[]
  /** The language that the feed is limited to, or that of the site. */
  language: string | undefined
  updated: string
  items: FeedItem[]
  tombstones: Tombstone[]
}

/** An article that was in the feed and is not any more: since when, and why, if it was taken back. */
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
  /** HTML; null where only summaries are given. */
  content: string | null
  authors: string[]
  categories: string[]
  image: { url: string; alt: string; caption: string | null; credit: string | null } | null
  rights: string | null
  language: string
  publishedAt: string
  updatedAt: string
}

/** An article as a feed shows it. */
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
    image: image ? shownImage(image) : null,
    rights: rights.copyrightNotice,
    language,
    publishedAt: article.publishedAt ?? '',
    updatedAt: article.updatedAt ?? '',
  }
}

const shownImage = ({ url, alt, caption, credit }: Extract<Block, { type: 'image' }>): FeedItem['image'] => ({
  url: uriOf(url),
  alt,
  caption: caption && toText([{ type: 'paragraph', text: caption }]),
  credit,
})

/** What was put right, at the end of the text, for readers of the feed too. */
const correctionsOf = (corrections: Article['corrections'], base: string): string =>
  corrections
    .map(({ kind, text, at }) => toHtml([{ type: 'paragraph', text: `*${at.slice(0, 10)}, ${kind}:* ${text}` }], base))
    .join('')
