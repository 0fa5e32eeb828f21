/** The schemas of requests that change a single block, and how large ones are read. */
import * as z from 'zod'
import { BlockInput } from '../../body/block.ts'
import type { RequestReader } from '../../body-tasks/tasks.ts'
import { parseBody } from '../../http/validation.ts'

export const BlockId = z
  .string()
  .max(64)
  .meta({ description: 'The id of the block.', examples: ['b4k2m9xd'] })
export const NewBlock = z
  .strictObject({
    block: BlockInput,
    before: BlockId.optional().meta({ description: 'The block before which it is put.' }),
    after: BlockId.optional().meta({ description: 'The block behind which it is put.' }),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, 'must have `before` or `after`, not both')
  .meta({
    id: 'NewBlock',
    description: 'A block to add; at the end with neither `before` nor `after`.',
    examples: [{ block: { type: 'paragraph', text: 'The bridge **reopened** on Thursday.' }, after: 'b4k2m9xd' }],
  })

export const BlockPatch = z
  .looseObject({
    type: z
      .string()
      .optional()
      .meta({ description: 'The type of the block.', examples: ['paragraph'] }),
  })
  .meta({
    id: 'BlockPatch',
    description: 'The members of a block to change. The result has to be a valid `BlockInput`.',
    examples: [{ text: 'The bridge **reopened** on Friday.' }],
  })

export type NewBlock = z.infer<typeof NewBlock>
export type BlockPatch = z.infer<typeof BlockPatch>

const module = import.meta.url

export const readNewBlock = (value: unknown): NewBlock => parseBody(NewBlock, value)
export const newBlockReader: RequestReader = { module, name: readNewBlock.name }

export const readBlockPatch = (value: unknown): BlockPatch => parseBody(BlockPatch, value)
export const blockPatchReader: RequestReader = { module, name: readBlockPatch.name }

export const readBlock = (value: unknown): BlockInput => parseBody(BlockInput, value)
export const blockReader: RequestReader = { module, name: readBlock.name }
