/** What a file is and says of itself, before it becomes media. */
import { open } from 'node:fs/promises'
import type { MediaMetadata } from '../lib/media.ts'
import { scanContent } from './content-scan.ts'
import { type FileKind, fileKindOf } from './file-types.ts'
import { type ImageFacts, inspectImage } from './inspect-image.ts'
import { UnacceptableFile } from './unacceptable-file.ts'

/** The facts of a file. Sizes are in pixels, of images upright; null where they are unknown. */
export interface FileFacts extends FileKind {
  width: number | null
  height: number | null
  dominantColour: string | null
  thumbhash: string | null
  metadata: MediaMetadata
}

/**
 * Reads the file at `path` by its content: what it is, its size, and its metadata. An image is decoded whole. Throws
 * `UnacceptableFile` for a type that is not accepted, for a polyglot, for one that exceeds the limits of decoding, and
 * for one that is damaged.
 */
export async function inspectFile(path: string): Promise<FileFacts> {
  const { kind, mimeType } = await fileKindOf(path)
  const { hasContentCredentials } = await scanContent(path)
  const facts = await readFacts(path, kind)
  const metadata = { ...facts.metadata, ...(hasContentCredentials && { hasContentCredentials }) }
  return { kind, mimeType, dominantColour: null, thumbhash: null, ...facts, metadata }
}

async function readFacts(path: string, kind: FileKind['kind']) {
  if (kind === 'image') return (await inspectImage(path)) satisfies ImageFacts
  if (kind !== 'document') return (await import('./inspect-recording.ts')).inspectRecording(path)
  await checkPdf(path)
  return { width: null, height: null, metadata: {} }
}

/** How many bytes at its end a PDF has its last line in (ISO 32000-1, annex H, note 18). */
const PDF_END = 1_024

/** Throws `UnacceptableFile` for a PDF without its end. */
async function checkPdf(path: string): Promise<void> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(PDF_END), 0, PDF_END, Math.max(0, size - PDF_END))
    if (!buffer.includes('%%EOF')) throw new UnacceptableFile('damaged', 'the PDF has no end; it may not be whole')
  } finally {
    await file.close()
  }
}
