/** The folder of renditions: `<end of the id>/<id>/<key>/wide-640.webp`. All in it can be made again. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { failedFile } from './files/file-store.ts'

/** The folder of the media in a folder of all: two digits first, since a folder of very many is slow. */
const SHARD = 2
/** The folder of files that are being written. */
const PARTIAL = 'partial'
/** For how long one may be written, in milliseconds. */
const MAX_WRITING = 3_600_000

/** Every method may throw `FilesUnavailable`. */
export interface RenditionFolder {
  /** Where files are written before they are renditions. */
  readonly partial: string
  /** The folder of the renditions with a key. */
  pathOf(id: string, key: string): string
  /** Deletes all renditions of a media entry, or those with these keys. */
  delete(id: string, keys?: string[]): Promise<void>
  /** Deletes what processes that have ended were writing. */
  deletePartial(): Promise<void>
  /** The ids of the media that have renditions. */
  ids(): AsyncIterable<string>
  /** The keys of the renditions of a media entry. */
  keys(id: string): Promise<string[]>
}

/** The renditions in `folder`, which is created when it is needed. */
export function renditionFolder(folder: string): RenditionFolder {
  const partial = join(folder, PARTIAL)
  const folderOf = (id: string) => join(folder, id.slice(-SHARD), id)
  return {
    partial,
    pathOf: (id, key) => join(folderOf(id), key),
    async delete(id, keys) {
      const folders = keys?.map((key) => join(folderOf(id), key)) ?? [folderOf(id)]
      await Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))).catch(failedFile)
    },
    async deletePartial() {
      for (const name of await namesIn(partial)) {
        const path = join(partial, name)
        const found = await stat(path).catch(undefinedIfMissing)
        if (found && found.mtimeMs < Date.now() - MAX_WRITING) await rm(path, { force: true }).catch(failedFile)
      }
    },
    async *ids() {
      for (const shard of await namesIn(folder)) if (shard.length === SHARD) yield* await namesIn(join(folder, shard))
    },
    keys: (id) => namesIn(folderOf(id)),
  }
}

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder).catch(undefinedIfMissing)) ?? []

const undefinedIfMissing = (error: NodeJS.ErrnoException): undefined =>
  error.code === 'ENOENT' ? undefined : failedFile(error)
