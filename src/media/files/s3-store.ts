/** Files in a bucket of S3, or of a server with its protocol: `prefix/ab12…`, the checksum. */
import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { XMLParser } from 'fast-xml-parser'
import { bufferRelease } from '../../runtime/buffer-release.ts'
import { type FileStore, FilesUnavailable, failedFile, type StoredFile } from './file-store.ts'
import { type S3Address, s3Client } from './s3-client.ts'

/** What a listing has of an object. */
interface Listed {
  Key: string
  Size: string
  LastModified: string
}

/** A folder of its own for each bucket: what is old in it is deleted by the services of the bucket. */
const INCOMING = 'dateline-incoming'
const releaseBuffer = bufferRelease()
const CHECKSUM = /^[0-9a-f]{64}$/

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' })

/** A store in a bucket. Files are received in a folder of this machine, among its temporary files. */
export function s3Store(address: S3Address): FileStore {
  const request = s3Client(address)
  const place = hash('sha1', `${address.url}/${address.prefix}`).slice(0, 12)
  const incoming = join(tmpdir(), `${INCOMING}-${place}`)
  const keyOf = (checksum: string) => `${address.prefix}${checksum}`

  return {
    incoming,
    async prepare() {
      await mkdir(incoming, { recursive: true, mode: 0o700 }).catch(failedFile)
      await access(incoming, constants.W_OK).catch(failedFile)
    },
    async add({ path, checksum, byteSize }) {
      const body = Readable.from(chunksOf(path))
      const headers = { 'content-length': String(byteSize), 'x-amz-content-sha256': checksum }
      const response = await request('PUT', { key: keyOf(checksum), headers, body })
      await expectStatus(response, 200)
    },
    async read(checksum, range): Promise<Readable | undefined> {
      const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {}
      const response = await request('GET', { key: keyOf(checksum), headers })
      if (response.statusCode === 404) return void (await response.body.dump())
      if (response.statusCode !== (range ? 206 : 200)) await expectStatus(response, 200)
      return response.body
    },
    async find(checksum) {
      const response = await request('HEAD', { key: keyOf(checksum) })
      await response.body.dump()
      if (response.statusCode === 404) return undefined
      await expectStatus(response, 200)
      const { 'content-length': size, 'last-modified': modified } = response.headers
      return { checksum, byteSize: Number(size), addedAt: Date.parse(String(modified)) }
    },
    async delete(checksum) {
      const response = await request('DELETE', { key: keyOf(checksum) })
      if (response.statusCode !== 404) await expectStatus(response, 204)
    },
    async *list() {
      for (let token: string | undefined = ''; token !== undefined; ) {
        const query = { 'list-type': '2', prefix: address.prefix, ...(token && { 'continuation-token': token }) }
        const response = await request('GET', { query })
        const text = await response.body.text()
        await expectStatus(response, 200)
        const { ListBucketResult: page } = parser.parse(text)
        for (const object of (page.Contents ?? []) as Listed[]) {
          const file = fileOf(object, address.prefix)
          if (file) yield file
        }
        token = page.IsTruncated === 'true' ? String(page.NextContinuationToken) : undefined
      }
    },
  }
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path)) {
    yield chunk
    releaseBuffer(chunk)
  }
}

/** The file that a listed object is; undefined for an object of another program. */
function fileOf({ Key, Size, LastModified }: Listed, prefix: string): StoredFile | undefined {
  const checksum = Key.slice(prefix.length)
  if (!CHECKSUM.test(checksum)) return undefined
  return { checksum, byteSize: Number(Size), addedAt: Date.parse(LastModified) }
}

async function expectStatus(
  { statusCode, body }: { statusCode: number; body: { dump(): Promise<void> } },
  expected: number,
): Promise<void> {
  await body.dump().catch(() => {})
  if (statusCode !== expected) throw new FilesUnavailable(`the bucket answers with the status ${statusCode}`)
}
