import { dirname, join } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import type { FileStore } from './file-store.ts'
import { folderStore } from './folder-store.ts'
import { s3AddressOf } from './s3-client.ts'
import { s3Store } from './s3-store.ts'

/** The settings of a store: a folder, or `s3://bucket/prefix?endpoint=…&region=…` and its key. */
export interface FileStoreSettings {
  MEDIA_DIR?: string | undefined
  AWS_ACCESS_KEY_ID?: string | undefined
  AWS_SECRET_ACCESS_KEY?: string | undefined
}

/**
 * The store of files that the settings name; else the folder `media` beside the database. `database` is its path, if it is
 * a file; with neither, every method throws `not-configured`.
 */
export function openFileStore(settings: FileStoreSettings, database: string | undefined): FileStore {
  const { MEDIA_DIR: address, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings
  const bucket =
    address && s3AddressOf(address, { accessKeyId: accessKeyId ?? '', secretAccessKey: secretAccessKey ?? '' })
  if (bucket) return s3Store(bucket)
  if (address !== undefined) return folderStore(address)
  return database === undefined ? missingStore : folderStore(join(dirname(database), 'media'))
}

const fail = (): never => {
  throw new Problem('not-configured', 'files need MEDIA_DIR: a folder that all processes share, or an S3 bucket')
}

const missingStore: FileStore = {
  incoming: '',
  prepare: fail,
  add: fail,
  read: fail,
  find: fail,
  delete: fail,
  list: fail,
}
