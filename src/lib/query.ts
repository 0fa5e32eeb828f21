import { wordsIn } from './tokens.ts'

/** What has to stand in a text: words right behind one another; of the last one only the beginning, if it is a prefix. */
export interface Term {
  words: string[]
  prefix: boolean
}

/** A quoted phrase, or what stands between spaces. */
const PART = /"([^"]*)"|(\S+)/g

/**
 * What a reader searches for: words that all have to be there, `"phrases"`, and beginnings of words, as in `harb*`. No
 * other sign means anything; a quotation mark without another is none.
 */
export function termsIn(query: string): Term[] {
  const terms: Term[] = []
  for (const [, phrase, plain = ''] of query.matchAll(PART)) {
    const words = wordsIn(phrase ?? plain)
    if (words.length > 0) terms.push({ words, prefix: phrase === undefined && /[\p{L}\p{N}\p{M}]\*$/u.test(plain) })
  }
  return terms
}

/** The places in a row of words at which the term stands, as the index of its first word. */
export function placesOf({ words, prefix }: Term, text: string[]): number[] {
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
