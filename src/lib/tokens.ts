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

/** Longest word that is kept, in characters; the rest of a longer one is not searched. */
const MAX_WORD = 100

/** The text without case and diacritics. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
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

/** The words of a text, one after the other. */
export function* tokensIn(text: string): Generator<Token> {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (ASCII.test(run) || !UNSPACED.test(run)) {
      const word = fold(run).slice(0, MAX_WORD)
      if (word !== '') yield { word, start: index, end: index + run.length }
      continue
    }
    let at = index
    for (const character of run) {
      const word = fold(character)
      if (word !== '') yield { word, start: at, end: at + character.length }
      at += character.length
    }
  }
}

/** The words of a text alone. */
export const wordsIn = (text: string): string[] => Array.from(tokensIn(text), ({ word }) => word)
