/**
 * The words of a text as search knows them: the same when a text is put into the index, when it is asked for and when it
 * is shown, on every engine. Letters are compared without case and without diacritics.
 */

/** Characters that a reader does not see (Unicode: Default_Ignorable_Code_Point), and the Arabic tatweel, which only stretches a word. */
const UNSEEN = /[\p{DI}\u0640]/gu
/** A word's letters, digits and marks, with what is not seen between them. U+02BB and U+02BC are apostrophes, which part words. */
const RUN = /(?![\u02bb\u02bc\u0640\p{DI}])[\p{L}\p{N}\p{M}](?:(?![\u02bb\u02bc])[\p{L}\p{N}\p{M}\p{DI}])*/gu
/** The same where nothing but ASCII has letters and digits. */
const UNMARKED_RUN = /[A-Za-z0-9]+/g
/** The same in a text that is folded. */
const FOLDED_RUN = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts that do not part their words: each character counts as a word, and a run of them as a phrase. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** A character with the marks on it. */
const CHARACTER = /\P{M}[\p{M}\p{DI}]*|[\p{M}\p{DI}]+/gu
/** Diacritics that a reader may leave out. The vowel signs of Indic scripts are no such: without them it is another word. */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g
/** Letters that Unicode does not take apart; and the sigma at the end of a word. */
const APART: Record<string, string> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  ı: 'i',
  þ: 'th',
  ð: 'd',
  ς: 'σ',
  ʼ: '’',
  ʻ: '’',
}
const TO_PART = /[øłđæœßıþðςʼʻ]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\u0000-\u007f]*$/

/** ASCII, and the punctuation of most texts: nothing to take apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const UNMARKED = /^[\u0000-\u007f\u00a0\u00ab\u00bb\u2010-\u2027\u20ac]*$/

/** Whether a text has nothing but its case to fold. */
export const isUnmarked = (text: string): boolean => UNMARKED.test(text)

/** Longest word that is kept, in UTF-16 code units; the rest of a longer one is not searched. */
const MAX_WORD = 100
/** Longest sort key, in UTF-16 code units: an index of PostgreSQL holds 2,700 bytes in a row. */
const MAX_SORT_KEY = 300

/** The text without what is not seen. */
export const withoutUnseen = (text: string): string => (isUnmarked(text) ? text : text.replace(UNSEEN, ''))

/** The text without case, diacritics and what is not seen. */
export function fold(text: string): string {
  if (isUnmarked(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(UNSEEN, '')
    .toLowerCase()
    .replace(DIACRITICS, '')
    .replace(TO_PART, (letter) => APART[letter] ?? letter)
    .normalize('NFC')
}

/** A word, and where in the text it stands. */
export interface Token {
  word: string
  /** The word in lower case with its diacritics, as its language writes it. */
  form: string
  start: number
  end: number
}

/** The words of a text, in their order. */
export function tokensIn(text: string): Token[] {
  const tokens: Token[] = []
  for (const { 0: run, index } of text.matchAll(isUnmarked(text) ? UNMARKED_RUN : RUN)) {
    const parts = ASCII.test(run) || !UNSPACED.test(run) ? [run] : (run.match(CHARACTER) ?? [])
    let start = index
    for (const part of parts) {
      const end = start + part.length
      const words = wordsOf(part)
      const form = words.length === 1 ? formOf(part) : undefined
      for (const word of words) tokens.push({ word, form: form ?? word, start, end })
      start = end
    }
  }
  return tokens
}

/** What a run of characters is folded to: mostly one word, but `½` is `1` and `2`. */
function wordsOf(run: string): string[] {
  const folded = fold(run)
  if (ASCII.test(run)) return [cut(folded, MAX_WORD)]
  return (folded.match(FOLDED_RUN) ?? []).map((word) => cut(word, MAX_WORD))
}

const formOf = (part: string): string => withoutUnseen(part).toLowerCase().normalize('NFKC')

/** The words of a text alone. */
export const wordsIn = (text: string): string[] => tokensIn(text).map(({ word }) => word)

/** A name or a headline as lists are sorted by it: its words, folded. One without words is sorted by its signs. */
export const sortKey = (text: string): string => cut(wordsIn(text).join(' ') || fold(text) || text, MAX_SORT_KEY)

/** The beginning of a text, not more than so many code units; no pair of surrogates is cut apart. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const begun = text.slice(0, most)
  return begun.isWellFormed() ? begun : begun.slice(0, -1)
}
