/** In which format a rendition is sent. */
import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'
import { type RenditionFormat, renditionTypes } from './render.ts'

const STILL: RenditionFormat[] = ['avif', 'webp']
const ANIMATED: RenditionFormat[] = ['webp']

/**
 * The best format that `Accept` names; JPEG if it names none, since clients that accept anything may not decode the newer
 * ones. An animation moves in WebP alone.
 */
export function acceptedFormat(
  { accept }: IncomingHttpHeaders,
  { isAnimated }: { isAnimated: boolean },
): RenditionFormat {
  if (accept === undefined) return 'jpg'
  const named = (isAnimated ? ANIMATED : STILL).filter((format) => accept.includes(renditionTypes[format]))
  const types = named.map((format) => renditionTypes[format])
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes([...types, renditionTypes.jpg])
  return named.find((format) => renditionTypes[format] === best) ?? 'jpg'
}
