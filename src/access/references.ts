/** The references of an article as lists, feeds and caches know them: by kind, in the words of their filters. */
import { rangesOf } from '../lib/languages.ts'
import type { AccessAttributes } from './attributes.ts'

/** Stored in place of an id where an article has no reference of a kind, so that lists can be filtered by that. */
export const NONE = 'none'

/** The ids that an article refers to, by kind; for languages, all ranges that match its language. */
export type References = Partial<Record<string, string[]>>

/** The references among the stored attributes of an article; what the attributes do not include is left out. */
export function referencesIn({ sections, authors, tags, sources, language }: AccessAttributes): References {
  const known = {
    section: orNone(sections),
    author: orNone(authors),
    tag: orNone(tags),
    source: orNone(sources),
    language: language === undefined ? undefined : rangesOf(language),
  }
  return Object.fromEntries(Object.entries(known).filter(([, refs]) => refs !== undefined))
}

const orNone = (refs: string[] | undefined) => (refs?.length === 0 ? [NONE] : refs)
