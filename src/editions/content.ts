import type { StoredBlock } from '../body/block.ts'

/** How an article is tied to a source. */
export const relations = ['origin', 'quoted', 'cited', 'photo'] as const
export type Relation = (typeof relations)[number]

export interface StoredCitation {
  id: string
  source: string
  relation: Relation
  quote: string | null
  note: string | null
  url: string | null
  accessedAt: string | null
}

/** Leads to an article here (`article`), or to a page elsewhere (`url`). */
export interface StoredRelatedLink {
  id: string
  article: string | null
  url: string | null
  title: string | null
  teaser: string | null
  publisher: string | null
  label: string | null
}

/**
 * All that editors write of an article, as one document; what it refers to stands in it as ids. The newsroom keeps it
 * as the working copy, the newsstand as what an edition is compiled from.
 */
export interface Content {
  headline: string
  kicker: string | null
  standfirst: string | null
  summary: string | null
  dateline: { city: string; country: string | null } | null
  section: string | null
  authors: string[]
  tags: string[]
  body: StoredBlock[]
  citations: StoredCitation[]
  relatedLinks: StoredRelatedLink[]
  language: string
  seo: { title: string | null; description: string | null; canonicalUrl: string | null; noIndex: boolean }
  rights: { usage: string | null; copyrightHolder: string | null; copyrightNotice: string | null }
  externalId: string | null
  /** Of the body's words; kept, so that compiling needs no parser. */
  wordCount: number
}

/** In the place of a reference: the article has none of the kind. */
export const NONE = 'none'

/** Kinds of `articleRefs`. */
export type RefKind = 'author' | 'source' | 'section' | 'tag' | 'article' | 'citation' | 'related-link'

export interface Ref {
  kind: RefKind
  ref: string
}

/**
 * What a live edition refers to. Lists are filtered by its language as by the rest, and by what it has none of: `ref` is
 * `NONE` then. Nobody looks for its citations.
 */
export interface LiveRef {
  kind: Exclude<RefKind, 'citation'> | 'language'
  ref: string
}

/** What a content refers to, and the parts of it that have an id of their own; each once. Sections without ancestors. */
export function refsOf(content: Content): Ref[] {
  const quoted = content.body.flatMap((block) => (block.type === 'quote' && block.source ? [block.source] : []))
  const related = content.relatedLinks.flatMap(({ article }) => (article === null ? [] : [article]))
  const all: Record<RefKind, string[]> = {
    author: content.authors,
    source: [...content.citations.map(({ source }) => source), ...quoted],
    section: content.section === null ? [] : [content.section],
    tag: content.tags,
    article: related,
    citation: content.citations.map(({ id }) => id),
    'related-link': content.relatedLinks.map(({ id }) => id),
  }
  return (Object.keys(all) as RefKind[]).flatMap((kind) => [...new Set(all[kind])].map((ref) => ({ kind, ref })))
}
