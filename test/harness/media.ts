import { newId } from '../../src/lib/id.ts'
import type { MediaRights } from '../../src/lib/media.ts'
import type { MediaRow } from '../../src/media/renditions.ts'
import { media, slugs } from '../../src/storage/schema.ts'
import type { Newsroom } from './newsroom.ts'

const rights = {
  holder: 'Coastal Pictures',
  licence: 'CC BY 4.0',
  licenceUrl: 'https://licence.example/by',
  usage: 'Editorial use only.',
  restrictions: null,
  expiresAt: null,
  regions: null,
  syndication: 'allowed' as const,
}

/** Stores what is known of a photo, without a file: what articles show of it needs none. */
export async function storePhoto(
  room: Newsroom,
  { rights: own, ...more }: Partial<Omit<MediaRow, 'rights'>> & { rights?: Partial<MediaRights> } = {},
): Promise<MediaRow> {
  const id = newId()
  const now = room.clock.now().toISOString()
  const row: MediaRow = {
    id,
    slug: `bridge-${id.slice(-8)}`,
    name: 'Bridge',
    sortName: 'bridge',
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    kind: 'image',
    status: 'available',
    statusReason: null,
    checksum: id,
    mimeType: 'image/jpeg',
    byteSize: 123_456,
    width: 4_000,
    height: 3_000,
    fileName: 'bridge.jpg',
    alt: 'The bridge at dawn',
    caption: 'The *old* bridge',
    credit: 'Ana Moreau',
    language: null,
    focalPoint: null,
    crops: {},
    dominantColour: '#336699',
    thumbhash: null,
    metadata: {},
    expiresAt: null,
    createdBy: 'someone',
    searchKey: null,
    ...more,
    rights: { ...rights, ...own },
  }
  await room.storage.transaction(async (tx) => {
    await tx.insert(media).values(row)
    await tx.insert(slugs).values({ kind: 'media', slug: row.slug, target: id, live: true })
  })
  return row
}
