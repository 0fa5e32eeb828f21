import { distance } from 'fastest-levenshtein'
import type { Term } from '../lib/search-syntax.ts'
import { editionIndex, editionMatches, matchTerms, wordsWithPrefix } from '../storage/fulltext.ts'
import type { Reader } from '../storage/storage.ts'

/** Shorter words have too many similar ones. */
const MIN_LENGTH = 4
/** Up to this length a suggestion may differ by one letter, in longer words by two. */
const SHORT_WORD = 6

/**
 * A corrected query for terms that find nothing: each word that is in no text is replaced by the nearest one that is.
 * Undefined unless the corrected query finds something, so that it reveals no word that is not public now.
 */
export async function spellingSuggestion(db: Reader, terms: Term[]): Promise<string | undefined> {
  const suggested: Term[] = []
  for (const term of terms)
    suggested.push({ prefix: term.prefix, words: await Promise.all(term.words.map((word) => nearestWord(db, word))) })
  const isSame = suggested.every(({ words }, index) => words.join(' ') === terms[index]?.words.join(' '))
  if (isSame || !(await findsAny(db, suggested))) return undefined
  return suggested
    .map(({ words, prefix }) => (words.length > 1 ? `"${words.join(' ')}"` : `${words[0]}${prefix ? '*' : ''}`))
    .join(' ')
}

async function findsAny(db: Reader, terms: Term[]): Promise<boolean> {
  const every = { low: Number.MIN_SAFE_INTEGER, high: Number.MAX_SAFE_INTEGER }
  const { source, where } = editionMatches({ query: matchTerms(terms, 'all'), ...every })
  const found = await db.select({ key: editionIndex.key }).from(source).where(where).limit(1)
  return found.length > 0
}

/**
 * The word itself if a text has it or no text has a similar one; else the one with the smallest edit distance, of equals
 * the most frequent.
 */
async function nearestWord(db: Reader, word: string): Promise<string> {
  if (word.length < MIN_LENGTH || (await findsAny(db, [{ words: [word], prefix: false }]))) return word
  const maxDistance = word.length <= SHORT_WORD ? 1 : 2
  // A wrong first letter is mostly a swap with the second.
  const [first = '', second = ''] = word
  const beginnings = new Set([first, second])
  let best = { word, distance: maxDistance, texts: 0 }
  for (const beginning of beginnings)
    for (const { word: known, texts } of await wordsWithPrefix(db, beginning)) {
      if (Math.abs(known.length - word.length) > maxDistance) continue
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
