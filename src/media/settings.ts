/** The settings of media. Compiled editions contain addresses of renditions, so all processes use the stored settings. */
import { eq, sql } from 'drizzle-orm'
import { prepared } from '../storage/prepared-statements.ts'
import { settings } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

export interface MediaSettings {
  /** What addresses of files begin with, without a slash at the end; empty for the service itself. */
  baseUrl: string
  /** The crops by name: width divided by height. */
  crops: Record<string, number>
  /** The widths of renditions in pixels, ascending. */
  widths: number[]
  /** The addresses of renditions at an external image service; absent if this service makes them. */
  template?: string
}

export const defaultMediaSettings: MediaSettings = {
  baseUrl: '',
  crops: { wide: 16 / 9, standard: 4 / 3, square: 1, tall: 3 / 4 },
  widths: [320, 640, 960, 1280, 1920],
}

const NAME = 'media'

const selectSettings = prepared('settings', (db) =>
  db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.name, sql.placeholder('name'))),
)

/** The stored settings; the defaults before any were stored. */
export async function mediaSettings(db: Reader): Promise<MediaSettings> {
  const [row] = await selectSettings(db, { name: NAME })
  return (row?.value as MediaSettings | undefined) ?? defaultMediaSettings
}

/** Stores the settings; gives whether they differ from those before. */
export async function storeMediaSettings(tx: Writer, value: MediaSettings): Promise<boolean> {
  if (JSON.stringify(await mediaSettings(tx)) === JSON.stringify(value)) return false
  await tx.insert(settings).values({ name: NAME, value }).onConflictDoUpdate({ target: settings.name, set: { value } })
  return true
}
