/**
 * Looks for inputs that take long: `npm run fuzz:slow -- [kind …]`. Inputs are composed of parts that are repeated, nested
 * and interleaved; the slowest of a kind, in CPU time at the same length, are changed further. The slowest of each kind are then
 * run again at a quarter and at the whole of the longest length, which shows whether time grows faster than length.
 * `INPUTS` says how many inputs in all, and `TEST_SEED` repeats a run.
 */
import { kinds } from './kinds.js'
import { seededRandom } from './random.js'
import { compose, mutate, newRecipe } from './recipe.js'

const INPUTS = Number(process.env.INPUTS ?? 5_000)
const random = seededRandom(Number(process.env.TEST_SEED ?? 20_300_101))
/** How long an input is while it is looked for, in characters. */
const LENGTH = 6_000
/** How many of the slowest recipes of a kind are changed further. */
const SURVIVORS = 12
/** Slower growth than this is linear, with noise: time at four times the length, in times of the time before. */
const MAX_GROWTH = 7

/** CPU time of one run, in milliseconds. */
async function timeOf({ run }, text) {
  const before = process.cpuUsage()
  await run(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

const bestOf = async (times, kind, text) => {
  let best = Number.POSITIVE_INFINITY
  for (let n = 0; n < times; n += 1) best = Math.min(best, await timeOf(kind, text))
  return best
}

async function slowestOf(kind, count) {
  const length = Math.min(LENGTH, kind.longest)
  let slowest = []
  for (let n = 0; n < count; n += 1) {
    const parent = slowest[Math.floor(random() * slowest.length)]
    const recipe = parent && random() < 0.7 ? mutate(parent.recipe, kind.parts, random) : newRecipe(kind.parts, random)
    const text = compose(recipe, length)
    let score = await timeOf(kind, text)
    const last = slowest.at(-1)?.score ?? 0
    if (slowest.length === SURVIVORS && score <= last) continue
    // A pause of the garbage collector is no property of the input.
    score = Math.min(score, await bestOf(2, kind, text))
    slowest = [...slowest, { recipe, score }].sort((a, b) => b.score - a.score).slice(0, SURVIVORS)
  }
  return slowest
}

const share = Math.ceil(INPUTS / Object.keys(kinds).length)
const chosen = process.argv.slice(2)
let superlinear = 0
for (const [name, kind] of Object.entries(kinds)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const results = []
  for (const { recipe } of (await slowestOf(kind, share)).slice(0, 4)) {
    const [short, long] = [kind.longest / 4, kind.longest].map((length) => compose(recipe, length))
    const before = await bestOf(2, kind, short)
    const after = await bestOf(1, kind, long)
    results.push({ recipe, after, growth: before > 10 ? after / before : 1, length: long.length })
  }
  const [worst] = results.sort((a, b) => b.after - a.after)
  const steepest = results.reduce((a, b) => (b.growth > a.growth ? b : a))
  const isSteep = steepest.growth > MAX_GROWTH
  if (isSteep) superlinear += 1
  const shown = ({ after, growth, length, recipe }) =>
    `${after.toFixed(1)} ms for ${length} characters, ×${growth.toFixed(1)} for ×4: ${JSON.stringify(recipe).slice(0, 200)}`
  process.stdout.write(`${name}: ${shown(worst)}\n${isSteep ? `  grows: ${shown(steepest)}\n` : ''}`)
}
if (superlinear > 0) process.exitCode = 1
