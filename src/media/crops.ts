/** The geometry of renditions: which part of an image a crop shows, and in which sizes it is made. */
import type { Crop, Point } from '../lib/media.ts'
import type { MediaSettings } from './settings.ts'

/** The name of the crop that shows all of an image. */
export const FULL = 'full'
/** The longest side of the crop `full`, in pixels: larger images take long to encode. */
const MAX_FULL = 4_096
/** What fractions may be off by rounding, in pixels. */
const TOLERANCE = 1e-6

/** What decides how an image is cut. Its size is in pixels, upright. */
export interface CroppedImage {
  width: number
  height: number
  focalPoint: Point | null
  /** The crops set by hand, by name. */
  crops: Record<string, Crop>
}

/** A part of an image in pixels, which need not be whole numbers. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** A crop of an image: the part that it shows, and the widths in which it is made, ascending. */
export interface Cut {
  box: Box
  widths: number[]
}

/**
 * How an image is cut to a crop; undefined if the settings have no such crop. `part` is the part of the image that one use
 * shows. The cut is as large as fits: around the focal point, or around the middle of a part that was chosen by hand.
 */
export function cutOf(
  image: CroppedImage,
  { crops, widths }: Pick<MediaSettings, 'crops' | 'widths'>,
  name: string,
  part: Crop | null,
): Cut | undefined {
  if (name === FULL) return cutInto(boxOf(image, part, null), widths, fullWidth)
  const ratio = Object.hasOwn(crops, name) ? crops[name] : undefined
  if (ratio === undefined) return undefined
  const chosen = part ?? (Object.hasOwn(image.crops, name) ? (image.crops[name] ?? null) : null)
  const widest = widths.at(-1) ?? Number.POSITIVE_INFINITY
  return cutInto(boxOf(image, chosen, ratio), widths, ({ width }) => Math.min(width, widest))
}

/** The height of a rendition, in pixels. */
export const heightAt = ({ width, height }: Box, atWidth: number): number =>
  Math.max(1, Math.round((atWidth * height) / width))

/** The largest box of this ratio (width to height) in a part of the image; the part itself without a ratio. */
function boxOf({ width, height, focalPoint }: CroppedImage, part: Crop | null, ratio: number | null): Box {
  const { x, y, width: w, height: h } = part ?? { x: 0, y: 0, width: 1, height: 1 }
  const outer = { left: x * width, top: y * height, width: w * width, height: h * height }
  if (ratio === null) return outer
  const size = Math.min(outer.width, outer.height * ratio)
  const inner = { width: size, height: size / ratio }
  const center = part === null && focalPoint ? focalPoint : { x: x + w / 2, y: y + h / 2 }
  const within = (middle: number, length: number, start: number, end: number) =>
    Math.min(Math.max(middle - length / 2, start), end - length)
  return {
    left: within(center.x * width, inner.width, outer.left, outer.left + outer.width),
    top: within(center.y * height, inner.height, outer.top, outer.top + outer.height),
    ...inner,
  }
}

const fullWidth = ({ width, height }: Box): number => width * Math.min(1, MAX_FULL / Math.max(width, height))

/** The box in the widths that are narrower than its largest, and in that. */
function cutInto(box: Box, widths: number[], largestOf: (box: Box) => number): Cut {
  const largest = Math.max(1, Math.floor(largestOf(box) + TOLERANCE))
  return { box, widths: [...widths.filter((width) => width < largest), largest] }
}

/** How a rendition is made: the image is resized to `scaled`, of which `part` is the rendition. In whole pixels. */
export interface Scaling {
  scaled: { width: number; height: number }
  part: Box
}

/** How the cut is made in a width that it has. No side is enlarged. */
export function scalingOf({ width, height }: CroppedImage, { box }: Cut, atWidth: number): Scaling {
  const scale = Math.min(1, atWidth / box.width)
  const size = { width: atWidth, height: heightAt(box, atWidth) }
  const scaled = {
    width: Math.max(size.width, Math.round(width * scale)),
    height: Math.max(size.height, Math.round(height * scale)),
  }
  const within = (start: number, length: number, limit: number) => Math.min(Math.round(start * scale), limit - length)
  const left = within(box.left, size.width, scaled.width)
  const top = within(box.top, size.height, scaled.height)
  return { scaled, part: { left, top, ...size } }
}
