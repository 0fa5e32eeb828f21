/** Loads media for what shows it. */
import { loadByIds } from '../catalogue/loader.ts'
import { media } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { MediaRow } from './renditions.ts'
import { defaultMediaSettings, type MediaSettings, mediaSettings } from './settings.ts'

/** Media by ids, and the settings by which it is shown. */
export interface MediaLoader {
  settings: MediaSettings
  /** Media that may be shown: neither withdrawn nor expired nor in the trash. */
  available(id: string): MediaRow | undefined
  /** Any media that there is, for editors. */
  stored(id: string): MediaRow | undefined
}

/** Loads the media with these ids, and the settings if there is any. */
export async function loadMedia(db: Reader, ids: string[]): Promise<MediaLoader> {
  const distinct = [...new Set(ids)]
  if (distinct.length === 0) return noMedia
  const [rows, settings] = await Promise.all([loadByIds<MediaRow>(db, media, distinct), mediaSettings(db)])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const stored = (id: string) => byId.get(id)
  return {
    settings,
    stored,
    available(id) {
      const row = stored(id)
      return row && isAvailable(row) ? row : undefined
    },
  }
}

const noMedia: MediaLoader = {
  settings: defaultMediaSettings,
  available: () => undefined,
  stored: () => undefined,
}

/** Whether media may be shown. */
export const isAvailable = ({ status, deletedAt }: Pick<MediaRow, 'status' | 'deletedAt'>): boolean =>
  status === 'available' && deletedAt === null
