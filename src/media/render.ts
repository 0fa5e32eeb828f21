/** Makes renditions. */
import sharp, { type Sharp } from 'sharp'
import type { Scaling } from './crops.ts'
import { decoding, failedDecoding, frameDecoding } from './decoding.ts'
import type { RenditionFormat } from './rendition-format.ts'

/** A rendition to be made: of the image at `source` a file at `target`. */
export interface RenderTask {
  source: string
  target: string
  scaling: Scaling
  format: RenditionFormat
  /** Whether all frames of an animation are shown; else the first. */
  isAnimated: boolean
  /** What the file says of its rights. All other metadata is left out. */
  copyright: string | undefined
  creator: string | undefined
}

/** Makes a rendition, upright and in sRGB. Throws `UnacceptableFile`, and errors of the file system. */
export async function renderImage({ source, target, scaling, ...task }: RenderTask): Promise<void> {
  const { scaled, part } = scaling
  const pixels = sharp(source, task.isAnimated ? frameDecoding : decoding)
    .autoOrient()
    .resize({ ...scaled, fit: 'fill' })
    .extract(part)
  await encode(withRights(pixels, task), task.format).toFile(target).catch(failedDecoding)
}

/** Copyright and creator stay in the file: search engines show them, and laws forbid to remove them. */
function withRights(image: Sharp, { copyright, creator }: Pick<RenderTask, 'copyright' | 'creator'>): Sharp {
  const tags = { ...(copyright && { Copyright: copyright }), ...(creator && { Artist: creator }) }
  return Object.keys(tags).length > 0 ? image.withExif({ IFD0: tags }) : image
}

function encode(image: Sharp, format: RenditionFormat): Sharp {
  if (format === 'avif') return image.avif({ quality: 55, effort: 1 })
  if (format === 'webp') return image.webp({ quality: 80 })
  return image.flatten({ background: '#fff' }).jpeg({ quality: 80, progressive: true })
}
