import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type RenditionFolder, renditionFolder } from './rendition-folder.ts'

/** The settings of the folder of renditions. */
export interface RenditionFolderSettings {
  MEDIA_CACHE_DIR?: string | undefined
  MEDIA_DIR?: string | undefined
}

/**
 * The folder of renditions that the settings name; else `renditions` in the folder of the media, or beside the database;
 * `database` is its path, if it is a file.
 */
export const openRenditionFolder = (
  { MEDIA_CACHE_DIR: folder, MEDIA_DIR: media }: RenditionFolderSettings,
  database: string | undefined,
): RenditionFolder => renditionFolder(folder ?? join(parentFolder(media, database), 'renditions'))

function parentFolder(media: string | undefined, database: string | undefined): string {
  const isFolder = media !== undefined && !media.startsWith('s3:')
  if (isFolder) return media
  if (database === undefined) return join(tmpdir(), 'dateline')
  return media === undefined ? join(dirname(database), 'media') : dirname(database)
}
