/** What the bytes of a file say beside what its decoder reads. */
import { open } from 'node:fs/promises'
import { UnacceptableFile } from './unacceptable-file.ts'

/** How many bytes at the start browsers look at to guess a type (https://mimesniff.spec.whatwg.org/#reading-the-resource-header). */
const SNIFFED = 1_445
/** How many bytes at the end are searched for a ZIP archive: the longest record that ends one. */
const ZIP_END = 22 + 65_535
/** Markup that a page or a script begins with. */
const MARKUP = /<(!doctype\s+html|html|head|body|script|svg|iframe|\?php)\b/i
/** The end of the directory of a ZIP archive, such as a JAR, which is read from its end. */
const ZIP_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
/** A JUMBF superbox of Content Credentials (C2PA 2.1, 11.1.4.2), alike in all containers. */
const CONTENT_CREDENTIALS = Buffer.concat([
  Buffer.from('jumdc2pa', 'latin1'),
  Buffer.from([0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]),
])
/** How many bytes are searched for Content Credentials, from the start. */
const MAX_SEARCHED = 64 * 1024 * 1024
const CHUNK = 256 * 1024

/**
 * Refuses a polyglot: a file that is also a page, a script or an archive. Gives whether the file has Content Credentials.
 * Throws `UnacceptableFile`.
 */
export async function scanContent(path: string): Promise<{ hasContentCredentials: boolean }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const read = async (position: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
      return buffer.subarray(0, bytesRead)
    }
    if (MARKUP.test((await read(0, SNIFFED)).toString('latin1')))
      throw new UnacceptableFile('unsupported-type', 'the file begins with markup, as a page or a script does')
    if ((await read(Math.max(0, size - ZIP_END), ZIP_END)).includes(ZIP_SIGNATURE))
      throw new UnacceptableFile('unsupported-type', 'the file is also a ZIP archive')
    return { hasContentCredentials: await includes(read, Math.min(size, MAX_SEARCHED), CONTENT_CREDENTIALS) }
  } finally {
    await file.close()
  }
}

/** Whether the first `length` bytes include the signature. */
async function includes(
  read: (position: number, length: number) => Promise<Buffer>,
  length: number,
  signature: Buffer,
): Promise<boolean> {
  for (let position = 0; position < length; position += CHUNK)
    if ((await read(position, CHUNK + signature.length)).includes(signature)) return true
  return false
}
