/** Converts the body of a request into blocks. */
import * as z from 'zod'
import type { BlockInput, StoredBlock, StoredPicture, Warning } from './block.ts'
import { BodyInput } from './body-input.ts'
import { UnreadableBody } from './errors.ts'
import type { MediaAddresses } from './own-media.ts'

/**
 * Converts a body that `BodyInput` has validated into blocks with all members, and warnings about what the conversion
 * dropped. A quote's source is the reference of the request; what a text or a document shows at an address in `own` is media of
 * this service. Throws only `UnreadableBody`.
 */
export async function readBody(
  body: BodyInput,
  own?: MediaAddresses,
): Promise<{ blocks: StoredBlock[]; warnings: Warning[] }> {
  if (Array.isArray(body)) return { blocks: body.map(withAllMembers), warnings: [] }
  // Loaded on first use: most servers convert rarely.
  const { convert } = await import('./convert.ts')
  const { blocks, warnings } = convert(body, own)
  return { blocks: validated(blocks), warnings }
}

/** Converted blocks have to pass the same validation as blocks in a request. */
function validated(blocks: StoredBlock[]): StoredBlock[] {
  const parsed = BodyInput.options[0].safeParse(blocks)
  if (parsed.success) return blocks
  const [issue] = parsed.error.issues
  const [index] = issue?.path ?? []
  if (issue?.code === 'too_big' && index === undefined)
    throw new UnreadableBody(`has more than ${issue.maximum} blocks`)
  const location = typeof index === 'number' ? `the ${blocks[index]?.type} at block ${index + 1}: ` : ''
  throw new UnreadableBody(`${location}${issue?.message ?? z.prettifyError(parsed.error)}`)
}

function withAllMembers(block: BlockInput): StoredBlock {
  switch (block.type) {
    case 'quote': {
      // The members in one order, whichever were sent: equal blocks have the same text of JSON.
      const { source = null, attribution = null, ...quote } = block
      return { ...quote, source, attribution }
    }
    case 'image': {
      const { type, id, caption = null, credit = null } = block
      return { type, ...(id !== undefined && { id }), ...storedPicture({ ...block, caption, credit }) }
    }
    case 'gallery':
      return { ...block, images: block.images.map(storedPicture) }
    case 'audio':
    case 'video': {
      const { mimeType: _, byteSize: __, duration: ___, rights: ____, ...stored } = block
      return withoutAddressOfMedia(stored) as StoredBlock
    }
    case 'embed':
      return { ...block, provider: block.provider ?? null }
    case 'code':
      return { ...block, language: block.language ?? null }
    default:
      return block
  }
}

type PictureInput = Omit<Extract<BlockInput, { type: 'image' }>, 'type' | 'id'>

/** A picture as it is stored: without what replies add. */
function storedPicture(input: PictureInput): StoredPicture {
  const { media, url, alt, link, caption, credit, crop } = input
  const words = {
    ...(alt !== undefined && { alt }),
    ...(link !== undefined && { link }),
    ...(caption !== undefined && { caption }),
    ...(credit !== undefined && { credit }),
  }
  if (media === undefined) return { url: url ?? '', ...words }
  return { media, ...words, ...(crop && { crop: cropOf(crop) }) }
}

/** The members in one order, because the address of a rendition depends on it. */
const cropOf = ({ x, y, width, height }: NonNullable<PictureInput['crop']>) => ({ x, y, width, height })

/** Replies have the address of media beside its id. */
const withoutAddressOfMedia = <T extends { media?: string | undefined; url?: string | undefined }>({
  url,
  ...block
}: T) => (block.media === undefined ? { ...block, url } : block)
