import type { Block, StoredBlock } from '../body/block.ts'
import { readingTimeMinutes } from '../body/word-count.ts'
import { breadcrumbsOf } from '../catalogue/sections.ts'
import type { Article, ArticleCard, ArticleStatus } from './article.ts'
import type { Content, StoredCitation, StoredRelatedLink } from './content.ts'
import { articlePath, type LoadedReferences } from './reference-loader.ts'

/** What an article is beside its content. */
export interface ArticleState {
  id: string
  slug: string
  status: ArticleStatus
  version: number
  publishedAt: string | null
  updatedAt: string | null
}

/** The article as the world reads it: the content with everything it refers to put in its place. */
export function compileArticle(standing: ArticleState, content: Content, look: LoadedReferences): Article {
  const { id, slug, status, version, publishedAt, updatedAt } = standing
  const lineage = content.section === null ? [] : look.lineage(content.section)
  const section = lineage.at(-1)
  const { headline, kicker, standfirst, summary, dateline, language, seo, rights, externalId, wordCount } = content
  return {
    id,
    slug,
    status,
    version,
    headline,
    kicker,
    standfirst,
    summary,
    dateline,
    section: section ? { id: section.id, slug: section.slug, name: section.name, path: section.path } : null,
    breadcrumbs: [...breadcrumbsOf(lineage), { name: headline, path: articlePath(slug, lineage) }],
    authors: content.authors.flatMap((author) => bylineOf(look.author(author))),
    tags: content.tags.flatMap((tag) => nameOf(look.tag(tag))),
    body: content.body.map((block) => shownBlock(block, look)),
    citations: content.citations.flatMap((citation, position) => shownCitation(citation, position, look)),
    relatedLinks: content.relatedLinks.flatMap((link, position) => shownLink(link, position, look)),
    corrections: look.corrections(id),
    language,
    seo,
    rights,
    externalId,
    publishedAt,
    updatedAt,
    wordCount,
    readingTimeMinutes: readingTimeMinutes(wordCount),
  }
}

/** The article's place in a list. */
export function cardOf(article: Article): ArticleCard {
  const { id, slug, status, headline, kicker, standfirst, summary, dateline, section, authors, tags } = article
  const { language, publishedAt, updatedAt, readingTimeMinutes } = article
  return {
    id,
    slug,
    status,
    headline,
    kicker,
    standfirst,
    summary,
    dateline,
    section,
    authors: authors.map((author) => ({ id: author.id, slug: author.slug, name: author.name })),
    tags,
    language,
    publishedAt,
    updatedAt,
    readingTimeMinutes,
  }
}

type Found<K extends keyof LoadedReferences> = ReturnType<LoadedReferences[K]>

function bylineOf(author: Found<'author'>): Article['authors'] {
  if (!author) return []
  const { id, slug, name, kind, jobTitle, bio, avatar, links } = author
  return [{ id, slug, name, kind: kind as Article['authors'][number]['kind'], jobTitle, bio, avatar, links }]
}

const nameOf = (tag: Found<'tag'>): Article['tags'] => (tag ? [{ id: tag.id, slug: tag.slug, name: tag.name }] : [])

function shownBlock(block: StoredBlock, look: LoadedReferences): Block {
  if (block.type !== 'quote') return block
  const source = block.source === null ? undefined : look.source(block.source)
  const { id, slug, name, kind } = source ?? {}
  return { ...block, source: id && slug && name && kind ? { id, slug, name, kind } : null }
}

function shownCitation(citation: StoredCitation, position: number, look: LoadedReferences): Article['citations'] {
  const source = look.source(citation.source)
  if (!source) return []
  const { id, slug, name, kind, description, url } = source
  const { relation, quote, note, url: page, accessedAt } = citation
  return [
    {
      id: citation.id,
      relation,
      quote,
      note,
      url: page,
      accessedAt,
      position,
      source: { id, slug, name, kind, description, url },
    },
  ]
}

/** A link to an article here says what that article says now, unless the editor said otherwise. */
function shownLink(link: StoredRelatedLink, position: number, look: LoadedReferences): Article['relatedLinks'] {
  const { id, label, title, teaser, publisher } = link
  if (link.article === null) {
    if (link.url === null || title === null) return []
    return [{ id, label, title, teaser, url: link.url, publisher, article: null, position }]
  }
  const target = look.article(link.article)
  if (!target) return []
  return [
    {
      id,
      label,
      title: title ?? target.headline,
      teaser: teaser ?? target.summary,
      url: target.path,
      publisher,
      article: { id: target.id, slug: target.slug },
      position,
    },
  ]
}
