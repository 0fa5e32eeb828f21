/** The length of a text in words, and in minutes of reading. */
import { BoundedMap, getOrCreate } from '../lib/cache.ts'
import { matchesInSteps } from '../lib/count-matches.ts'
import { atOnce } from '../lib/slices.ts'
import { withoutUnseen } from '../lib/tokenizer.ts'
import type { StoredBlock } from './block.ts'
import { textInSteps } from './to-text.ts'

const WORDS_PER_MINUTE = 230
/** Size of the segmenter cache, so that arbitrary language tags cannot fill the memory. */
const MAX_SEGMENTERS = 50

/** Length of the pieces in which a text is segmented, in characters. */
const PIECE = 1_000

const segmenters = new BoundedMap<string, Intl.Segmenter>(MAX_SEGMENTERS)

/** Scripts that do not separate words by spaces: these need a segmenter, which is slow. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** A word in scripts with spaces: `don’t`, `well-built` and `3.5` are one each. The apostrophes U+02BB and U+02BC are letters to Unicode. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:[-'’.,·][\p{L}\p{M}\p{N}]+)*/gu

/** The number of words of a plain text in a language (BCP 47); unknown languages are treated as English. */
export const countWords = (text: string, language: string): number => atOnce(countInSteps(text, language))

/** The same in steps. Texts without spaces are read in pieces, since a segmenter takes more than linear time. */
export function* countInSteps(text: string, language: string): Generator<void, number> {
  if (!UNSPACED.test(text)) return yield* matchesInSteps(withoutUnseen(text), WORD)
  const segmenter = segmenterOf(language)
  let words = 0
  let at = 0
  while (at < text.length) {
    const end = Math.min(at + PIECE, text.length)
    const segments = [...segmenter.segment(text.slice(at, end))]
    // The last one may be cut: the next piece begins with it.
    const last = end < text.length && segments.length > 1 ? segments.pop() : undefined
    for (const segment of segments) if (segment.isWordLike) words += 1
    at = last ? at + last.index : end
    yield
  }
  return words
}

/** The number of words of a body, counted in steps. */
export function* wordsOfBody(blocks: StoredBlock[], language: string): Generator<void, number> {
  return yield* countInSteps(yield* textInSteps(blocks), language)
}

/** Reading time of a number of words, in minutes, rounded up; 0 for no words. */
export function readingTimeMinutes(words: number): number {
  return words > 0 ? Math.ceil(words / WORDS_PER_MINUTE) : 0
}

const segmenterOf = (language: string): Intl.Segmenter =>
  getOrCreate(segmenters, language, () => createSegmenter(language))

function createSegmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'word' })
  } catch {
    return new Intl.Segmenter('en', { granularity: 'word' })
  }
}
