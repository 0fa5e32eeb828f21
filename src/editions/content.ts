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

/** Things that articles are filtered by through the tables of references. */
export const filterKinds = ['section', 'author', 'source', 'tag'] as const

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

/** Kinds of what a content refers to. */
type ReferenceKind = Exclude<RefKind, 'citation' | 'related-link'>

/**
 * The content with every reference put through `map`; all else stays, its texts among it. The one place that knows where
 * in a content references stand.
 */
export function mapRefs(content: Content, map: (kind: ReferenceKind, ref: string) => string): Content {
  const one = (kind: ReferenceKind, ref: string | null) => (ref === null ? null : map(kind, ref))
  const each = (kind: ReferenceKind, refs: string[]) => [...new Set(refs.map((ref) => map(kind, ref)))]
  const { section, authors, tags, body, citations, relatedLinks } = content
  return {
    ...content,
    authors: each('author', authors),
    citations: citations.map((citation) => ({ ...citation, source: map('source', citation.source) })),
    body: body.map((block) => (block.type === 'quote' ? { ...block, source: one('source', block.source) } : block)),
    section: one('section', section),
    tags: each('tag', tags),
    relatedLinks: relatedLinks.map((link) => ({ ...link, article: one('article', link.article) })),
  }
}

/** What a content refers to, and the parts of it that have an id of their own; each once. Sections without ancestors. */
export function refsOf(content: Content): Ref[] {
  const found: Record<RefKind, Set<string>> = {
    author: new Set(),
    source: new Set(),
    section: new Set(),
    tag: new Set(),
    article: new Set(),
    citation: new Set(content.citations.map(({ id }) => id)),
    'related-link': new Set(content.relatedLinks.map(({ id }) => id)),
  }
  mapRefs(content, (kind, ref) => {
    found[kind].add(ref)
    return ref
  })
  return (Object.keys(found) as RefKind[]).flatMap((kind) => [...found[kind]].map((ref) => ({ kind, ref })))
}
