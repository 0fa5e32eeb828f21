/** Invented prose: words of syllables, some far more frequent than others, with the quotes and dashes of real text. */

/** @typedef {import('./chance.js').Chance} Chance */

const ONSETS = ['b', 'br', 'c', 'd', 'dr', 'f', 'g', 'h', 'l', 'm', 'n', 'p', 'r', 's', 'st', 't', 'tr', 'v']
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ea', 'ou', 'é']
const ENDS = ['', 'n', 'r', 's', 'l', 't', 'nd', 'm']
const VOCABULARY = 20_000

/** @param {number} index */
function syllable(index) {
  const onset = ONSETS[index % ONSETS.length]
  const vowel = VOWELS[Math.floor(index / ONSETS.length) % VOWELS.length]
  const end = ENDS[Math.floor(index / ONSETS.length / VOWELS.length) % ENDS.length]
  return `${onset}${vowel}${end}`
}

/** The word at a place of the vocabulary; frequent words are short. */
const wordAt = (/** @type {number} */ index) =>
  index < 150 ? syllable(index) : `${syllable(index % 1_152)}${syllable(Math.floor(index / 17) % 1_152)}`

const vocabulary = Array.from({ length: VOCABULARY }, (_, index) => wordAt(index))

const capital = (/** @type {string} */ text) => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * So many words.
 * @param {Chance} chance
 * @param {number} count
 */
export const words = (chance, count) =>
  Array.from({ length: count }, () => vocabulary[chance.skewed(VOCABULARY)]).join(' ')

/**
 * A name or a headline: words with a capital first.
 * @param {Chance} chance
 * @param {number} count
 */
export const title = (chance, count) => capital(words(chance, count))

/** @param {Chance} chance */
function sentence(chance) {
  const start = title(chance, 4 + chance.below(8))
  const end = words(chance, 4 + chance.below(6))
  const kind = chance.below(8)
  if (kind === 0) return `“${start}, ${end},” ${words(chance, 2)}.`
  if (kind === 1) return `${start} — **${words(chance, 2)}** — ${end}.`
  return `${start}, ${end}.`
}

/**
 * So many sentences.
 * @param {Chance} chance
 * @param {number} count
 */
export const sentences = (chance, count) => Array.from({ length: count }, () => sentence(chance)).join(' ')
