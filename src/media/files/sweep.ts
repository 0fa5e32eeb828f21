/** Deletes files that no entry names, and what interrupted uploads have left. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inArray } from 'drizzle-orm'
import type { Clock } from '../../lib/clock.ts'
import { media } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'
import type { FileStore, StoredFile } from './file-store.ts'

/**
 * How old a file without an entry has to be, in milliseconds: an upload adds its file before its entry, and a database
 * that is restored from a backup may still name it.
 */
export const SWEEP_AGE = 7 * 24 * 60 * 60 * 1_000
/** How old a file in the folder of what is being received has to be, in milliseconds. */
const INCOMING_AGE = 24 * 60 * 60 * 1_000
/** How many files are looked up at once. */
const BATCH = 200

/** Those files that no entry names, not even one in the trash. */
export async function* filesWithoutEntry(db: Reader, files: FileStore): AsyncGenerator<StoredFile> {
  let batch: StoredFile[] = []
  for await (const file of files.list()) {
    batch.push(file)
    if (batch.length < BATCH) continue
    yield* await unnamed(db, batch)
    batch = []
  }
  yield* await unnamed(db, batch)
}

async function unnamed(db: Reader, files: StoredFile[]): Promise<StoredFile[]> {
  if (files.length === 0) return []
  const checksums = files.map(({ checksum }) => checksum)
  const rows = await db.select({ checksum: media.checksum }).from(media).where(inArray(media.checksum, checksums))
  const named = new Set(rows.map(({ checksum }) => checksum))
  return files.filter(({ checksum }) => !named.has(checksum))
}

/** Deletes files of no entry that are old enough. Gives how many. Ends early when `isStopped`. */
export async function sweepFiles(
  { db, files, clock }: { db: Reader; files: FileStore; clock: Clock },
  isStopped: () => boolean = () => false,
): Promise<number> {
  let deleted = 0
  const oldest = clock.now().getTime() - SWEEP_AGE
  for await (const { checksum, addedAt } of filesWithoutEntry(db, files)) {
    if (isStopped()) return deleted
    if (addedAt > oldest) continue
    // The same bytes may just have been uploaded again: then the file is a new one.
    const present = await files.find(checksum)
    if (!present || present.addedAt > oldest) continue
    await files.delete(checksum)
    deleted += 1
  }
  await sweepIncoming(files.incoming, clock)
  return deleted
}

async function sweepIncoming(folder: string, clock: Clock): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < clock.now().getTime() - INCOMING_AGE) await rm(path, { force: true })
  }
}
