import { stemOf } from './stems.ts'
import { type Token, tokensIn } from './tokenizer.ts'

/** The stem of a word in one language, named by its primary subtag. */
export interface Stem {
  language: string
  stem: string
}

/** What has to stand in a text: words right behind one another; of the last one only the beginning, if it is a prefix. */
export interface Term {
  words: string[]
  prefix: boolean
  /** A single word in lower case as it was written: other forms of it are found, too. */
  form?: string | undefined
  /** What other forms of the word have in common with it. */
  stems?: Stem[] | undefined
}

/** A quoted phrase, or what stands between spaces. */
const PART = /"([^"]*)"|(\S+)/g

/**
 * What a reader searches for: words that all have to be there, `"phrases"`, and beginnings of words, as in `harb*`. No
 * other sign means anything; a quotation mark without another is none. In these languages other forms of single words
 * are found, too.
 */
export function parseTerms(query: string, languages: readonly string[] = []): Term[] {
  const terms: Term[] = []
  for (const [, phrase, plain = ''] of query.matchAll(PART)) {
    const tokens = tokensIn(phrase ?? plain)
    if (tokens.length === 0) continue
    const prefix = phrase === undefined && /[\p{L}\p{N}\p{M}]\*$/u.test(plain)
    const form = phrase === undefined && !prefix && tokens.length === 1 ? tokens[0]?.form : undefined
    const stems = form === undefined ? undefined : languages.flatMap((language) => stemIn(form, language) ?? [])
    terms.push({ words: tokens.map(({ word }) => word), prefix, form, stems })
  }
  return terms
}

function stemIn(form: string, language: string): Stem | undefined {
  const stem = stemOf(form, language)
  return stem === undefined ? undefined : { language, stem }
}

/** The stems of some words in a language, each once. */
export const stemsOf = (tokens: Token[], language: string): Stem[] =>
  [...new Set(tokens.map(({ form }) => stemOf(form, language)))].flatMap((stem) =>
    stem === undefined ? [] : [{ language, stem }],
  )

/** The places in a row of words at which the term stands, as the index of its first word. */
export function positionsOf({ words, prefix }: Pick<Term, 'words' | 'prefix'>, text: string[]): number[] {
  const last = words.length - 1
  const places: number[] = []
  for (let at = 0; at + last < text.length; at++) {
    const isThere = words.every((word, index) => {
      const found = text[at + index] ?? ''
      return prefix && index === last ? found.startsWith(word) : found === word
    })
    if (isThere) places.push(at)
  }
  return places
}
