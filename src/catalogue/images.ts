/** The images of authors, sources, sections and tags. */
import type { Image } from '../lib/media-schemas.ts'
import { invalidReferences } from '../lib/problem.ts'
import { authors, media, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow, EntryUse } from './entry.ts'
import { loadByIds } from './loader.ts'
import { resolveReference } from './resolve.ts'

/** Where entries refer to their image. */
export const imageUses: readonly EntryUse[] = [
  { noun: 'author', plural: 'authors', table: authors, column: authors.image },
  { noun: 'source', plural: 'sources', table: sources, column: sources.image },
  { noun: 'section', plural: 'sections', table: sections, column: sections.image },
  { noun: 'tag', plural: 'tags', table: tags, column: tags.image },
]

/** Loads images by the ids of media; passed in, because the catalogue must not import from media. */
export type LoadImages = (db: Reader, ids: string[]) => Promise<(id: string) => Image | null>

/**
 * The id of the image that a request names; null for none. It has to be an image that may be shown, or the one that the
 * entry has. Throws `invalid-reference`.
 */
export async function resolveImage(
  db: Reader,
  reference: string | null | undefined,
  self: { image: string | null } | null,
): Promise<string | null> {
  if (reference === null || reference === undefined) return null
  if (reference === self?.image) return reference
  const { id } = await resolveReference(db, 'media', reference)
  const [row] = id === undefined ? [] : await loadByIds<typeof media.$inferSelect>(db, media, [id])
  const isShowable = row?.kind === 'image' && row.status === 'available' && row.deletedAt === null
  if (!isShowable) throw invalidReferences([{ pointer: '/image', noun: 'image', ref: reference }])
  return row.id
}

/** Entries as in replies, with their images in place of the ids of these. */
export const entryViews =
  <Row extends EntryRow, Input extends EntryInput>(kind: EntryKind<Row, Input>, loadImages: LoadImages) =>
  async (db: Reader, rows: Row[], internalColumns: boolean): Promise<{ id: string }[]> => {
    const views: { id: string; image?: string | null }[] = await kind.views(db, rows, internalColumns)
    const images = await loadImages(
      db,
      views.flatMap(({ image }) => image ?? []),
    )
    return views.map(({ image, ...view }) => (image === undefined ? view : { ...view, image: image && images(image) }))
  }
