/**
 * The words of a text as search knows them: the same when a text is put into the index, when it is asked for and when it
 * is shown, on every engine. Letters are compared without case and without diacritics.
 */

/** A run of letters, digits and marks. */
const RUN = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts that do not part their words: each character counts as a word, and a run of them as a phrase. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** Diacritics that a reader may leave out. The vowel signs of Indic scripts are no such: without them it is another word. */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g
/** Letters that Unicode does not take apart. */
const APART: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe', ß: 'ss', ı: 'i', þ: 'th', ð: 'd' }
const TO_PART = /[øłđæœßıþð]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\u0000-\u007f]*$/

/** ASCII, and the punctuation of most texts: nothing to take apart. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const UNMARKED = /^[\u0000-\u007f\u00a0\u00ab\u00bb\u2010-\u2027\u20ac]*$/

/** Whether a text has nothing but its case to fold. */
export const isUnmarked = (text: string): boolean => UNMARKED.test(text)

/** Longest word that is kept, in characters; the rest of a longer one is not searched. */
const MAX_WORD = 100

/** The text without case and diacritics. */
export function fold(text: string): string {
  if (isUnmarked(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(DIACRITICS, '')
    .replace(TO_PART, (letter) => APART[letter] ?? letter)
    .normalize('NFC')
}

/** A word, and where in the text it stands. */
export interface Token {
  word: string
  start: number
  end: number
}

/** The words of a text, in their order. */
export function tokensIn(text: string): Token[] {
  const tokens: Token[] = []
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const parts = ASCII.test(run) || !UNSPACED.test(run) ? [run] : run
    let at = index
    for (const part of parts) {
      const word = fold(part).slice(0, MAX_WORD)
      if (word !== '') tokens.push({ word, start: at, end: at + part.length })
      at += part.length
    }
  }
  return tokens
}

/** The words of a text alone. */
export const wordsIn = (text: string): string[] => tokensIn(text).map(({ word }) => word)
