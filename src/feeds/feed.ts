/** What a feed shows, whatever its form. */
import { toHtml } from '../body/to-html.ts'
import type { Article } from '../editions/article.ts'

/** The site that shows the stories. */
export interface Site {
  name: string
  /** Where the site is, without a slash at the end: links to articles begin with it. */
  url: string
  /** Where this service is reached, without a slash at the end: links to feeds begin with it. */
  api: string
  /** Whether items have the whole text, or the summary alone. */
  content: 'full' | 'summary'
}

export interface Feed {
  site: Site
  /** What the feed is of: the site, or a section, an author, a tag or a source of it. */
  title: string
  /** The address of the feed itself, of its first page, and of the next, where there is one. */
  self: string
  first: string
  next: string | null
  updated: string
  items: Item[]
  retracted: Retracted[]
}

/** An article that was taken back. */
export interface Retracted {
  id: string
  at: string
  reason: string
}

export interface Item {
  id: string
  url: string
  title: string
  summary: string | null
  /** HTML; null where only summaries are given. */
  content: string | null
  authors: string[]
  categories: string[]
  image: string | null
  language: string
  publishedAt: string
  updatedAt: string
}

/** The name of an article in every feed, for good: RFC 9562, section 4. */
export const nameOf = (id: string): string => `urn:uuid:${id}`

/** An article as a feed shows it. */
export function itemOf(article: Article, { url, content }: Site): Item {
  const { id, headline, summary, standfirst, authors, tags, section, body, corrections, language, seo } = article
  const blocks = Array.isArray(body) ? body : []
  const image = blocks.find((block) => block.type === 'image')
  return {
    id,
    url: seo.canonicalUrl ?? url + (article.breadcrumbs.at(-1)?.path ?? `/${article.slug}`),
    title: headline,
    summary: summary ?? standfirst,
    content: content === 'full' ? toHtml(blocks) + correctionsOf(corrections) : null,
    authors: authors.map(({ name }) => name),
    categories: [...(section ? [section.name] : []), ...tags.map(({ name }) => name)],
    image: image?.url ?? null,
    language,
    publishedAt: article.publishedAt ?? '',
    updatedAt: article.updatedAt ?? '',
  }
}

/** What was put right, at the end of the text, for readers of the feed too. */
const correctionsOf = (corrections: Article['corrections']): string =>
  corrections
    .map(({ kind, text, at }) => toHtml([{ type: 'paragraph', text: `*${at.slice(0, 10)}, ${kind}:* ${text}` }]))
    .join('')
