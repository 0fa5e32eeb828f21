/** Deletes renditions that no address leads to any more. */
import { loadByIds } from '../catalogue/loader.ts'
import { media } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import type { RenditionFolder } from './rendition-folder.ts'
import { type MediaRow, renditionKey } from './renditions.ts'
import { mediaSettings } from './settings.ts'

/** How many media are looked up at a time. */
const BATCH = 100

/** Deletes the renditions of media that may not be shown, and of others those that are cut differently now. */
export async function sweepRenditions(
  { storage, renditions }: { storage: Storage; renditions: RenditionFolder },
  isStopping: () => boolean,
): Promise<void> {
  await renditions.deletePartial()
  let batch: string[] = []
  for await (const id of renditions.ids()) {
    if (isStopping()) return
    if (batch.push(id) < BATCH) continue
    await sweepBatch(storage, renditions, batch)
    batch = []
  }
  await sweepBatch(storage, renditions, batch)
}

async function sweepBatch({ reader: db }: Storage, renditions: RenditionFolder, ids: string[]): Promise<void> {
  const settings = await mediaSettings(db)
  const rows = new Map((await loadByIds<MediaRow>(db, media, ids)).map((row) => [row.id, row]))
  for (const id of ids) {
    const row = rows.get(id)
    if (row?.status !== 'available' || row.deletedAt !== null) {
      await renditions.delete(id)
      continue
    }
    const current = renditionKey(row, settings, null)
    const former = (await renditions.keys(id)).filter((key) => key.split('.')[0] !== current)
    if (former.length > 0) await renditions.delete(id, former)
  }
}
