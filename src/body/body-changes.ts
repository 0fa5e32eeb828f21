/** The differences between two bodies, as data for a frontend to show. Pure. */
import { diffArrays, diffWordsWithSpace } from 'diff'
import * as z from 'zod'
import { pointerTo } from '../lib/problem.ts'
import { Block } from './block.ts'
import { type BlockText, textsIn } from './block-texts.ts'

const WordChange = z.object({
  op: z.enum(['keep', 'add', 'remove']).meta({ description: 'What happened to the words.' }),
  text: z.string().meta({ description: 'The words.', examples: ['The bridge'] }),
})

const TextChange = z.object({
  pointer: z
    .string()
    .nullable()
    .meta({
      description: 'Where the text stands in the block; null for one that was removed.',
      examples: ['/items/0'],
    }),
  words: z.array(WordChange).meta({ description: 'What changed in the text.' }),
})
type TextChange = z.infer<typeof TextChange>

export const BlockChange = z.object({
  op: z
    .enum(['keep', 'add', 'remove', 'change', 'move'])
    .meta({ description: 'What happened to the block; one that was moved may have changed, too.' }),
  block: Block.meta({ description: 'The block as it is afterwards; one that was removed, as it was.' }),
  words: z.array(WordChange).optional().meta({ description: 'For a changed text, what changed in it.' }),
  texts: z
    .array(TextChange)
    .optional()
    .meta({ description: 'For a block with several texts, such as a list or a table, those that changed.' }),
})
export type BlockChange = z.infer<typeof BlockChange>

/** Most differences that are looked for between two lists of blocks: beyond it, the whole is a change. */
const MAX_BLOCK_EDITS = 1_000
/** The effort for words, for all blocks together: the time for a text grows with the square of its differences. */
const WORD_EFFORT = 4_000_000
const MIN_WORD_EDITS = 50

/** A change of which the words are not compared yet. */
type Pair = { op: 'change' | 'move'; before: Block; block: Block }
type Step = Exclude<BlockChange, { op: 'change' | 'move' }> | Pair

/**
 * The changes of the body: blocks unchanged, added, removed, moved, and changed where one of the same type replaces another.
 * Blocks are the same if all but their ids is; a block that is removed in one place and added in another is moved.
 */
export function bodyChanges(before: Block[], after: Block[]): BlockChange[] {
  const texts = (blocks: Block[]) => blocks.map(({ id: _, ...content }) => JSON.stringify(content))
  const runs = diffArrays(texts(before), texts(after), { maxEditLength: MAX_BLOCK_EDITS })
  // Too different for the limit: all blocks are replaced.
  const steps = moved(runs ? stepsOf(runs, before, after) : replaced(before, after))
  const pairs = steps.filter((step) => 'before' in step).length
  const maxEditLength = Math.max(MIN_WORD_EDITS, Math.floor(Math.sqrt(WORD_EFFORT / Math.max(pairs, 1))))
  return steps.map((step) =>
    'before' in step
      ? { op: step.op, block: step.block, ...textChanges(step.before, step.block, maxEditLength) }
      : step,
  )
}

type Runs = NonNullable<ReturnType<typeof diffArrays<string>>>

function stepsOf(runs: Runs, before: Block[], after: Block[]): Step[] {
  const result: Step[] = []
  let pending: Block[] = []
  let [from, to] = [0, 0]
  for (const { added, removed, count } of runs) {
    if (removed) pending = before.slice(from, from + count)
    else {
      result.push(...replaced(pending, added ? after.slice(to, to + count) : []))
      pending = []
      if (!added) result.push(...after.slice(to, to + count).map((block) => ({ op: 'keep', block }) as const))
    }
    if (!added) from += count
    if (!removed) to += count
  }
  return [...result, ...replaced(pending, [])]
}

/** Removed blocks and the added ones that replace them: those with the same id, and the others by their order. */
function replaced(removed: Block[], added: Block[]): Step[] {
  const former = new Map(removed.flatMap((block) => (block.id === undefined ? [] : [[block.id, block] as const])))
  const same = (block: Block) => (block.id === undefined ? undefined : former.get(block.id))
  const taken = new Set(added.map(same))
  const others = removed.filter((block) => !taken.has(block))
  const steps = added.flatMap((block): Step[] => {
    const before = same(block) ?? others.shift()
    if (!before) return [{ op: 'add', block }]
    if (before.type === block.type) return [{ op: 'change', before, block }]
    return [
      { op: 'remove', block: before },
      { op: 'add', block },
    ]
  })
  return [...steps, ...others.map((block) => ({ op: 'remove', block }) as const)]
}

/** The steps with blocks that are removed here and added there as moved. */
function moved(steps: Step[]): Step[] {
  const idsOf = (op: 'add' | 'remove') =>
    new Map(steps.flatMap((step) => (step.op === op && step.block.id ? [[step.block.id, step.block] as const] : [])))
  const [removed, added] = [idsOf('remove'), idsOf('add')]
  const isMoved = ({ id = '', type }: Block) => removed.get(id)?.type === type && added.get(id)?.type === type
  return steps.flatMap((step): Step[] => {
    if (!isMoved(step.block) || (step.op !== 'add' && step.op !== 'remove')) return [step]
    const before = removed.get(step.block.id ?? '')
    return step.op === 'add' && before ? [{ op: 'move', before, block: step.block }] : []
  })
}

/** What changed in the text of a block, or in its texts. */
function textChanges(before: Block, after: Block, maxEditLength: number): Pick<BlockChange, 'words' | 'texts'> {
  if ('text' in before && 'text' in after) {
    const words = before.text === after.text ? undefined : wordChanges(before.text, after.text, maxEditLength)
    return words ? { words } : {}
  }
  const texts = listChanges(textsIn(before), textsIn(after), maxEditLength)
  return texts.length > 0 ? { texts } : {}
}

function listChanges(before: BlockText[], after: BlockText[], maxEditLength: number): TextChange[] {
  const texts = (list: BlockText[]) => list.map(({ text }) => text)
  const changes: TextChange[] = []
  let removed: string[] = []
  let at = 0
  for (const run of diffArrays(texts(before), texts(after), { maxEditLength }) ?? []) {
    if (run.removed) {
      removed = run.value
      continue
    }
    const added = run.added ? after.slice(at, at + run.count) : []
    changes.push(...replacedTexts(removed, added, maxEditLength))
    removed = []
    at += run.count
  }
  return [...changes, ...replacedTexts(removed, [], maxEditLength)]
}

/** Removed texts and the added ones that replace them, by their order. */
function replacedTexts(removed: string[], added: BlockText[], maxEditLength: number): TextChange[] {
  const changed = added.flatMap(({ path, text }, i) => {
    const words = wordChanges(removed[i] ?? '', text, maxEditLength)
    return words ? [{ pointer: pointerTo(path), words }] : []
  })
  const gone = removed.slice(added.length)
  return [...changed, ...gone.map((text) => ({ pointer: null, words: [{ op: 'remove' as const, text }] }))]
}

function wordChanges(before: string, after: string, maxEditLength: number): z.infer<typeof WordChange>[] | undefined {
  return diffWordsWithSpace(before, after, { maxEditLength })?.map(({ added, removed, value }) => ({
    op: added ? 'add' : removed ? 'remove' : 'keep',
    text: value,
  }))
}
