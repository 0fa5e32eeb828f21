/** A body from a request, brought into blocks. */
import * as z from 'zod'
import { type BlockInput, BodyInput, type StoredBlock, type Warning } from './block.ts'
import { UnreadableBody } from './errors.ts'

/**
 * The blocks of a body that has passed `BodyInput`, with every member present, and warnings of what a conversion could
 * not keep. A quote's source is the reference that was sent. Throws BodyNotReadable, and nothing else.
 */
export async function readBody(body: BodyInput): Promise<{ blocks: StoredBlock[]; warnings: Warning[] }> {
  if (Array.isArray(body)) return { blocks: body.map(complete), warnings: [] }
  // The readers are loaded when first needed: most servers convert seldom.
  const { convert } = await import('./convert.ts')
  const { blocks, warnings } = convert(body)
  return { blocks: checked(blocks), warnings }
}

/** What was converted must be as good as what could have been sent as blocks. */
function checked(blocks: StoredBlock[]): StoredBlock[] {
  const parsed = BodyInput.options[0].safeParse(blocks)
  if (parsed.success) return blocks
  const [issue] = parsed.error.issues
  const [index] = issue?.path ?? []
  const where = typeof index === 'number' ? `the ${blocks[index]?.type} at block ${index + 1}` : 'the body'
  throw new UnreadableBody(`${where}: ${issue?.message ?? z.prettifyError(parsed.error)}`)
}

function complete(block: BlockInput): StoredBlock {
  switch (block.type) {
    case 'quote':
      return { ...block, source: block.source ?? null, attribution: block.attribution ?? null }
    case 'image':
      return { ...block, caption: block.caption ?? null, credit: block.credit ?? null }
    case 'embed':
      return { ...block, provider: block.provider ?? null }
    case 'code':
      return { ...block, language: block.language ?? null }
    default:
      return block
  }
}
