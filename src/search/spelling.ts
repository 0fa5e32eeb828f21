import { distance } from 'fastest-levenshtein'
import type { Term } from '../lib/search-syntax.ts'
import { editionIndex, knownWords, match, matchesIndex } from '../storage/fulltext.ts'
import type { Reader } from '../storage/storage.ts'

/** Words shorter than this have too many others near them. */
const SHORTEST = 4
/** Up to this length one letter may differ, in a longer word two. */
const SHORT = 6

/**
 * What was probably meant by terms that find nothing: each word that is in no text replaced by the nearest one that is.
 * Undefined unless that finds something, so that nothing is named that is not public now.
 */
export async function spellingSuggestion(db: Reader, terms: Term[]): Promise<string | undefined> {
  const meant: Term[] = []
  for (const term of terms)
    meant.push({ prefix: term.prefix, words: await Promise.all(term.words.map((word) => nearest(db, word))) })
  const isSame = meant.every(({ words }, index) => words.join(' ') === terms[index]?.words.join(' '))
  if (isSame || !(await findsAny(db, meant))) return undefined
  return meant
    .map(({ words, prefix }) => (words.length > 1 ? `"${words.join(' ')}"` : `${words[0]}${prefix ? '*' : ''}`))
    .join(' ')
}

async function findsAny(db: Reader, terms: Term[]): Promise<boolean> {
  const found = await db
    .select({ key: editionIndex.key })
    .from(editionIndex)
    .where(matchesIndex(match(terms, 'all')))
    .limit(1)
  return found.length > 0
}

/** The word, if any text has it; else the nearest that some text has, the more frequent of equals; else the word. */
async function nearest(db: Reader, word: string): Promise<string> {
  if (word.length < SHORTEST || (await findsAny(db, [{ words: [word], prefix: false }]))) return word
  const most = word.length <= SHORT ? 1 : 2
  // A slip of the first letter is mostly that it and the second have changed places.
  const [first = '', second = ''] = word
  const beginnings = new Set([first, second])
  let best = { word, distance: most, texts: 0 }
  for (const beginning of beginnings)
    for (const { word: known, texts } of await knownWords(db, beginning)) {
      if (Math.abs(known.length - word.length) > most) continue
      const steps = isSwapped(word, known) ? 1 : distance(word, known)
      if (steps < best.distance || (steps === best.distance && texts > best.texts))
        best = { word: known, distance: steps, texts }
    }
  return best.word
}

/** Whether the two differ by two neighbouring letters that have changed places. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  const at = a.split('').findIndex((letter, index) => letter !== b[index])
  return at >= 0 && a.slice(0, at) + a[at + 1] + a[at] + a.slice(at + 2) === b
}
