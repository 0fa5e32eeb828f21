/** How long a text is, in words and minutes. */
import { BoundedMap, getOrCreate } from '../lib/cache.ts'
import { withoutUnseen } from '../lib/tokenizer.ts'

const WORDS_PER_MINUTE = 230
/** Languages whose segmenters are kept; beyond it the oldest goes, so that odd tags can't fill the memory. */
const MAX_SEGMENTERS = 50

const segmenters = new BoundedMap<string, Intl.Segmenter>(MAX_SEGMENTERS)

/** Scripts that do not part their words by spaces: only a segmenter, which is slow, knows their words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** A word where spaces part them: `don’t`, `well-built` and `3.5` are one each. The apostrophes U+02BB and U+02BC are letters to Unicode. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:[-'’.,·][\p{L}\p{M}\p{N}]+)*/gu

/** The number of words in a plain text, as its language (BCP 47) counts them; an unknown language counts as English. */
export function countWords(text: string, language: string): number {
  if (!UNSPACED.test(text)) return withoutUnseen(text).match(WORD)?.length ?? 0
  let words = 0
  for (const segment of segmenterOf(language).segment(text)) if (segment.isWordLike) words += 1
  return words
}

/** Minutes to read so many words: at least 1 when there are any, 0 for none. */
export function readingTimeMinutes(words: number): number {
  return words > 0 ? Math.ceil(words / WORDS_PER_MINUTE) : 0
}

const segmenterOf = (language: string): Intl.Segmenter =>
  getOrCreate(segmenters, language, () => makeSegmenter(language))

function makeSegmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'word' })
  } catch {
    return new Intl.Segmenter('en', { granularity: 'word' })
  }
}
