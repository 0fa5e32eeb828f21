import type { Block, StoredBlock } from '../body/block.ts'
import { readingTimeMinutes } from '../body/word-count.ts'
import { breadcrumbsOf } from '../catalogue/section-tree.ts'
import type { Image } from '../lib/media-schemas.ts'
import { imageById } from '../media/image.ts'
import type { Article, ArticleCard, ArticleStatus } from './article.ts'
import { compileImage, compileMediaBlock } from './compile-media.ts'
import type { Content, StoredCitation, StoredRelatedLink } from './content.ts'
import { articlePath, type LoadedReferences } from './reference-loader.ts'

/** The state of an article: all that is compiled beside its content. */
export interface ArticleState {
  id: string
  slug: string
  status: ArticleStatus
  version: number
  publishedAt: string | null
  updatedAt: string | null
}

/** Compiles an article for readers: references are replaced by what is shown of the things they name. */
export function compileArticle(state: ArticleState, content: Content, references: LoadedReferences): Article {
  const { id, slug, status, version, publishedAt, updatedAt } = state
  const lineage = content.section === null ? [] : references.lineage(content.section)
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
    image: compileImage(content.image, references.media),
    section: section ? { id: section.id, slug: section.slug, name: section.name, path: section.path } : null,
    breadcrumbs: [...breadcrumbsOf(lineage), { name: headline, path: articlePath(slug, lineage) }],
    authors: content.authors.flatMap((author) => bylineOf(references.author(author), references)),
    tags: content.tags.flatMap((tag) => tagRefOf(references.tag(tag))),
    body: content.body.flatMap((block) => compileBlock(block, references) ?? []),
    citations: content.citations.flatMap((citation, position) => compileCitation(citation, position, references)),
    relatedLinks: content.relatedLinks.flatMap((link, position) => compileLink(link, position, references)),
    corrections: references.corrections(id),
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

/** The card of an article, as lists show it. */
export function cardOf(article: Article): ArticleCard {
  const { id, slug, status, headline, kicker, standfirst, summary, dateline, section, authors, tags } = article
  const { image, language, publishedAt, updatedAt, readingTimeMinutes } = article
  return {
    id,
    slug,
    status,
    headline,
    kicker,
    standfirst,
    summary,
    dateline,
    image: image && cardImageOf(image),
    section,
    authors: authors.map((author) => ({ id: author.id, slug: author.slug, name: author.name })),
    tags,
    language,
    publishedAt,
    updatedAt,
    readingTimeMinutes,
  }
}

/** The crops that cards have: more would make lists large. */
const CARD_CROPS = ['wide', 'square']

/** The image of a card: without its rights, and with few renditions. */
function cardImageOf({ rights: _, renditions, ...image }: Image): Image {
  return { ...image, renditions: renditions.filter(({ crop }) => CARD_CROPS.includes(crop)) }
}

type Loaded<K extends 'author' | 'tag'> = ReturnType<LoadedReferences[K]>

function bylineOf(author: Loaded<'author'>, { media }: LoadedReferences): Article['authors'] {
  if (!author) return []
  const { id, slug, name, kind, jobTitle, bio, avatar, links } = author
  const image = imageById(author.image, media)
  return [{ id, slug, name, kind: kind as Article['authors'][number]['kind'], jobTitle, bio, avatar, image, links }]
}

const tagRefOf = (tag: Loaded<'tag'>): Article['tags'] => (tag ? [{ id: tag.id, slug: tag.slug, name: tag.name }] : [])

function compileBlock(block: StoredBlock, references: LoadedReferences): Block | null {
  if (block.type !== 'quote') return compileMediaBlock(block, references.media)
  const source = block.source === null ? undefined : references.source(block.source)
  const { id, slug, name, kind } = source ?? {}
  return { ...block, source: id && slug && name && kind ? { id, slug, name, kind } : null }
}

function compileCitation(
  citation: StoredCitation,
  position: number,
  references: LoadedReferences,
): Article['citations'] {
  const source = references.source(citation.source)
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

/**
 * A link to an article of this site has that article's present headline and summary, unless the editor has set others.
 * It is left out while that article is not live.
 */
function compileLink(link: StoredRelatedLink, position: number, references: LoadedReferences): Article['relatedLinks'] {
  const { id, label, title, teaser, publisher } = link
  if (link.article === null) {
    if (link.url === null || title === null) return []
    return [{ id, label, title, teaser, url: link.url, publisher, article: null, position }]
  }
  const target = references.article(link.article)
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
