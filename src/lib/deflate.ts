/** Compression (RFC 1951): of large texts in a thread, as a megabyte would hold the event loop for a tenth of a second. */
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib'

const deflateInThread = promisify<string, ZlibOptions, Buffer>(deflateRaw)

/** The characters below which a text is compressed at once: it takes no longer than to wake a thread. */
const SMALL = 32_768

/** The compressed bytes of a text. */
export const deflate = async (text: string, options: ZlibOptions): Promise<Uint8Array> =>
  text.length < SMALL ? deflateAtOnce(text, options) : deflateInThread(text, options)

/** The same at once. */
export const deflateAtOnce = (text: string, options: ZlibOptions): Uint8Array => deflateRawSync(text, options)
