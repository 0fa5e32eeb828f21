import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import S3rver from 's3rver'
import { FilesUnavailable } from '../../src/media/files/file-store.ts'
import { openFileStore } from '../../src/media/files/open-store.ts'
import { receiveFile } from '../../src/media/files/receive.ts'

const folder = mkdtempSync(join(tmpdir(), 'dateline-files-'))
// A server with the protocol of S3. It knows one key, and does not check what is signed with it.
const server = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory: join(folder, 'buckets'),
  configureBuckets: [{ name: 'press', configs: [] }],
})
let endpoint: string
beforeAll(async () => {
  const { port } = await server.run()
  endpoint = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const storeAt = (address: string, key = 'S3RVER') =>
  openFileStore({ MEDIA_DIR: address, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: 'S3RVER' }, undefined)
const bucket = () => `s3://press/pictures?endpoint=${endpoint}&region=eu-1`

describe.each([
  ['a folder', () => storeAt(join(folder, 'media'))],
  ['a bucket', () => storeAt(bucket())],
])('files in %s', (_, open) => {
  const received = (content: string) =>
    receiveFile(Readable.from([Buffer.from(content)]), { folder: tmpdir(), maxBytes: 1_000 })
  const add = async (content: string) => {
    const store = open()
    await store.prepare()
    const file = await receiveFile(Readable.from([Buffer.from(content)]), { folder: store.incoming, maxBytes: 1_000 })
    await store.add(file)
    return file
  }
  const contentOf = async (checksum: string, range?: { start: number; end: number }) => {
    const stream = await open().read(checksum, range)
    return stream && text(stream)
  }

  it('are read as they were added, whole and in parts', async () => {
    const { checksum } = await add('harbour bridge')
    expect(await contentOf(checksum)).toBe('harbour bridge')
    expect(await contentOf(checksum, { start: 8, end: 10 })).toBe('bri')
    expect(await open().find(checksum)).toMatchObject({ checksum, byteSize: 14 })
  })

  it('are the same where their bytes are', async () => {
    const [{ checksum }, again] = [await add('twice'), await add('twice')]
    expect(again.checksum).toBe(checksum)
    expect(await contentOf(checksum)).toBe('twice')
  })

  it('are not there before they are added, nor once they are deleted', async () => {
    const { checksum } = await received('never added')
    expect(await contentOf(checksum)).toBeUndefined()
    expect(await open().find(checksum)).toBeUndefined()
    const { checksum: deleted } = await add('deleted')
    await open().delete(deleted)
    await open().delete(deleted)
    expect(await open().find(deleted)).toBeUndefined()
  })

  it('are listed', async () => {
    const { checksum } = await add('listed')
    const found = []
    for await (const file of open().list()) found.push(file)
    expect(found).toContainEqual({ checksum, byteSize: 6, addedAt: expect.any(Number) })
    expect(found.every((file) => /^[0-9a-f]{64}$/.test(file.checksum) && file.addedAt > 0)).toBe(true)
  })
})

it.each([
  ['with another key', () => storeAt(bucket(), 'another')],
  ['that is not there', () => storeAt(`s3://nothing?endpoint=${endpoint}`)],
  ['of a server that does not answer', () => storeAt('s3://press?endpoint=http://127.0.0.1:1')],
])('a bucket %s is unavailable', async (_, open) => {
  const store = open()
  const file = await receiveFile(Readable.from([Buffer.from('x')]), { folder: tmpdir(), maxBytes: 1 })
  await expect(store.add(file)).rejects.toThrow(FilesUnavailable)
  const listed = store.list()[Symbol.asyncIterator]().next()
  await expect(listed).rejects.toThrow(FilesUnavailable)
})
