/** Checks of the files of media: that each entry has its file, and each file an entry. */
import { asc, gt } from 'drizzle-orm'
import { type FileStore, FilesUnavailable } from '../media/files/file-store.ts'
import { filesWithoutEntry, SWEEP_AGE } from '../media/files/sweep.ts'
import { media } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Check, Finding } from './finding.ts'

/** How many entries are read at once. */
const BATCH = 200
/** How much older than the sweep allows a file without an entry may be, in milliseconds. */
const LATENESS = 24 * 60 * 60 * 1_000

/** Nothing is repaired: a missing file comes back from a copy of the folder, or when the same bytes are uploaded again. */
export const checkFiles = (files: FileStore, now: Date): Check => ({
  name: 'files of media',
  async run({ reader }) {
    const [first] = await reader.select({ id: media.id }).from(media).limit(1)
    if (!first) return []
    try {
      return [...(await missingFiles(reader, files)), ...(await leftOver(reader, files, now))]
    } catch (error) {
      if (error instanceof FilesUnavailable) return [{ text: `they cannot be read: ${error.message}`, repaired: false }]
      throw error
    }
  },
})

async function missingFiles(db: Reader, files: FileStore): Promise<Finding[]> {
  const found: Finding[] = []
  for (let last: string | undefined = ''; last !== undefined; ) {
    const batch: { id: string; checksum: string; byteSize: number }[] = await db
      .select({ id: media.id, checksum: media.checksum, byteSize: media.byteSize })
      .from(media)
      .where(gt(media.id, last))
      .orderBy(asc(media.id))
      .limit(BATCH)
    for (const { id, checksum, byteSize } of batch) {
      const file = await files.find(checksum)
      if (!file) found.push({ text: `the file ${checksum} of the media ${id} is missing`, repaired: false })
      else if (file.byteSize !== byteSize)
        found.push({ text: `the file ${checksum} of the media ${id} has another size`, repaired: false })
    }
    last = batch.at(-1)?.id
  }
  return found
}

async function leftOver(db: Reader, files: FileStore, now: Date): Promise<Finding[]> {
  const found: Finding[] = []
  for await (const { checksum, addedAt } of filesWithoutEntry(db, files))
    if (addedAt < now.getTime() - SWEEP_AGE - LATENESS)
      found.push({ text: `the file ${checksum} has no entry, and was not deleted`, repaired: false })
  return found
}
