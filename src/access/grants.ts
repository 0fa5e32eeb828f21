import type { AccessAttributes } from './attributes.ts'

/** The formats in which a partner can read articles. */
export const formats = ['json', 'ninjs', 'jsonld'] as const
export type Format = (typeof formats)[number]

/** What a partner may read. An empty list sets no limit; sections and tags are ids. */
export interface Grant {
  sections: string[]
  tags: string[]
  languages: string[]
  /** Terms of use, as articles state them in `rights.usage`. */
  usages: string[]
  formats: Format[]
  /** How long before its release a scheduled article may be read, in seconds. */
  embargoLeadSeconds: number
  /** Whether it covers media whose rights leave that to the grant. Grants of earlier releases are without. */
  media?: boolean
}

/** The attributes that a grant can limit. */
export type GrantLimit = 'sections' | 'tags' | 'languages' | 'usages'

/** The limits of a grant, with whether the article meets each. An attribute that is not known meets its limit. */
export const evaluateLimits = (grant: Grant, attributes: AccessAttributes): { rule: GrantLimit; met: boolean }[] => [
  { rule: 'sections', met: isAny(grant.sections, attributes.sections) },
  { rule: 'tags', met: isAny(grant.tags, attributes.tags) },
  { rule: 'languages', met: isAny(grant.languages, attributes.language && [attributes.language]) },
  { rule: 'usages', met: isAny(grant.usages, attributes.usage === null ? [] : attributes.usage && [attributes.usage]) },
]

/** Whether a grant covers an article with these attributes; null, no grant, covers every article. */
export const covers = (grant: Grant | null, attributes: AccessAttributes): boolean =>
  grant === null || evaluateLimits(grant, attributes).every(({ met }) => met)

const isAny = (granted: string[], actual: string[] | undefined | ''): boolean =>
  granted.length === 0 || !actual || actual.some((one) => granted.includes(one))
