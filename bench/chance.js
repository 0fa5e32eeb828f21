/**
 * Chance that is the same in every run: mulberry32.
 * @param {number} seed
 */
export function chance(seed) {
  let state = seed >>> 0
  /** A number from 0 up to 1. */
  function next() {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
  /** A whole number below `end`, each as likely as the other. */
  const below = (/** @type {number} */ end) => Math.floor(next() * end)
  /** A whole number below `end`, small ones far likelier: as words in texts and tags of articles are. */
  const skewed = (/** @type {number} */ end) => Math.floor((end + 1) ** next()) - 1
  return { next, below, skewed }
}

/** @typedef {ReturnType<typeof chance>} Chance */
