/** Reads an image: it is decoded whole once, within limits, in threads of libvips. */
import sharp, { type Metadata } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import type { MediaMetadata } from '../lib/media.ts'
import { decoding, failedDecoding, frameDecoding, headerDecoding, MAX_PIXELS } from './decoding.ts'
import { readImageMetadata } from './image-metadata.ts'
import { UnacceptableFile } from './unacceptable-file.ts'

/** The pixels of a side: WebP has no larger images. */
const MAX_SIDE = 16_383
const MAX_FRAMES = 1_000
/** The longest side of what placeholders are computed from: thumbhash takes no more. */
const PLACEHOLDER = 100

export interface ImageFacts {
  /** In pixels, upright: as the orientation of the EXIF says. */
  width: number
  height: number
  /** The colour that most of the image has, as `#rrggbb`. */
  dominantColour: string
  /** A placeholder of about 25 bytes (https://evanw.github.io/thumbhash/), in base64. */
  thumbhash: string
  metadata: MediaMetadata
}

/** Reads the image at `path`. Throws `UnacceptableFile`. */
export const inspectImage = (path: string): Promise<ImageFacts> => readImage(path).catch(failedDecoding)

async function readImage(path: string): Promise<ImageFacts> {
  const header = await sharp(path, headerDecoding).metadata()
  const frames = framesOf(header)
  checkLimits(header, frames)
  if (frames > 1) await decodeFrames(path)
  const { width, height } = header.autoOrient
  const metadata = { ...readImageMetadata(header), ...(frames > 1 && { frames }) }
  return { width, height, ...(await placeholders(path)), metadata }
}

/** The frames of an animation. The pages of a TIFF are no frames: the first is the image. */
const framesOf = ({ format, pages = 1 }: Metadata): number => (format === 'gif' || format === 'webp' ? pages : 1)

function checkLimits({ width, height }: Metadata, frames: number): void {
  const tooLarge = (message: string) => new UnacceptableFile('too-large', message)
  if (frames > MAX_FRAMES) throw tooLarge(`the animation has ${frames} frames; at most ${MAX_FRAMES} are accepted`)
  if (Math.max(width, height) > MAX_SIDE)
    throw tooLarge(`the image has ${width} by ${height} pixels; a side has at most ${MAX_SIDE}`)
  if (width * height * frames > MAX_PIXELS)
    throw tooLarge(
      `the image has ${width * height * frames} pixels over all frames; at most ${MAX_PIXELS} are accepted`,
    )
}

/** Decodes all frames, one after another. */
async function decodeFrames(path: string): Promise<void> {
  await sharp(path, frameDecoding).stats()
}

async function placeholders(path: string): Promise<Pick<ImageFacts, 'dominantColour' | 'thumbhash'>> {
  const { data, info } = await sharp(path, decoding)
    .autoOrient()
    .resize(PLACEHOLDER, PLACEHOLDER, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const { dominant } = await sharp(data, { raw: { width, height, channels: 4 } })
    .flatten({ background: '#fff' })
    .stats()
  const hex = [dominant.r, dominant.g, dominant.b].map((value) => value.toString(16).padStart(2, '0'))
  return {
    dominantColour: `#${hex.join('')}`,
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64'),
  }
}
