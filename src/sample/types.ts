/** Request bodies of the sample newsroom. References are slugs of earlier items. */

export type SampleBlock =
  | { type: 'paragraph'; text: string }
  | { type: 'heading'; level: 2 | 3 | 4; text: string }
  | { type: 'quote'; text: string; source?: string; attribution?: string }
  | { type: 'list'; ordered: boolean; items: string[] }
  | { type: 'divider' }
  | { type: 'table'; header: string[]; rows: string[][] }
  | { type: 'image'; url: string; alt: string; caption?: string; credit?: string }
  | { type: 'embed'; url: string; provider?: string }
  | { type: 'code'; text: string; language?: string }

export interface SampleSection {
  name: string
  slug: string
  description?: string
  parent?: string
  position: number
}

export interface SampleTag {
  name: string
  slug: string
  description?: string
}

export interface SampleAuthor {
  name: string
  slug: string
  kind: 'person' | 'organization'
  jobTitle?: string
  bio?: string
  email?: string
  links?: { label: string; url: string }[]
}

export interface SampleSource {
  name: string
  slug: string
  kind: 'outlet' | 'agency' | 'person' | 'organization' | 'document' | 'dataset'
  description?: string
  url?: string
  affiliation?: string
  country?: string
}

export interface SampleCitation {
  source: string
  relation: 'origin' | 'quoted' | 'cited' | 'photo'
  quote?: string
  note?: string
  url?: string
  accessedAt?: string
}

export type SampleRelatedLink =
  | { article: string; label: string }
  | { url: string; title: string; teaser?: string; publisher?: string; label: string }

export interface SampleArticle {
  slug: string
  headline: string
  kicker?: string
  standfirst?: string
  summary: string
  dateline?: { city: string; country: string }
  language?: string
  section: string
  authors: string[]
  tags: string[]
  body: SampleBlock[]
  citations?: SampleCitation[]
  relatedLinks?: SampleRelatedLink[]
  seo?: { title?: string; description?: string }
  rights?: { usage?: string; copyrightHolder?: string; copyrightNotice?: string }
  publish: boolean
}

export interface SampleNewsroom {
  sections: SampleSection[]
  tags: SampleTag[]
  authors: SampleAuthor[]
  sources: SampleSource[]
  articles: SampleArticle[]
}
