import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FileStore } from './files/file-store.ts'
import type { ImageTasks } from './image-tasks.ts'
import { type RenditionCache, renditionCache } from './rendition-cache.ts'

/** The settings of the folder of renditions. */
export interface RenditionCacheSettings {
  MEDIA_CACHE_DIR?: string | undefined
  MEDIA_DIR?: string | undefined
}

/**
 * The cache of renditions in the folder that the settings name; else in `renditions` in the folder of the media, or beside
 * the database; `database` is its path, if it is a file.
 */
export function openRenditionCache(
  { MEDIA_CACHE_DIR: folder, MEDIA_DIR: media }: RenditionCacheSettings,
  database: string | undefined,
  deps: { files: FileStore; tasks: Pick<ImageTasks, 'renderImage'> },
): RenditionCache {
  return renditionCache(folder ?? join(parentFolder(media, database), 'renditions'), deps)
}

function parentFolder(media: string | undefined, database: string | undefined): string {
  const isFolder = media !== undefined && !media.startsWith('s3:')
  if (isFolder) return media
  if (database === undefined) return join(tmpdir(), 'dateline')
  return media === undefined ? join(dirname(database), 'media') : dirname(database)
}
