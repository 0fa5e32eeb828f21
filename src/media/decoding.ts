/** How images are opened: with limits, and a damaged one is an error. */
import type { SharpOptions } from 'sharp'

/** The most pixels of an image, over all frames. */
export const MAX_PIXELS = 100_000_000

export const decoding: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true }
/** For all frames of an animation. */
export const frameDecoding: SharpOptions = { ...decoding, pages: -1 }
/** For the header alone. */
export const headerDecoding: SharpOptions = { ...decoding, limitInputPixels: false }
