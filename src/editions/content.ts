import type { StoredBlock } from '../body/block.ts'
import { withDerivedIds } from '../body/block-ids.ts'
import { mapMedia } from '../body/media-uses.ts'
import type { Crop } from '../lib/media.ts'

/** How an article uses a source. */
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

/** A link to an article of this site (`article`), or to another page (`url`). */
export interface StoredRelatedLink {
  id: string
  article: string | null
  url: string | null
  title: string | null
  teaser: string | null
  publisher: string | null
  label: string | null
}

/** How an article uses an image. What is null is as the image has it. */
export interface StoredImage {
  media: string
  alt: string | null
  caption: string | null
  credit: string | null
  crop: Crop | null
}

/**
 * All that editors write of an article, as one document with references as ids. It is stored for the working copy and
 * each revision, and in the edition, which is compiled from it.
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
  /** The lead image; absent for none. */
  image?: StoredImage
  citations: StoredCitation[]
  relatedLinks: StoredRelatedLink[]
  language: string
  seo: { title: string | null; description: string | null; canonicalUrl: string | null; noIndex: boolean }
  rights: { usage: string | null; copyrightHolder: string | null; copyrightNotice: string | null }
  externalId: string | null
  /** The number of words in the body, stored so that compiling needs no parser. */
  wordCount: number
}

/** A content as editors work on it: each block has an id, also in one that was stored before blocks had them. */
export function editableContent(stored: unknown): Content {
  const content = stored as Content
  const body = withDerivedIds(content.body)
  return body === content.body ? content : { ...content, body }
}

/** Kinds of references of which lists can be filtered by having none. */
export const optionalKinds = ['section', 'author', 'source', 'tag'] as const

/** Kinds of references that lists can be filtered by. */
export const filterKinds = [...optionalKinds, 'media'] as const

/** Kinds of `articleRefs`. */
export type RefKind = 'author' | 'source' | 'section' | 'tag' | 'media' | 'article' | 'citation' | 'related-link'

export interface Ref {
  kind: RefKind
  ref: string
}

/**
 * A reference of a live edition, as lists are filtered by it. The language is stored as a reference too. `ref` is `NONE`
 * where the edition has no reference of the kind. Citations are left out: no list is filtered by them.
 */
export interface LiveRef {
  kind: Exclude<RefKind, 'citation'> | 'language'
  ref: string
}

/** Kinds of the things that a content refers to. */
export type ReferenceKind = Exclude<RefKind, 'citation' | 'related-link'>

/**
 * The content with every reference replaced by what `map` gives for it. Null leaves the reference out, and with it what is
 * nothing without it, such as a citation. This is the only place that knows where a content has references.
 */
export function mapRefs(content: Content, map: (kind: ReferenceKind, ref: string) => string | null): Content {
  const one = (kind: ReferenceKind, ref: string | null) => (ref === null ? null : map(kind, ref))
  const each = (kind: ReferenceKind, refs: string[]) => [...new Set(refs.flatMap((ref) => map(kind, ref) ?? []))]
  /** The object with the reference in one of its members replaced. */
  const within = <K extends string, T extends { [name in K]?: string | null }>(
    kind: ReferenceKind,
    name: K,
    object: T & { [name in K]: string },
  ): T | null => {
    const ref = map(kind, object[name])
    return ref === null ? null : { ...object, [name]: ref }
  }
  const { section, authors, tags, body, image, citations, relatedLinks } = content
  const lead = image && within('media', 'media', image)
  const mapped: Content = {
    ...content,
    ...(lead && { image: lead }),
    authors: each('author', authors),
    citations: citations.flatMap((citation) => within('source', 'source', citation) ?? []),
    body: body.flatMap((block) =>
      block.type === 'quote'
        ? { ...block, source: one('source', block.source) }
        : (mapMedia(block, (item) => within('media', 'media', item)) ?? []),
    ),
    section: one('section', section),
    tags: each('tag', tags),
    relatedLinks: relatedLinks.flatMap((link) =>
      link.article === null ? link : (within('article', 'article', { ...link, article: link.article }) ?? []),
    ),
  }
  if (lead === null) delete mapped.image
  return mapped
}

/** What a content refers to, and its citations and related links, each once. Sections are without their ancestors. */
export function refsOf(content: Content): Ref[] {
  const found: Record<RefKind, Set<string>> = {
    author: new Set(),
    source: new Set(),
    section: new Set(),
    tag: new Set(),
    media: new Set(),
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
