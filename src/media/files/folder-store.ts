/** Files in a folder: `ab/ab12…`, the checksum in a folder of its first two digits. */
import { constants, createReadStream } from 'node:fs'
import { access, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { type FileStore, failedFile, type StoredFile } from './file-store.ts'

/** The folder of files that are being received, on the same disk. */
const INCOMING = 'incoming'
const SHARD = /^[0-9a-f]{2}$/
const CHECKSUM = /^[0-9a-f]{64}$/

/** A store in `folder`, which is created at the first write. A disk that is no longer mounted is not replaced by a new folder. */
export function folderStore(folder: string): FileStore {
  const pathOf = (checksum: string) => join(folder, checksum.slice(0, 2), checksum)
  const incoming = join(folder, INCOMING)
  let created: Promise<unknown> | undefined

  const create = async () => {
    await mkdir(incoming, { recursive: true })
    await syncFolder(folder)
  }

  return {
    incoming,
    async prepare() {
      created ??= create().catch((error: unknown) => {
        created = undefined
        throw error
      })
      await created.catch(failedFile)
      await access(incoming, constants.W_OK).catch(failedFile)
    },
    async add({ path, checksum }) {
      const target = pathOf(checksum)
      try {
        const isNew = await mkdir(dirname(target)).then(() => true, ifExists)
        if (isNew) await syncFolder(folder)
        await rename(path, target)
        await syncFolder(dirname(target))
      } catch (error) {
        failedFile(error)
      }
    },
    async read(checksum, range): Promise<Readable | undefined> {
      const handle = await open(pathOf(checksum)).catch(undefinedIfMissing)
      return handle && createReadStream('', { fd: handle, ...range })
    },
    pathOf,
    find: (checksum) => fileAt(pathOf(checksum), checksum),
    delete: (checksum) => rm(pathOf(checksum), { force: true }).catch(failedFile),
    async *list() {
      for await (const shard of entriesOf(folder, SHARD))
        for await (const checksum of entriesOf(join(folder, shard), CHECKSUM)) {
          const file = await fileAt(pathOf(checksum), checksum)
          if (file) yield file
        }
    },
  }
}

async function fileAt(path: string, checksum: string): Promise<StoredFile | undefined> {
  const found = await stat(path).catch(undefinedIfMissing)
  return found && { checksum, byteSize: found.size, addedAt: found.mtimeMs }
}

/** The names in a folder that match; none if there is no such folder. */
async function* entriesOf(folder: string, pattern: RegExp): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(undefinedIfMissing)
  if (entries) for await (const { name } of entries) if (pattern.test(name)) yield name
}

/** Makes the names in a folder safe against a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

const ifExists = (error: NodeJS.ErrnoException): false => {
  if (error.code === 'EEXIST') return false
  throw error
}

const undefinedIfMissing = (error: NodeJS.ErrnoException): undefined =>
  error.code === 'ENOENT' ? undefined : failedFile(error)
