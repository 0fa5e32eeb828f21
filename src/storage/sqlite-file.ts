import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { StorageUnusable } from './storage.ts'

/** Marks an SQLite file as Dateline's: the letters DATE (the `application_id` pragma). */
export const APPLICATION_ID = 0x44_41_54_45

/** The first bytes of an SQLite file (https://www.sqlite.org/fileformat.html, section 1.3). */
const MAGIC = 'SQLite format 3\0'
const HEADER_LENGTH = 100
const APPLICATION_ID_AT = 68

/** The mode of a new file: a database holds drafts and the hashes of keys. SQLite gives it to the WAL, too. */
const PRIVATE = 0o600

/** Creates the file into which a database is copied, so that only its owner can read it; one that exists stays. */
export const createPrivateFile = (path: string): void => closeSync(openSync(path, 'a', PRIVATE))

/**
 * Whether the file at `path` is empty. Creates it and its folder if they do not exist. Throws `StorageUnusable` if it is
 * not a database of Dateline: SQLite must not open such a file, since even closing it may change it.
 */
export function isEmptyFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new StorageUnusable(`${path} is not a file`)
  const folder = dirname(path)
  createFolder(folder)
  const file = openSync(path, 'a+', PRIVATE)
  try {
    // SQLite writes its WAL beside the file.
    accessSync(folder, constants.W_OK)
    if (fstatSync(file).size === 0) return true
    checkHeader(file, path)
    return false
  } finally {
    closeSync(file)
  }
}

/** Throws `StorageUnusable` unless there is a database of Dateline at `path`. Changes nothing. */
export function assertDatabaseFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new StorageUnusable(`there is no file ${path}`)
  const file = openSync(path, 'r')
  try {
    checkHeader(file, path)
  } finally {
    closeSync(file)
  }
}

/** Throws `StorageUnusable` unless the file begins as a database of Dateline does. */
function checkHeader(file: number, path: string): void {
  const header = Buffer.alloc(HEADER_LENGTH)
  readSync(file, header, 0, HEADER_LENGTH, 0)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new StorageUnusable(`the file ${path} is not an SQLite database, or is damaged`)
  if (header.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID)
    throw new StorageUnusable(`the file ${path} is a database of another program`)
}

/** Node's `recursive` option never returns where the system denies that a parent exists, as in /proc. */
function createFolder(folder: string): void {
  if (existsSync(folder)) return
  createFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!existsSync(folder)) throw error
  }
}
