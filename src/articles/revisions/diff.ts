/** The differences between two versions of an article, as data for a frontend to show. Pure. */
import { diffArrays, diffWordsWithSpace } from 'diff'
import * as z from 'zod'
import { Block } from '../../body/block.ts'
import type { Article } from '../../editions/article.ts'
import { pointerTo } from '../../lib/problem.ts'

const WordChange = z.object({
  op: z.enum(['keep', 'add', 'remove']).meta({ description: 'What happened to the words.' }),
  text: z.string().meta({ description: 'The words.', examples: ['The bridge'] }),
})

const BlockChange = z.object({
  op: z.enum(['keep', 'add', 'remove', 'change']).meta({ description: 'What happened to the block.' }),
  block: Block.meta({ description: 'The block as it is afterwards; one that was removed, as it was.' }),
  words: z.array(WordChange).optional().meta({ description: 'For a changed text, what changed in it.' }),
})
type BlockChange = z.infer<typeof BlockChange>

export const RevisionDiff = z
  .object({
    from: z.int().meta({ description: 'The number of the earlier revision.', examples: [2] }),
    to: z.int().meta({ description: 'The number of the later revision.', examples: [3] }),
    changes: z
      .array(
        z.object({
          path: z.string().meta({ description: 'A JSON pointer (RFC 6901) to the value.' }),
          before: z.unknown().meta({ description: 'The value before.' }),
          after: z.unknown().meta({ description: 'The value after.' }),
        }),
      )
      .meta({
        description: 'What changed outside the body.',
        examples: [[{ path: '/kicker', before: null, after: 'Transport' }]],
      }),
    body: z.array(BlockChange).meta({ description: 'The blocks of both, in their order.' }),
  })
  .meta({ id: 'RevisionDiff', description: 'What changed from one revision to another, by field and by block.' })
export type RevisionDiff = z.infer<typeof RevisionDiff>

/** A limit of the effort: beyond it two texts have too little in common, and the whole is a change. */
const LIMIT = { maxEditLength: 4_000 }

/** Members that are not content: state of the article, and what is derived from other members. */
const NOT_CONTENT = new Set<string>([
  'id',
  'status',
  'version',
  'liveVersion',
  'hasUnpublishedChanges',
  'publishedAt',
  'updatedAt',
  'publishAt',
  'embargoUntil',
  'createdAt',
  'createdBy',
  'editedAt',
  'breadcrumbs',
  'corrections',
  'wordCount',
  'readingTimeMinutes',
  'body',
])

/** What changed in the fields, each with a JSON pointer to it: objects are entered, lists are compared whole. */
export function fieldChanges(before: Article, after: Article): RevisionDiff['changes'] {
  const content = (article: Article) =>
    Object.fromEntries(Object.entries(article).filter(([name]) => !NOT_CONTENT.has(name)))
  return changesIn(content(before), content(after), [])
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function changesIn(before: Json, after: Json, path: string[]): RevisionDiff['changes'] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, current] = [before[name] ?? null, after[name] ?? null]
    if (isObject(old) && isObject(current)) return changesIn(old, current, [...path, name])
    return JSON.stringify(old) === JSON.stringify(current)
      ? []
      : [{ path: pointerTo([...path, name]), before: old, after: current }]
  })
}

/** The changes of the body: blocks unchanged, added, removed, and changed where one of the same type replaces another. */
export function bodyChanges(before: Block[], after: Block[]): BlockChange[] {
  const texts = (blocks: Block[]) => blocks.map((block) => JSON.stringify(block))
  const runs = diffArrays(texts(before), texts(after), LIMIT)
  // Too different for the limit: all blocks are replaced.
  if (!runs) return replaced(before, after)
  const result: BlockChange[] = []
  let pending: Block[] = []
  let [from, to] = [0, 0]
  for (const { added, removed, count } of runs) {
    if (removed) pending = before.slice(from, from + count)
    else if (added) {
      result.push(...replaced(pending, after.slice(to, to + count)))
      pending = []
    } else {
      result.push(
        ...replaced(pending, []),
        ...after.slice(to, to + count).map((block) => ({ op: 'keep', block }) as const),
      )
      pending = []
    }
    if (!added) from += count
    if (!removed) to += count
  }
  return [...result, ...replaced(pending, [])]
}

/** Removed blocks and the added ones that replace them, paired by their order. */
function replaced(removed: Block[], added: Block[]): BlockChange[] {
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, index): BlockChange[] => {
    const [before, after] = [removed[index], added[index]]
    if (before && after && before.type === after.type)
      return [{ op: 'change', block: after, ...wordChanges(before, after) }]
    return [
      ...(before ? [{ op: 'remove' as const, block: before }] : []),
      ...(after ? [{ op: 'add' as const, block: after }] : []),
    ]
  }).flat()
}

function wordChanges(before: Block, after: Block): Pick<BlockChange, 'words'> {
  if (!('text' in before && 'text' in after)) return {}
  const words = diffWordsWithSpace(before.text, after.text, LIMIT)
  if (!words) return {}
  return {
    words: words.map(({ added, removed, value }) => ({ op: added ? 'add' : removed ? 'remove' : 'keep', text: value })),
  }
}
