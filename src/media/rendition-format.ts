/** The formats of renditions, and in which of them one is sent. */
import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'

/** The formats of renditions, by the suffix of their addresses, best first. */
export const renditionTypes = { avif: 'image/avif', webp: 'image/webp', jpg: 'image/jpeg' } as const
export type RenditionFormat = keyof typeof renditionTypes

const STILL: RenditionFormat[] = ['avif', 'webp']
const ANIMATED: RenditionFormat[] = ['webp']

/**
 * The best format that `Accept` names; JPEG if it names none, since clients that accept anything may not decode the newer
 * ones. An animation moves in WebP alone.
 */
export function acceptedFormat(headers: IncomingHttpHeaders, { isAnimated }: { isAnimated: boolean }): RenditionFormat {
  const accept = headers.accept?.toLowerCase()
  if (accept === undefined) return 'jpg'
  const named = (isAnimated ? ANIMATED : STILL).filter((format) => accept.includes(renditionTypes[format]))
  const types = named.map((format) => renditionTypes[format])
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes([...types, renditionTypes.jpg])
  return named.find((format) => renditionTypes[format] === best) ?? 'jpg'
}
