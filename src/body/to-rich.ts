/** Blocks whose texts are runs with marks, so that a frontend does not have to parse them. */
import * as z from 'zod'
import type { Block } from './block.ts'
import { textsIn } from './block-texts.ts'
import { Run, tidyRuns } from './inline.ts'
import { parseInline } from './parse-inline.ts'

const runs = (description: string) => z.array(Run).nullish().meta({ description })

export const RichBlock = z
  .looseObject({
    type: z.string().meta({ description: 'The type of the block.', examples: ['paragraph'] }),
    text: z
      .union([z.array(Run), z.string()])
      .optional()
      .meta({ description: 'The text as runs; that of code as it stands.' }),
    caption: runs('The words below it.'),
  })
  .meta({
    id: 'RichBlock',
    description: 'A block like `Block`, but each text of inline Markdown in it is an array of runs.',
  })
export type RichBlock = z.infer<typeof RichBlock>

/** The blocks with each text of inline Markdown as runs. Two hard breaks in a run separate paragraphs. */
export const toRich = (blocks: Block[]): RichBlock[] => blocks.map(richBlock)

function richBlock(block: Block): RichBlock {
  const rich = structuredClone(block) as unknown as RichBlock
  for (const { path, text } of textsIn(block)) setAt(rich, path, runsOf(text))
  return rich
}

const runsOf = (text: string): Run[] =>
  tidyRuns(parseInline(text).flatMap((runs, i) => (i === 0 ? runs : [{ text: '\n\n', marks: [] }, ...runs])))

function setAt(target: object, path: PropertyKey[], value: unknown): void {
  const [last, ...above] = path.toReversed()
  let parent = target as Record<PropertyKey, unknown>
  for (const key of above.reverse()) parent = parent[key] as Record<PropertyKey, unknown>
  if (last !== undefined) parent[last] = value
}
