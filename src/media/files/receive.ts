/** Receives files: writes a stream to a temporary file, within bounded memory. */
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { bufferRelease } from '../../runtime/buffer-release.ts'
import { failedFile, type ReceivedFile } from './file-store.ts'

const releaseBuffer = bufferRelease()

/**
 * Writes a stream to a new file in `folder`; when this resolves, its bytes are safe. Whatever fails, nothing is left.
 * Throws `too-large` for more than `maxBytes`, `validation` for no bytes at all, what the stream throws, `FilesFull` and
 * `FilesUnavailable`.
 */
export async function receiveFile(
  source: AsyncIterable<Buffer>,
  { folder, maxBytes }: { folder: string; maxBytes: number },
): Promise<ReceivedFile> {
  const path = join(folder, newId())
  try {
    return { path, ...(await write(source, path, maxBytes)) }
  } catch (error) {
    await discardFile({ path })
    throw error
  }
}

/** Deletes a received file, if it has not been moved to a store. */
export const discardFile = ({ path }: Pick<ReceivedFile, 'path'>): Promise<void> =>
  rm(path, { force: true }).catch(() => {})

async function write(source: AsyncIterable<Buffer>, path: string, maxBytes: number) {
  const hash = createHash('sha256')
  const file = await open(path, 'wx').catch(failedFile)
  let byteSize = 0
  try {
    for await (const chunk of source) {
      byteSize += chunk.length
      if (byteSize > maxBytes) throw tooLarge(maxBytes)
      hash.update(chunk)
      await file.writeFile(chunk).catch(failedFile)
      releaseBuffer(chunk)
    }
    if (byteSize === 0) throw emptyFile()
    await file.datasync().catch(failedFile)
  } finally {
    await file.close().catch(() => {})
  }
  return { checksum: hash.digest('hex'), byteSize }
}

export const tooLarge = (maxBytes: number): Problem =>
  new Problem('too-large', `the file is larger than ${maxBytes} bytes`)

function emptyFile(): Problem {
  const message = 'has no bytes'
  return new Problem('validation', `the file ${message}`, {
    errors: [{ in: 'body', pointer: '/file', code: 'too_small', message }],
  })
}
