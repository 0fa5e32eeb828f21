/** Word stems, by the algorithms of Snowball (https://snowballstem.org). */
import { createRequire } from 'node:module'
import { BoundedMap, getOrCreate } from './cache.ts'
import { fold } from './tokenizer.ts'

/** Gives the stem of a word in lower case, with its diacritics. */
type Stemmer = (word: string) => string

/** The module of each language's stemmer, by primary subtag. */
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

/** Shorter words have no useful stem, and longer ones are not words of a language. In characters. */
const MIN_LENGTH = 3
const MAX_LENGTH = 40
/** How many stems of a language are cached. */
const CACHE_SIZE = 20_000

const require = createRequire(import.meta.url)

const stemmers = new Map<string, Stemmer>()
/** The cached stems, by language and word. */
const stemCaches = new Map<string, BoundedMap<string, string>>()

/** The languages with a stemmer among those of the tags or ranges, as primary subtags. */
export const stemmedAmong = (tags: Iterable<string>): string[] => [
  ...new Set([...tags].map(primary).filter((language) => language in MODULES)),
]

/** All languages with a stemmer, as primary subtags. */
export const stemmedLanguages: readonly string[] = Object.keys(MODULES)

const primary = (tag: string): string => tag.toLowerCase().split('-', 1)[0] ?? ''

/** The folded stem of a word in lower case; undefined if the word or the language (a primary subtag) has none. */
export function stemOf(word: string, language: string): string | undefined {
  const path = MODULES[language]
  if (path === undefined || word.length < MIN_LENGTH || word.length > MAX_LENGTH) return undefined
  const stems = getOrCreate(stemCaches, language, () => new BoundedMap<string, string>(CACHE_SIZE))
  // A word with a digit has none.
  const stem = getOrCreate(stems, word, () => (/\p{N}/u.test(word) ? '' : fold(stemBy(stemmerOf(path), word))))
  return stem === '' ? undefined : stem
}

/** The stem of the word; none where the stemmer throws, as that of Bulgarian does for many words, such as `министър`. */
function stemBy(stemmer: Stemmer, word: string): string {
  try {
    return stemmer(word)
  } catch {
    return ''
  }
}

const stemmerOf = (path: string): Stemmer => getOrCreate(stemmers, path, () => load(path))

/** Loads a stemmer on its first use: most sites have few languages. */
function load(path: string): Stemmer {
  const loaded = require(path) as Stemmer | { stemmer: Stemmer }
  return typeof loaded === 'function' ? loaded : loaded.stemmer
}
