import { distance } from 'fastest-levenshtein'
import type { Term } from '../lib/search-syntax.ts'
import { editionIndex, editionMatches, matchTerms, wordsWithPrefix } from '../storage/fulltext.ts'
import type { Reader } from '../storage/storage.ts'

/** Shorter words have too many similar ones. */
const MIN_LENGTH = 4
/** Up to this length a suggestion may differ by one letter, in longer words by two. */
const SHORT_WORD = 6

/** How many words of a query are corrected: each takes reading all words with the same beginning. */
const MAX_CORRECTED = 4

/**
 * A corrected query for terms that find nothing: each word that is in no text is replaced by the nearest one that is;
 * undefined if there are more than a few such words. The caller has to check that it finds something: else it may reveal
 * a word that is not public now.
 */
export async function spellingSuggestion(db: Reader, terms: Term[]): Promise<string | undefined> {
  const unknown = await unknownWords(db, new Set(terms.flatMap(({ words }) => words)))
  if (unknown.length > MAX_CORRECTED) return undefined
  const corrections = new Map<string, string>()
  for (const word of unknown) {
    const nearest = await nearestWord(db, word)
    if (nearest !== undefined) corrections.set(word, nearest)
  }
  if (corrections.size === 0) return undefined
  return terms
    .map(({ words, prefix }) => ({ prefix, words: words.map((word) => corrections.get(word) ?? word) }))
    .map(({ words, prefix }) => (words.length > 1 ? `"${words.join(' ')}"` : `${words[0]}${prefix ? '*' : ''}`))
    .join(' ')
}

/** The words that no text has, without those that are too short to be corrected. */
async function unknownWords(db: Reader, words: Set<string>): Promise<string[]> {
  const unknown: string[] = []
  for (const word of words) if (word.length >= MIN_LENGTH && !(await isInText(db, word))) unknown.push(word)
  return unknown
}

async function isInText(db: Reader, word: string): Promise<boolean> {
  const every = { low: Number.MIN_SAFE_INTEGER, high: Number.MAX_SAFE_INTEGER }
  const { source, where } = editionMatches({ query: matchTerms([{ words: [word], prefix: false }], 'all'), ...every })
  const found = await db.select({ key: editionIndex.key }).from(source).where(where).limit(1)
  return found.length > 0
}

/** The word of a text with the smallest edit distance, of equals the most frequent; undefined if none is similar. */
async function nearestWord(db: Reader, word: string): Promise<string | undefined> {
  const maxDistance = word.length <= SHORT_WORD ? 1 : 2
  const lengths = { shortest: word.length - maxDistance, longest: word.length + maxDistance }
  // A wrong first letter is mostly a swap with the second.
  const [first = '', second = ''] = word
  let best: { word?: string; distance: number; texts: number } = { distance: maxDistance, texts: 0 }
  for (const beginning of new Set([first, second]))
    for (const { word: known, texts } of await wordsWithPrefix(db, beginning, lengths)) {
      const steps = isSwapped(word, known) ? 1 : distance(word, known)
      if (steps < best.distance || (steps === best.distance && texts > best.texts))
        best = { word: known, distance: steps, texts }
    }
  return best.word
}

/** Whether the words differ only by a swap of two neighbouring letters. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  const at = a.split('').findIndex((letter, index) => letter !== b[index])
  return at >= 0 && a.slice(0, at) + a[at + 1] + a[at] + a.slice(at + 2) === b
}
