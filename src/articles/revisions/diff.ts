/** What has changed between two versions of an article, as data that a frontend can draw. Pure. */
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

/** How many changes are followed: two long texts with nothing in common are not worth the time. */
const LIMIT = { maxEditLength: 4_000 }

/** Members that say where an article stands and not what it says, or that follow from others. */
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
    const [was, is] = [before[name] ?? null, after[name] ?? null]
    if (isObject(was) && isObject(is)) return changesIn(was, is, [...path, name])
    return JSON.stringify(was) === JSON.stringify(is)
      ? []
      : [{ path: pointerTo([...path, name]), before: was, after: is }]
  })
}

/** What changed in the body: blocks kept, added, removed, and those of the same type that took another's place. */
export function bodyChanges(before: Block[], after: Block[]): BlockChange[] {
  const texts = (blocks: Block[]) => blocks.map((block) => JSON.stringify(block))
  const runs = diffArrays(texts(before), texts(after), LIMIT)
  // Nothing in common within the limit: all of the one went, all of the other came.
  if (!runs) return replaced(before, after)
  const result: BlockChange[] = []
  let gone: Block[] = []
  let [from, to] = [0, 0]
  for (const { added, removed, count } of runs) {
    if (removed) gone = before.slice(from, from + count)
    else if (added) {
      result.push(...replaced(gone, after.slice(to, to + count)))
      gone = []
    } else {
      result.push(
        ...replaced(gone, []),
        ...after.slice(to, to + count).map((block) => ({ op: 'keep', block }) as const),
      )
      gone = []
    }
    if (!added) from += count
    if (!removed) to += count
  }
  return [...result, ...replaced(gone, [])]
}

function replaced(gone: Block[], come: Block[]): BlockChange[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, index): BlockChange[] => {
    const [was, is] = [gone[index], come[index]]
    if (was && is && was.type === is.type) return [{ op: 'change', block: is, ...wordsBetween(was, is) }]
    return [...(was ? [{ op: 'remove' as const, block: was }] : []), ...(is ? [{ op: 'add' as const, block: is }] : [])]
  }).flat()
}

function wordsBetween(was: Block, is: Block): Pick<BlockChange, 'words'> {
  if (!('text' in was && 'text' in is)) return {}
  const words = diffWordsWithSpace(was.text, is.text, LIMIT)
  if (!words) return {}
  return {
    words: words.map(({ added, removed, value }) => ({ op: added ? 'add' : removed ? 'remove' : 'keep', text: value })),
  }
}
