/** The types of files that media can be. The content decides, never the name or the `Content-Type` of the upload. */
import { UnacceptableFile } from './unacceptable-file.ts'

export const mediaKinds = ['image', 'audio', 'video', 'document'] as const
export type MediaKind = (typeof mediaKinds)[number]

/** What is said of a type: its kind, and its media type in replies. */
export interface FileKind {
  kind: MediaKind
  mimeType: string
}

/** The accepted types, by the extension that `file-type` gives them. */
const TYPES: Record<string, readonly [kind: MediaKind, mimeType: string]> = {
  jpg: ['image', 'image/jpeg'],
  png: ['image', 'image/png'],
  apng: ['image', 'image/png'],
  webp: ['image', 'image/webp'],
  avif: ['image', 'image/avif'],
  gif: ['image', 'image/gif'],
  tif: ['image', 'image/tiff'],
  mp3: ['audio', 'audio/mpeg'],
  aac: ['audio', 'audio/aac'],
  m4a: ['audio', 'audio/mp4'],
  ogg: ['audio', 'audio/ogg'],
  oga: ['audio', 'audio/ogg'],
  opus: ['audio', 'audio/ogg'],
  wav: ['audio', 'audio/wav'],
  flac: ['audio', 'audio/flac'],
  mp4: ['video', 'video/mp4'],
  m4v: ['video', 'video/mp4'],
  webm: ['video', 'video/webm'],
  mov: ['video', 'video/quicktime'],
  pdf: ['document', 'application/pdf'],
}

const ACCEPTED =
  'images (JPEG, PNG, WebP, AVIF, GIF, TIFF), audio (MP3, AAC, M4A, Ogg, WAV, FLAC), video (MP4, WebM, MOV) and PDF'

/** What the file is by its content. Throws `UnacceptableFile`. */
export async function fileKindOf(path: string): Promise<FileKind> {
  const { fileTypeFromFile } = await import('file-type')
  const found = await fileTypeFromFile(path).catch(() => undefined)
  const [kind, mimeType] = TYPES[found?.ext ?? ''] ?? []
  if (kind && mimeType) return { kind, mimeType }
  throw new UnacceptableFile('unsupported-type', reasonFor(found?.ext))
}

function reasonFor(extension: string | undefined): string {
  if (extension === 'heic' || extension === 'heif')
    return 'the file is an HEIC image, which this service cannot decode; export it as JPEG'
  const what = extension ? `the file is of the type ${extension}` : 'the type of the file is not known by its content'
  return `${what}; accepted are ${ACCEPTED}`
}
