/**
 * Splits a text into the words of the search: in the same way for indexing, for queries and for highlighting, on every
 * engine. Words are compared without case and without diacritics.
 */
import { getOrCreate } from './cache.ts'

/** Invisible characters (Unicode: Default_Ignorable_Code_Point), and the Arabic tatweel, which only stretches a word. */
const IGNORABLE = /[\p{DI}\u0640]/gu
/** The letters, digits and marks of a word, with invisible characters between. U+02BB and U+02BC are apostrophes, which separate words. */
const RUN = /(?![\u02bb\u02bc\u0640\p{DI}])[\p{L}\p{N}\p{M}](?:(?![\u02bb\u02bc])[\p{L}\p{N}\p{M}\p{DI}])*/gu
/**
 * Texts of Latin letters and the usual punctuation, without combining and invisible characters: each character is folded
 * for itself, and a run is letters and digits only. That is the fast path for texts that are not all ASCII.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of Latin-1, but the invisible soft hyphen
const LATIN = /^[\u0000-\u00ac\u00ae-\u024f\u2010-\u2027\u20ac]*$/
const LATIN_LETTER =
  /[0-9A-Za-z\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]/
/** Of the characters up to U+024F, by their codes, whether they belong to a run: 1 or 0. */
const latinLetters = Uint8Array.from({ length: 0x250 }, (_, code) =>
  Number(LATIN_LETTER.test(String.fromCharCode(code))),
)
/** The same in folded text. */
const FOLDED_RUN = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts without spaces between words: each character is a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** A character with its combining marks. */
const CHARACTER = /\P{M}[\p{M}\p{DI}]*|[\p{M}\p{DI}]+/gu
/** Diacritics that readers omit. The vowel signs of Indic scripts are not among them: without them it is another word. */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g
/** Letters that Unicode does not decompose; and the final sigma. */
const REPLACEMENTS: Record<string, string> = {
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
const REPLACED = /[øłđæœßıþðςʼʻ]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\u0000-\u007f]*$/

/** ASCII, and the usual punctuation: nothing to decompose. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const UNMARKED = /^[\u0000-\u007f\u00a0\u00ab\u00bb\u2010-\u2027\u20ac]*$/

/** Whether folding a text only lowers its case: the fast path for most texts. */
export const isUnmarked = (text: string): boolean => UNMARKED.test(text)

/** Longest indexed word, in UTF-16 code units; the rest of a longer one is not searched. */
const MAX_WORD = 100
/** Longest sort key, in UTF-16 code units: a row of a PostgreSQL index has at most 2,700 bytes. */
const MAX_SORT_KEY = 300

/** The text without invisible characters. */
export const withoutUnseen = (text: string): string => (isUnmarked(text) ? text : text.replace(IGNORABLE, ''))

/** The text in lower case, without diacritics and invisible characters. */
export function fold(text: string): string {
  if (isUnmarked(text)) return text.toLowerCase()
  if (LATIN.test(text)) return text.toLowerCase().replace(BEYOND_ASCII, foldedCharacter)
  return foldAny(text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const BEYOND_ASCII = /[^\u0000-\u007f]/g
/** The folded forms of the characters that have occurred in Latin texts: a few hundred at most. */
const foldedCharacters = new Map<string, string>()
const foldedCharacter = (character: string): string =>
  getOrCreate(foldedCharacters, character, () => foldAny(character))

function foldAny(text: string): string {
  return text
    .normalize('NFKD')
    .replace(IGNORABLE, '')
    .toLowerCase()
    .replace(DIACRITICS, '')
    .replace(REPLACED, (letter) => REPLACEMENTS[letter] ?? letter)
    .normalize('NFC')
}

/** A word, and its position in the text, in UTF-16 code units. */
export interface Token {
  /** The folded word. */
  word: string
  /** The word in lower case with its diacritics, for the stemmer. */
  form: string
  start: number
  end: number
}

/** The words of a text, in order. */
export const tokensIn = (text: string): Token[] => (LATIN.test(text) ? latinTokens(text) : [...otherTokens(text)])

/** The same; one by one where a text is not all Latin, since that takes longer. */
export const eachToken = (text: string): Iterable<Token> => (LATIN.test(text) ? latinTokens(text) : otherTokens(text))

/** The words of a text that is all Latin: the fast path for most texts. */
function latinTokens(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; at++) {
    if (latinLetters[text.charCodeAt(at)] !== 1) continue
    const start = at
    while (latinLetters[text.charCodeAt(at)] === 1) at++
    addTokens(tokens, text.slice(start, at), start)
  }
  return tokens
}

function* otherTokens(text: string): Generator<Token, void> {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    let start = index
    for (const part of partsOf(run)) {
      const tokens: Token[] = []
      addTokens(tokens, part, start)
      yield* tokens
      start += part.length
    }
  }
}

/** Adds the words of a run of characters: usually one, but `½` folds to `1` and `2`. */
function addTokens(tokens: Token[], run: string, start: number): void {
  const end = start + run.length
  if (ASCII.test(run)) {
    const form = run.toLowerCase()
    tokens.push({ word: truncate(form, MAX_WORD), form, start, end })
    return
  }
  const words = (fold(run).match(FOLDED_RUN) ?? []).map((word) => truncate(word, MAX_WORD))
  const form = words.length === 1 ? withoutUnseen(run).toLowerCase().normalize('NFKC') : undefined
  for (const word of words) tokens.push({ word, form: form ?? word, start, end })
}

/** A run of letters and digits, or each of its characters in scripts without spaces. */
function* partsOf(run: string): Generator<string, void> {
  if (ASCII.test(run) || !UNSPACED.test(run)) yield run
  else for (const [character] of run.matchAll(CHARACTER)) yield character
}

/** The folded words of a text, in order. */
export const wordsIn = (text: string): string[] => tokensIn(text).map(({ word }) => word)

/** The key by which lists sort a name or a headline: its folded words, or its characters if it has no words. */
export const sortKey = (text: string): string => truncate(wordsIn(text).join(' ') || fold(text) || text, MAX_SORT_KEY)

/** Truncates a text to a number of UTF-16 code units, without splitting a surrogate pair. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text
  const truncated = text.slice(0, length)
  return truncated.isWellFormed() ? truncated : truncated.slice(0, -1)
}
