/** Stems: what the forms of a word have in common, by Snowball's algorithms (https://snowballstem.org). */
import { createRequire } from 'node:module'
import { BoundedMap, getOrCreate } from './cache.ts'
import { fold } from './tokenizer.ts'

/** The stem of a word in lower case, as its language writes it. */
type Stemmer = (word: string) => string

/** Where the stemmer of a language is, by its primary subtag. */
const MODULES: Record<string, string> = {
  ar: '@orama/stemmers/arabic',
  bg: '@orama/stemmers/bulgarian',
  da: '@orama/stemmers/danish',
  de: '@orama/stemmers/german',
  el: '@orama/stemmers/greek',
  en: 'wink-porter2-stemmer',
  es: '@orama/stemmers/spanish',
  fi: '@orama/stemmers/finnish',
  fr: '@orama/stemmers/french',
  ga: '@orama/stemmers/irish',
  hi: '@orama/stemmers/indian',
  hu: '@orama/stemmers/hungarian',
  hy: '@orama/stemmers/armenian',
  id: '@orama/stemmers/indonesian',
  it: '@orama/stemmers/italian',
  lt: '@orama/stemmers/lithuanian',
  nb: '@orama/stemmers/norwegian',
  ne: '@orama/stemmers/nepali',
  nl: '@orama/stemmers/dutch',
  nn: '@orama/stemmers/norwegian',
  no: '@orama/stemmers/norwegian',
  pt: '@orama/stemmers/portuguese',
  ro: '@orama/stemmers/romanian',
  ru: '@orama/stemmers/russian',
  sr: '@orama/stemmers/serbian',
  sv: '@orama/stemmers/swedish',
  ta: '@orama/stemmers/tamil',
  tr: '@orama/stemmers/turkish',
  uk: '@orama/stemmers/ukrainian',
}

/** Shorter words have no forms worth a stem; longer ones are no words of a language. */
const SHORTEST = 3
const LONGEST = 40
/** How many words of a language are remembered with their stems. */
const MOST_KNOWN = 20_000

const require = createRequire(import.meta.url)

const stemmers = new Map<string, Stemmer>()
const known = new Map<string, BoundedMap<string, string>>()

/** The languages that have stems, of those that some tags or ranges name; by their primary subtags. */
export const stemmedAmong = (tags: Iterable<string>): string[] => [
  ...new Set([...tags].map(primary).filter((language) => language in MODULES)),
]

/** All languages that have stems. */
export const stemmedLanguages: readonly string[] = Object.keys(MODULES)

const primary = (tag: string): string => tag.toLowerCase().split('-', 1)[0] ?? ''

/** The stem of a word in lower case, folded; undefined for what has none. `language` is a primary subtag. */
export function stemOf(word: string, language: string): string | undefined {
  const path = MODULES[language]
  if (path === undefined || word.length < SHORTEST || word.length > LONGEST || /\p{N}/u.test(word)) return undefined
  const stems = getOrCreate(known, language, () => new BoundedMap<string, string>(MOST_KNOWN))
  const stem = getOrCreate(stems, word, () => fold(getOrCreate(stemmers, path, () => load(path))(word)))
  return stem === '' ? undefined : stem
}

/** Loads a stemmer when a text of its language comes: few sites have many. */
function load(path: string): Stemmer {
  const loaded = require(path) as Stemmer | { stemmer: Stemmer }
  return typeof loaded === 'function' ? loaded : loaded.stemmer
}
