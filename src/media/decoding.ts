/** How images are opened: with limits, and a damaged one is an error. */
import type { SharpOptions } from 'sharp'
import { UnacceptableFile } from './unacceptable-file.ts'

/** The most pixels of an image, over all frames. */
export const MAX_PIXELS = 100_000_000

export const decoding: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true }
/** For all frames of an animation. */
export const frameDecoding: SharpOptions = { ...decoding, pages: -1 }
/** For the header alone. */
export const headerDecoding: SharpOptions = { ...decoding, limitInputPixels: false }

/** Throws what an error of libvips means: `UnacceptableFile`, without paths. One of the file system is thrown as it is. */
export function failedDecoding(error: unknown): never {
  if (error instanceof UnacceptableFile || !(error instanceof Error)) throw error
  const [reason = ''] = error.message.split('\n')
  if (/no space left|quota exceeded|no such file|input file is missing/i.test(error.message)) throw error
  throw new UnacceptableFile('damaged', `the image cannot be decoded: ${reason.replace(/\/\S+/g, 'the file')}`)
}
