/** Where the files of media are: each under its checksum, so that the same bytes are stored once. */
import type { Readable } from 'node:stream'

/** A file that has been received, in a folder of this machine: see `receiveFile`. */
export interface ReceivedFile {
  path: string
  /** The SHA-256 of its bytes, in lower-case hexadecimal digits. */
  checksum: string
  byteSize: number
}

/** A part of a file: the offsets of its first and its last byte. */
export interface ByteRange {
  start: number
  end: number
}

/** A file in a store. */
export interface StoredFile {
  checksum: string
  byteSize: number
  /** When it was added last, in milliseconds since 1970. */
  addedAt: number
}

/** Every method may throw `FilesUnavailable`. */
export interface FileStore {
  /** The folder of this machine in which files are received before they are added. */
  readonly incoming: string
  /** Makes sure that files can be received. */
  prepare(): Promise<void>
  /** Adds a file. When this resolves, its bytes are safe; before, nobody can read any. The received file may be moved. */
  add(file: ReceivedFile): Promise<void>
  /** The bytes of a file, or of a part of it; undefined if there is no such file. */
  read(checksum: string, range?: ByteRange): Promise<Readable | undefined>
  /** The path of a file of this machine, for readers that need one; absent if files are elsewhere. */
  pathOf?(checksum: string): string
  /** What is known of a file; undefined if there is no such file. */
  find(checksum: string): Promise<StoredFile | undefined>
  /** Deletes a file; does nothing if there is none. */
  delete(checksum: string): Promise<void>
  /** All files, unordered. */
  list(): AsyncIterable<StoredFile>
}

/** The store cannot be reached, or does not do what it should. The message is for the log. */
export class FilesUnavailable extends Error {
  override name = 'FilesUnavailable'
}

/** The store has no room for a file. */
export class FilesFull extends Error {
  override name = 'FilesFull'
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Throws what an error of the file system means for a store. */
export function failedFile(error: unknown): never {
  const { code = '', message } = error as NodeJS.ErrnoException
  throw FULL.has(code) ? new FilesFull(message, { cause: error }) : new FilesUnavailable(message, { cause: error })
}
