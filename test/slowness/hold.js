/**
 * Looks for requests that hold the event loop of a service for long: `npm run fuzz:hold -- [kind …]`. Texts are composed as
 * for `npm run fuzz:slow`, and are short: a short one that costs the loop more than its like is tried at the longest length that the
 * service accepts, and read in all its forms. What is measured is the processor time of turns of the event loop of a service
 * that runs as with `npm start`; what threads do is not part of it. `INPUTS` says how many texts in all, and `TEST_SEED`
 * repeats a run. It ends with 1 if a turn takes longer than 50 ms each time it is tried.
 */
import { seededRandom } from './random.js'
import { compose, mutate, newRecipe } from './recipe.js'
import { readsOf, requestKinds } from './requests.js'
import { startService } from './service.js'

const INPUTS = Number(process.env.INPUTS ?? 10_000)
const random = seededRandom(Number(process.env.TEST_SEED ?? 20_300_101))
/** How long a text is while it is looked for, in characters. */
const LENGTH = 500
/** How many of the costliest recipes of a kind are changed further, and how many are tried at their longest. */
const SURVIVORS = 12
const GROWN = 2
/** The longest turn there may be, in milliseconds of processor time; and from when on a turn is tried again. */
const MAX_TURN = 50
const SUSPICIOUS = 25
const TRIES = 4

const service = await startService()

async function newArticle() {
  const body = JSON.stringify({ headline: 'Costly', body: [{ type: 'paragraph', text: 'The harbour.' }] })
  const { text } = await service.send({ method: 'POST', path: '/v1/articles?publish=true', body })
  return JSON.parse(text).id
}
const deleteArticle = (id) => service.send({ method: 'DELETE', path: `/v1/articles/${id}?permanent=true` })

/** The longest turn that requests take each time: that of the shortest of some tries, if the first one is long. */
async function steadyTurn(first, again) {
  let least = first
  for (let n = 1; n < TRIES && least > SUSPICIOUS; n += 1) least = Math.min(least, await again())
  return least
}

/** Tries a recipe at the longest length that is accepted; gives what the longest turns were. */
async function grow(kind, recipe, n) {
  const found = []
  for (let length = kind.longest; length > LENGTH; length = Math.floor(length / 2)) {
    const id = await newArticle()
    const text = compose(recipe, length)
    const request = kind.request(text, id, n)
    const { longest, status } = await service.measure(request)
    // The same again would change nothing.
    const again = async () => {
      const other = await newArticle()
      const turn = await service.measure(kind.request(text, other, n))
      await deleteArticle(other)
      return turn.longest
    }
    found.push({ what: `${request.path} with ${text.length}`, longest, steady: await steadyTurn(longest, again) })
    if (status < 400 && kind.work)
      for (const read of readsOf(id)) {
        const { longest } = await service.measure(read)
        const steady = await steadyTurn(longest, async () => (await service.measure(read)).longest)
        found.push({ what: `${read.path} of ${text.length}`, longest, steady })
      }
    await deleteArticle(id)
    if (status < 400 || (status === 400 && !kind.work)) break
  }
  return found
}

/** The processor time that a text costs, and the longest turn that it takes of a service, if it is sent to one. */
async function costOf(kind, text, id, n) {
  if (kind.work) {
    const before = process.cpuUsage()
    await kind.work(text)
    const { user, system } = process.cpuUsage(before)
    return { cost: (user + system) / 1_000 }
  }
  const request = kind.request(text, id, n)
  const { longest, work } = await service.measure(request)
  const steady = await steadyTurn(longest, async () => (await service.measure(request)).longest)
  return { cost: work, turn: { what: `${request.path.slice(0, 80)} with ${text.length}`, longest, steady } }
}

/** Looks for the costliest texts of a kind; gives the longest turns. */
async function search(kind, count) {
  const length = Math.min(LENGTH, kind.longest)
  const id = await newArticle()
  let costliest = []
  let found = []
  for (let n = 0; n < count; n += 1) {
    const parent = costliest[Math.floor(random() * costliest.length)]
    const recipe = parent && random() < 0.7 ? mutate(parent.recipe, kind.parts, random) : newRecipe(kind.parts, random)
    const { cost, turn } = await costOf(kind, compose(recipe, length), id, n)
    if (turn) found.push({ ...turn, recipe })
    found = found.sort((a, b) => b.steady - a.steady).slice(0, 8)
    if (costliest.length === SURVIVORS && cost <= costliest.at(-1).cost) continue
    // A pause of the garbage collector is no property of the text.
    const again = await costOf(kind, compose(recipe, length), id, n)
    costliest = [...costliest, { recipe, cost: Math.min(cost, again.cost), n }]
      .sort((a, b) => b.cost - a.cost)
      .slice(0, SURVIVORS)
  }
  await deleteArticle(id)
  for (const { recipe, n } of costliest.slice(0, GROWN))
    for (const turn of await grow(kind, recipe, n)) found.push({ ...turn, recipe })
  return found.sort((a, b) => b.steady - a.steady)
}

const chosen = process.argv.slice(2)
const kinds = Object.entries(requestKinds).filter(([name]) => chosen.length === 0 || chosen.includes(name))
const share = Math.ceil(INPUTS / kinds.length)
// Code that is loaded at its first use is none of the work that is looked for.
for (const kind of Object.values(requestKinds)) {
  const id = await newArticle()
  for (let n = 0; n < 4; n += 1) await service.send(kind.request(compose(newRecipe(kind.parts, random), 6_000), id, n))
  for (const read of readsOf(id)) await service.send(read)
}
let longest = 0
for (const [name, kind] of kinds) {
  const found = await search(kind, share)
  const [worst] = found
  longest = Math.max(longest, worst.steady)
  const shown = ({ what, longest, steady, recipe }) =>
    `${steady.toFixed(1)} ms (${longest.toFixed(1)} at first) for ${what}: ${JSON.stringify(recipe).slice(0, 160)}`
  process.stdout.write(
    `${name}: ${share} texts\n${found
      .slice(0, 3)
      .map((one) => `  ${shown(one)}\n`)
      .join('')}`,
  )
}
process.stdout.write(
  `${share * kinds.length} texts; the longest turn that comes again takes ${longest.toFixed(1)} ms\n`,
)
await service.stop()
if (longest > MAX_TURN) process.exitCode = 1
