import { stemOf } from './stems.ts'
import { type Token, tokensIn } from './tokenizer.ts'

/** The stem of a word in one language, which is a primary subtag. */
export interface Stem {
  language: string
  stem: string
}

/** What a text has to contain: these words in sequence. With `prefix`, the last one is only the beginning of a word. */
export interface Term {
  words: string[]
  prefix: boolean
  /** A single word as it was written, in lower case: its other inflections match, too. */
  form?: string | undefined
  /** The stems of that word, by which its other inflections are found. */
  stems?: Stem[] | undefined
}

/** A quoted phrase, or a part without spaces. */
const PART = /"([^"]*)"|(\S+)/g

/**
 * Parses a search query: words, all of which have to match, `"phrases"`, and prefixes such as `harb*`. Other punctuation and
 * an unpaired quotation mark have no meaning. Single words also get their stems in these languages (primary subtags).
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

/** Whether a term occurs in a text at the token with this index. */
export const occursAt = ({ words, prefix }: Pick<Term, 'words' | 'prefix'>, text: Token[], at: number): boolean =>
  words.every((word, index) => {
    const candidate = text[at + index]?.word
    return candidate === word || (prefix && index === words.length - 1 && candidate?.startsWith(word))
  })
