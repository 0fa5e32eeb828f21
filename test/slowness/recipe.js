/** Recipes for texts of any length: parts that are repeated, nested, interleaved, and joined. */

const pick = (list, random) => list[Math.floor(random() * list.length)]
const some = (parts, random) => Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(parts, random)).join('')

/** A part that grows with the length of the text. */
function newStep(parts, random) {
  const way = pick(['repeat', 'repeat', 'nest', 'interleave', 'once', 'numbered'], random)
  if (way === 'nest') return { way, open: some(parts, random), inner: some(parts, random), close: some(parts, random) }
  if (way === 'interleave') return { way, text: some(parts, random), between: some(parts, random) }
  return { way, text: some(parts, random) }
}

export const newRecipe = (parts, random) =>
  Array.from({ length: 1 + Math.floor(random() * 3) }, () => newStep(parts, random))

/** The recipe with one step added, removed or changed. */
export function mutate(recipe, parts, random) {
  const at = Math.floor(random() * recipe.length)
  const way = random()
  if (way < 0.25) return recipe.toSpliced(at, 0, newStep(parts, random)).slice(0, 6)
  if (way < 0.4 && recipe.length > 1) return recipe.toSpliced(at, 1)
  if (way < 0.6) return recipe.with(at, newStep(parts, random))
  const step = { ...recipe[at] }
  const name = pick(
    Object.keys(step).filter((key) => key !== 'way'),
    random,
  )
  step[name] = random() < 0.5 ? step[name] + pick(parts, random) : some(parts, random)
  return recipe.with(at, step)
}

function textOf({ way, text, open, inner, close, between }, length) {
  const times = (unit) => Math.max(1, Math.floor(length / Math.max(1, unit)))
  if (way === 'once') return text
  if (way === 'repeat') return text.repeat(times(text.length))
  if (way === 'nest') {
    const depth = times(open.length + close.length)
    return open.repeat(depth) + inner + close.repeat(depth)
  }
  if (way === 'interleave') {
    const count = times(2 * (text.length + between.length + 1))
    return Array.from({ length: count }, (_, n) => text + between.repeat(1 + (n % 3))).join('')
  }
  return Array.from({ length: times(text.length + 4) }, (_, n) => text + n).join('')
}

/** The text of a recipe, of at most this length. */
export const compose = (recipe, length) =>
  recipe
    .map((step) => textOf(step, length / recipe.length))
    .join('')
    .slice(0, length)
    .toWellFormed()
