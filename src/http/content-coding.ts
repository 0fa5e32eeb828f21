/** Content codings of replies (RFC 9110, section 8.4.1): which one a client accepts, and the coded body. */
import { pipeline, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib'
import Negotiator from 'negotiator'
import { BoundedMap, getOrCreate } from '../lib/cache.ts'

/** The codings that replies are sent in, the best first. */
const codings = ['br', 'gzip'] as const
export type Coding = (typeof codings)[number]

/** Smaller bodies are sent as they are: they fit into a packet or two. In bytes. */
const MIN_BODY = 1_024
/** How many values of `Accept-Encoding` are cached: browsers and proxies have few. */
const MAX_HEADERS = 200
/** As small as most, in a tenth of the time that the best takes. */
const BROTLI = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
}

const accepted = new BoundedMap<string, Coding | 'identity'>(MAX_HEADERS)

/** The best coding that `Accept-Encoding` accepts; undefined for none. */
export function acceptedCoding(header: string | undefined): Coding | undefined {
  if (header === undefined) return undefined
  const best = getOrCreate(accepted, header, () => {
    const acceptable = new Negotiator({ headers: { 'accept-encoding': header } }).encodings(codings)
    return codings.find((coding) => acceptable.includes(coding)) ?? 'identity'
  })
  return best === 'identity' ? undefined : best
}

/** Whether it is worth to compress a body. */
export const isCompressible = (body: Buffer): boolean => body.length >= MIN_BODY

const compressors = {
  br: (body: Buffer) => promisify(brotliCompress)(body, BROTLI),
  gzip: (body: Buffer) => promisify(gzip)(body),
} satisfies Record<Coding, (body: Buffer) => Promise<Buffer>>

/** The body in a coding; compressed in a thread. */
export const compress = (body: Buffer, coding: Coding): Promise<Buffer> => compressors[coding](body)

/** A stream of text in a coding; compressed in a thread. */
export const compressed = (text: Readable, coding: Coding): Readable =>
  // A fault of the one destroys the other, whose reader meets it.
  pipeline(text, coding === 'br' ? createBrotliCompress(BROTLI) : createGzip(), () => {})

/** The strong validator of a reply in a coding, from that of the reply as it is. */
export const codedEtag = (etag: string, coding: Coding): string => `${etag.slice(0, -1)}-${coding}"`
