import type { AccessAttributes } from './attributes.ts'

/** Forms in which a partner can have articles. */
export const formats = ['json', 'ninjs', 'jsonld'] as const
export type Format = (typeof formats)[number]

/** What a partner may have. An empty list sets no limit; sections and tags are ids. */
export interface Grant {
  sections: string[]
  tags: string[]
  languages: string[]
  /** Terms of use, as articles state them in `rights.usage`. */
  usages: string[]
  formats: Format[]
  /** How long before its release a scheduled piece may be seen, in seconds. */
  embargoLeadSeconds: number
}

/** What a grant can limit. */
export type GrantLimit = 'sections' | 'tags' | 'languages' | 'usages'

/** The limits of a grant, by name, with whether an article keeps within each. What is not known of it keeps within. */
export const evaluateLimits = (grant: Grant, facts: AccessAttributes): { rule: GrantLimit; met: boolean }[] => [
  { rule: 'sections', met: isAny(grant.sections, facts.sections) },
  { rule: 'tags', met: isAny(grant.tags, facts.tags) },
  { rule: 'languages', met: isAny(grant.languages, facts.language && [facts.language]) },
  { rule: 'usages', met: isAny(grant.usages, facts.usage === null ? [] : facts.usage && [facts.usage]) },
]

/** Whether an article of which this is known is in the grant; no grant sets no limit. */
export const covers = (grant: Grant | null, facts: AccessAttributes): boolean =>
  grant === null || evaluateLimits(grant, facts).every(({ met }) => met)

const isAny = (granted: string[], actual: string[] | undefined | ''): boolean =>
  granted.length === 0 || !actual || actual.some((one) => granted.includes(one))
