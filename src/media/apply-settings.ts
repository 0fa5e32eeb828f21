import { isNotNull } from 'drizzle-orm'
import { markKindStale, markStale } from '../changes/stale-editions.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { authors } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import { type MediaSettings, mediaSettings, storeMediaSettings } from './settings.ts'

/** The settings of media as the environment gives them: crops as `wide=16:9`, widths in pixels. */
export function mediaSettingsOf({
  PUBLIC_URL = '',
  MEDIA_URL: url = PUBLIC_URL,
  MEDIA_CROPS: crops,
  MEDIA_WIDTHS: widths,
  MEDIA_TEMPLATE: template,
}: {
  PUBLIC_URL?: string | undefined
  MEDIA_URL?: string | undefined
  MEDIA_CROPS: string[]
  MEDIA_WIDTHS: string[]
  MEDIA_TEMPLATE?: string | undefined
}): MediaSettings {
  const ratios = crops.map((crop) => {
    const [name = '', width, height] = crop.split(/[=:]/)
    return [name, Number(width) / Number(height)]
  })
  return {
    baseUrl: url.replace(/\/$/, ''),
    crops: Object.fromEntries(ratios),
    widths: [...new Set(widths.map(Number))].sort((a, b) => a - b),
    ...(template !== undefined && { template }),
  }
}

/**
 * Stores the settings of media. If they differ from those before, every edition with media is marked as stale: the
 * addresses in it have changed.
 */
export async function applyMediaSettings(
  { storage, clock }: { storage: Storage; clock: Clock },
  settings: MediaSettings,
): Promise<void> {
  // Without a transaction where nothing differs: a service may start while another writes.
  if (JSON.stringify(await mediaSettings(storage.reader)) === JSON.stringify(settings)) return
  await storage.transaction(async (tx) => {
    if (!(await storeMediaSettings(tx, settings))) return
    const now = timestamp(clock)
    await markKindStale(tx, 'media', now)
    // Bylines show the images of authors.
    const depicted = await tx.select({ id: authors.id }).from(authors).where(isNotNull(authors.image))
    for (const { id } of depicted) await markStale(tx, 'author', id, now)
  })
}
