/** Makes renditions, each once. */
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { type CroppedImage, type Cut, scalingOf } from './crops.ts'
import { type ByteRange, type FileStore, FilesFull, FilesUnavailable, failedFile } from './files/file-store.ts'
import type { ImageTasks } from './image-tasks.ts'
import type { RenditionFolder } from './rendition-folder.ts'
import type { RenditionFormat } from './rendition-format.ts'
import type { MediaRow } from './renditions.ts'
import { UnacceptableFile } from './unacceptable-file.ts'

/** A rendition of an image. */
export interface RenditionRequest {
  media: MediaRow
  image: CroppedImage
  cut: Cut
  /** The parts of its address. */
  key: string
  crop: string
  width: number
  format: RenditionFormat
}

/** A file that can be read, whole or in part. Every call may throw `FilesUnavailable`. */
export interface ReadableFile {
  byteSize: number
  read(range?: ByteRange): Promise<Buffer | Readable>
}

/** Files up to this size are read at once: no larger than what a stream would hold, in bytes. */
const SMALL = 64 * 1024

/** Gives a rendition. */
export type GetRendition = (rendition: RenditionRequest) => Promise<ReadableFile>

/**
 * Gives the function that gives a rendition: it is made, if this is the first request for it. Images are read from `files`.
 * It throws `FilesFull`, `FilesUnavailable`, and what `tasks` throw.
 */
export function renditionCache(
  { partial, pathOf }: Pick<RenditionFolder, 'partial' | 'pathOf'>,
  { files, tasks }: { files: FileStore; tasks: Pick<ImageTasks, 'renderImage'> },
): GetRendition {
  /** What is being made now, by path: many requests for a new rendition make it once. */
  const making = new Map<string, Promise<void>>()

  async function make(target: string, rendition: RenditionRequest): Promise<void> {
    const { media, image, cut, width, format } = rendition
    const { frames = 1, copyright, creator } = media.metadata
    const scaling = scalingOf(image, cut, width)
    const task = { scaling, format, isAnimated: frames > 1 && format === 'webp', copyright, creator }
    await mkdir(partial, { recursive: true }).catch(failedFile)
    const made = join(partial, newId())
    try {
      await withLocalFile(files, media.checksum, partial, (source) =>
        tasks.renderImage({ ...task, source, target: made }).catch(failedRender),
      )
      await mkdir(dirname(target), { recursive: true }).catch(failedFile)
      await rename(made, target).catch(failedFile)
    } finally {
      await rm(made, { force: true }).catch(() => {})
    }
  }

  return async (rendition) => {
    const { media, key, crop, width, format } = rendition
    const path = join(pathOf(media.id, key), `${crop}-${width}.${format}`)
    const found = await fileAt(path)
    if (found) return found
    let made = making.get(path)
    if (!made) {
      made = make(path, rendition).finally(() => making.delete(path))
      making.set(path, made)
    }
    await made
    return (await fileAt(path)) ?? fail('a rendition was deleted while it was made')
  }
}

/** Runs `use` with the path of a file of the store: its own path, or that of a copy for the time. */
async function withLocalFile(
  files: FileStore,
  checksum: string,
  folder: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  if (files.pathOf) return use(files.pathOf(checksum))
  const content = (await files.read(checksum)) ?? fail(`the file ${checksum} is missing`)
  const copy = join(folder, newId())
  try {
    await pipeline(content, createWriteStream(copy, { flags: 'wx' })).catch(failedFile)
    await use(copy)
  } finally {
    await rm(copy, { force: true }).catch(() => {})
  }
}

/** The file at a path, if there is one; a small one is read at once. */
async function fileAt(path: string): Promise<ReadableFile | undefined> {
  const file = await open(path).catch(undefinedIfMissing)
  if (!file) return undefined
  try {
    const { size: byteSize } = await file.stat()
    if (byteSize > SMALL) return { byteSize, read: (range) => streamOf(path, range ?? {}) }
    const { buffer } = await file.read(Buffer.allocUnsafe(byteSize), 0, byteSize, 0)
    return { byteSize, read: async (range) => (range ? buffer.subarray(range.start, range.end + 1) : buffer) }
  } catch (error) {
    return failedFile(error)
  } finally {
    await file.close()
  }
}

const streamOf = async (path: string, range: Partial<ByteRange>): Promise<Readable> =>
  (await open(path).catch(failedFile)).createReadStream(range)

const undefinedIfMissing = (error: NodeJS.ErrnoException): undefined =>
  error.code === 'ENOENT' ? undefined : failedFile(error)

function fail(message: string): never {
  throw new FilesUnavailable(message)
}

/** What an error of making a rendition means; those of the file system come as texts of libvips. */
function failedRender(error: Error): never {
  if (error instanceof UnacceptableFile) throw new Problem('unreadable', error.message)
  if (/no space left|quota exceeded/i.test(error.message)) throw new FilesFull(error.message, { cause: error })
  if (/no such file|input file is missing/i.test(error.message)) fail(error.message)
  throw error
}
