/** Where blocks show media. This is the only place that knows it for all blocks. */
import type { Crop } from '../lib/media.ts'
import type { Image, Rendition } from '../lib/media-schemas.ts'
import type { Block, StoredBlock } from './block.ts'

/** The kinds of media that articles show. */
export const shownKinds = ['image', 'audio', 'video'] as const
export type ShownKind = (typeof shownKinds)[number]

/** A picture or a recording in a block, stored or in a reply. */
interface Item {
  media?: string | undefined
  url?: string | undefined
  alt?: string | null | undefined
  caption?: string | null | undefined
  credit?: string | null | undefined
  crop?: Crop | undefined
  renditions?: Rendition[] | undefined
  rights?: Image['rights'] | undefined
}

/** Where a picture or a recording stands in its block, and what kind of media it shows. */
export interface ItemPosition {
  kind: ShownKind
  path: PropertyKey[]
}

/**
 * The block with each item that shows media replaced by what `map` gives for it. Null leaves the item out, and the block
 * with it if nothing else is in it. Blocks without media stay the same object.
 */
export function mapMedia<B extends Block | StoredBlock>(
  block: B,
  map: <I extends Item>(item: I & { media: string }, position: ItemPosition) => I | null,
): B | null {
  switch (block.type) {
    case 'image':
    case 'audio':
    case 'video':
      return showsMedia(block) ? map(block, { kind: block.type, path: [] }) : block
    case 'gallery': {
      const pictures: Item[] = block.images
      if (!pictures.some(showsMedia)) return block
      const images = pictures.flatMap(
        (item, i) => (showsMedia(item) ? map(item, { kind: 'image', path: ['images', i] }) : item) ?? [],
      )
      return images.length === 0 ? null : ({ ...block, images } as B)
    }
    default:
      return block
  }
}

const showsMedia = <I extends Item>(item: I): item is I & { media: string } => item.media !== undefined

/** A use of media in a block. */
export interface MediaItem extends ItemPosition {
  media: string
  item: Item
}

/** The items of a block that show media, in their order. */
export function mediaItems(block: Block | StoredBlock): MediaItem[] {
  const found: MediaItem[] = []
  mapMedia(block, (item, position) => {
    found.push({ ...position, media: item.media, item })
    return item
  })
  return found
}
